internal import MySQLClient
internal import MySQLStore
internal import Rules

/// The different viewers of a report's rows.
///
/// In memory is one sketch a row of time or of a group, 16 kB each, and one of all. Of images, however
/// many, only a batch is there at a time: the sketch of a row that is an image is done with as soon as it
/// was counted.
struct ReportViewers {
  /// Images that are looked up in the catalogue together: 4 MB of sketches.
  private static let batchSize = 256

  private let grouping: ReportGrouping
  private let groups: ([Code]) throws -> [Code: String]
  private var sketches: [ReportKey: Viewers] = [:]
  private var counts: [ReportKey: ViewerCount] = [:]
  private var all: Viewers?
  /// Images of which the group is not known yet.
  private var pending: [(code: Code, viewers: Viewers)] = []

  init(_ grouping: ReportGrouping, groups: @escaping ([Code]) throws -> [Code: String]) {
    self.grouping = grouping
    self.groups = groups
  }

  /// What one image had on each day.
  mutating func add(_ code: Code, _ days: [CivilDay: Viewers]) throws {
    switch grouping {
    case .hour, .day, .week, .month:
      for (day, viewers) in days {
        if let key = LocalHour(day: day, hour: 0).flatMap({ grouping.key(of: $0) }) {
          add(viewers, to: key)
        }
      }
    case .code:
      guard let viewers = union(of: days.values) else { return }
      counts[.code(code)] = viewers.count
      merge(viewers, into: &all)
    case .group:
      guard let viewers = union(of: days.values) else { return }
      pending.append((code, viewers))
      if pending.count == ReportViewers.batchSize { try addPending() }
    }
  }

  /// Call once at the end.
  mutating func finish() throws -> (ofRows: [ReportKey: ViewerCount], ofAll: ViewerCount?) {
    try addPending()
    for (key, sketch) in sketches {
      counts[key] = sketch.count
      merge(sketch, into: &all)
    }
    return (counts, all?.count)
  }

  private mutating func addPending() throws {
    let names = try groups(pending.map(\.code))
    for (code, viewers) in pending { add(viewers, to: .group(names[code])) }
    pending.removeAll()
  }

  private mutating func add(_ viewers: Viewers, to key: ReportKey) {
    merge(viewers, into: &sketches[key])
  }

  private func union(of all: some Sequence<Viewers>) -> Viewers? {
    var union: Viewers?
    for viewers in all { merge(viewers, into: &union) }
    return union
  }
}

private func merge(_ viewers: Viewers, into union: inout Viewers?) {
  if union == nil { union = viewers } else { union?.merge(viewers) }
}

extension Report {
  /// The viewers of each row, where they are wanted, and of all rows together; and how many sketches
  /// could not be read.
  func viewers(
    of days: DayRange, _ codes: Set<Code>?, on database: MySQLDatabase
  ) throws -> (ofRows: [ReportKey: ViewerCount], ofAll: ViewerCount?, rejectedCount: Int) {
    guard question.wantsViewers else { return ([:], nil, 0) }
    var viewers = ReportViewers(question.grouping) { codes in
      try labels(of: codes.map { .code($0) }, on: database).compactMapValues { $0.group }
    }
    let rejectedCount = try UniqueDays(context, isArchivedOnly: question.isArchivedOnly)
      .forEachImage(in: days, of: codes) { code, days in try viewers.add(code, days) }
    let (ofRows, ofAll) = try viewers.finish()
    return (ofRows, ofAll, rejectedCount)
  }
}
