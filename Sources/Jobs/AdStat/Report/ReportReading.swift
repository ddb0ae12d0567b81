internal import MySQLClient
internal import MySQLStore
internal import Rules

// How a report reads its days.
extension Report {
  /// A day that Redis holds something of. Returns, too, whether that is more than MySQL has.
  ///
  /// Everything in here may run again on a fresh connection, and so begins with empty sums.
  func sum(
    _ day: CivilDay, _ held: HeldDay, _ selection: AdSelection, on database: MySQLDatabase
  ) throws -> (part: ReportSums, isAhead: Bool) {
    try database.transaction("report ad_ctr") { connection in
      var part = ReportSums(question)
      try add(DayRange(day), selection, to: &part, connection)
      let epochs = try AdSource.epochs(on: connection)
      var isAhead = false
      try held.forEachBatch(of: Report.comparedAtOnce) { batch in
        let groups =
          question.grouping == .group
          ? try AdImage.labels(of: Array(Set(batch.map(\.code))), on: connection) : [:]
        try AdCtr(database).lacking(of: batch, on: day, epochs: epochs, connection) {
          count, lacking in
          for value in lacking {
            isAhead = true
            part.add(value, of: count, on: day, group: groups[count.code]?.group)
          }
        }
        try context.interruption.check()
      }
      return (part, isAhead)
    }
  }

  /// The other days, some at a time.
  func addStretches(
    of days: DayRange, without held: Set<CivilDay>, _ selection: AdSelection,
    to sums: inout ReportSums, on database: MySQLDatabase
  ) throws {
    var first: CivilDay?
    for index in days.first.index...days.last.index + 1 {
      let day = CivilDay(index: index)
      let isEnd = index > days.last.index || held.contains(day)
      if let start = first, isEnd || index - start.index == Report.daysAtOnce,
        let stretch = DayRange(start, through: day.advanced(by: -1))
      {
        sums.add(
          try database.retrying { connection in
            var part = ReportSums(question)
            try add(stretch, selection, to: &part, connection)
            return part
          })
        context.observer.progressed(
          "days of ad_ctr", done: index - days.first.index, total: days.dayCount)
        try context.interruption.check()
        first = nil
      }
      if first == nil, !isEnd { first = day }
    }
  }

  private func add(
    _ days: DayRange, _ selection: AdSelection, to part: inout ReportSums,
    _ connection: MySQLConnection
  ) throws {
    let sums = AdCtrSums(of: days, selection, on: connection)
    if part.takesHours { try sums.forEachHour { part.add($1, in: $0) } }
    switch question.grouping {
    case .code: try sums.forEachCode { part.add($1, to: .code($0)) }
    case .group: try sums.forEachGroup { part.add($1, to: .group($0)) }
    case .hour, .day, .week, .month: break
    }
  }
}

extension ReportSums {
  fileprivate mutating func add(
    _ value: HourValue, of count: HeldCount, on day: CivilDay, group: String?
  ) {
    var more = AdTotals()
    more[count.metric] = UInt128(value.count)
    switch grouping {
    case .code: add(more, to: .code(count.code))
    case .group: add(more, to: .group(group))
    case .hour, .day, .week, .month: break
    }
    if takesHours, let hour = LocalHour(day: day, hour: value.hour) { add(more, in: hour) }
  }
}
