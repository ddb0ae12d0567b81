internal import MySQLClient
internal import Rules

/// Reads the rows of `login_month` that a stretch of a run, one month and one type, has ids for.
///
/// The rows from the first id to the last are read in the order of their keys, for as long as these are
/// no more than some a bitmap: one in passing costs a tenth of one that is looked up. Where the table is
/// much larger than the run, what is left is looked up by its ids, so that the effort is that of the run.
struct LoginMonthQuery {
  /// How many rows are read in passing, at most, for each bitmap of the stretch.
  static let rowsPerBitmap = 8
  static let idsPerStatement = 500

  private let stretch: LoginRun
  private let condition: SQL
  private let connection: MySQLConnection

  init(of stretch: LoginRun, on connection: MySQLConnection) {
    self.stretch = stretch
    self.connection = connection
    let group = stretch.groups[stretch.group(stretch.startIndex)]
    condition =
      "month = \(date: group.month.firstDay.description) AND user_type = \(group.type)"
  }

  /// What the table lacks of the stretch.
  func compare() throws -> LoginComparison {
    var comparison = LoginComparison(stretch)
    let limit = LoginMonthQuery.rowsPerBitmap * stretch.count
    let read = try meet(
      "BETWEEN \(id(stretch.startIndex)) AND \(id(stretch.endIndex - 1))", limit, &comparison)
    if read == limit { try lookUpRest(&comparison) }
    comparison.finish()
    return comparison
  }

  private func lookUpRest(_ comparison: inout LoginComparison) throws {
    // A long id may fill a small packet before the list is full.
    let bytesMax = connection.maxAllowedPacketBytes / 4
    var list: SQL = ""
    var count = 0
    let rest = comparison.rest
    for index in rest {
      list.append(count == 0 ? "\(id(index))" : ",\(id(index))")
      count += 1
      guard
        count == LoginMonthQuery.idsPerStatement || list.bytes.count > bytesMax
          || index == rest.last
      else { continue }
      _ = try meet("IN (\(list))", count, &comparison)
      list = ""
      count = 0
    }
  }

  /// Feeds the rows with such ids to the comparison and returns how many there were.
  private func meet(
    _ ids: SQL, _ limit: Int, _ comparison: inout LoginComparison
  ) throws -> Int {
    var count = 0
    try connection.forEachRow(
      """
      SELECT user_id, days FROM login_month FORCE INDEX (PRIMARY) \
      WHERE \(condition) AND user_id \(ids) ORDER BY month, user_type, user_id LIMIT \(limit)
      """, label: "read login_month"
    ) { row in
      count += 1
      let bits = row.unsigned(1).flatMap { UInt32(exactly: $0) }
      let isRead = row.withBytes(0) { id in
        guard let id, let bits else { return false }
        comparison.meet(id, holding: LoginDays(bits: bits))
        return true
      }
      guard isRead else {
        throw MySQLError(
          operation: "read login_month", code: 0, message: "a row is no month of a user's logins")
      }
    }
    return count
  }

  private func id(_ index: Int) -> [UInt8] { Array(stretch.ids[stretch.idRange(index)]) }
}
