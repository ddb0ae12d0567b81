internal import Rules

/// Adds up what a report is made of: as much memory as it has rows, and hours where these are wanted.
struct ReportSums {
  let grouping: ReportGrouping
  let wantsHours: Bool
  private(set) var totals: [ReportKey: AdTotals] = [:]
  private(set) var hours: [LocalHour: AdTotals] = [:]

  init(_ question: ReportQuestion) {
    grouping = question.grouping
    wantsHours = question.wantsHours
  }

  /// Whether sums by hour are needed at all.
  var takesHours: Bool { grouping.isTime || wantsHours }

  mutating func add(_ more: AdTotals, in hour: LocalHour) {
    if wantsHours { hours[hour, default: AdTotals()] += more }
    if let key = grouping.key(of: hour) { totals[key, default: AdTotals()] += more }
  }

  mutating func add(_ more: AdTotals, to key: ReportKey) {
    totals[key, default: AdTotals()] += more
  }

  mutating func add(_ other: ReportSums) {
    for (key, more) in other.totals { totals[key, default: AdTotals()] += more }
    for (hour, more) in other.hours { hours[hour, default: AdTotals()] += more }
  }

  /// A stretch of time without a count is a row, too.
  mutating func mention(_ hour: LocalHour) {
    if wantsHours, hours[hour] == nil { hours[hour] = AdTotals() }
    if let key = grouping.key(of: hour) { mention(key) }
  }

  mutating func mention(_ key: ReportKey) {
    if totals[key] == nil { totals[key] = AdTotals() }
  }
}
