internal import MySQLClient
public import Rules

extension LoginMonth {
  /// One user's days in these months, by the primary key, in one statement. Months without a row are
  /// left out.
  public func ask(_ months: [Month], of user: UserKey) throws -> [Month: LoginDays] {
    guard let first = months.first else { return [:] }
    var list: SQL = "\(date: first.firstDay.description)"
    for month in months.dropFirst() { list.append(",\(date: month.firstDay.description)") }
    return try database.retrying { connection in
      var answer: [Month: LoginDays] = [:]
      try connection.forEachRow(
        """
        SELECT month, user_type, user_id, days FROM login_month \
        WHERE month IN (\(list)) AND user_type = \(user.type) AND user_id = \(user.id)
        """, label: "ask login_month"
      ) { row in
        let (userMonth, days) = try readLoginMonth(row)
        answer[userMonth.month] = days
      }
      return answer
    }
  }

  /// Hands over every row of the months that the range touches, of all users or of one type, in no
  /// order that matters. Rows are streamed, whatever their number.
  ///
  /// Where the connection breaks, it is made anew and all rows come again from the first one.
  public func forEachRow(
    touching range: DayRange, type: [UInt8]?, _ body: (UserMonth, LoginDays) throws -> Void
  ) throws {
    var condition: SQL = """
      month BETWEEN \(date: range.first.month.firstDay.description) \
      AND \(date: range.last.month.firstDay.description)
      """
    if let type { condition.append(" AND user_type = \(type)") }
    try database.retrying { connection in
      try connection.forEachRow(
        "SELECT month, user_type, user_id, days FROM login_month WHERE \(condition)",
        label: "walk login_month"
      ) { row in
        let (userMonth, days) = try readLoginMonth(row)
        try body(userMonth, days)
      }
    }
  }
}

/// Reads `month, user_type, user_id, days`.
private func readLoginMonth(_ row: borrowing MySQLRow) throws(MySQLError) -> (UserMonth, LoginDays)
{
  guard let day = row.bytes(0).flatMap({ CivilDay(bytes: $0[...]) }),
    let type = row.bytes(1), let id = row.bytes(2), let user = UserKey(type: type, id: id),
    let bits = row.unsigned(3).flatMap({ UInt32(exactly: $0) })
  else {
    throw MySQLError(
      operation: "read login_month", code: 0, message: "a row is no month of a user's logins")
  }
  return (UserMonth(month: day.month, user: user), LoginDays(bits: bits))
}
