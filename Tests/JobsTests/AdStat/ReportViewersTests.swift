import Jobs
import RedisClient
import Rules
import TestServers
import Testing

/// Different viewers in reports: of days, weeks, months, images and groups, wherever the days lie.
struct ReportViewersTests {
  /// Random viewers of random images and days, archives in between, against exact sets and against what
  /// Redis counts of the union.
  @Test(
    arguments: MySQLServer.available,
    [UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max)])
  func everyRowIsTheUnionOfItsDays(_ flavor: MySQLServer.Flavor, seed: UInt64) throws {
    var history = try ViewerHistory(flavor, seed: seed)
    for _ in 0..<6 {
      try history.goOn()
      for _ in 0..<25 { try history.askSomething() }
    }
    history.judgeBounds()
  }

  @Test(arguments: MySQLServer.available)
  func archivedViewersAloneNeedNoRedis(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    try fixture.see(0..<10, of: "a", on: "2026-11-18")
    fixture.archive()
    try fixture.see(5..<90, of: "a", on: "2026-11-18")
    try fixture.see(0..<4, of: "a", on: "2026-11-21")
    var question = ReportQuestion(by: .day, .days(7))
    question.wantsViewers = true
    let both = try Report(question, in: fixture.base.context).answer()
    #expect(both.rows.filter { $0.viewers != nil }.map(\.key.description) == [18, 21])
    question.isArchivedOnly = true
    var context = fixture.base.context
    context.redis = RedisEndpoint(address: .unix(path: "/dev/null"))
    let archived = try Report(question, in: context).answer()
    #expect(archived.rows.compactMap(\.viewers?.estimate) == [10])
    #expect(archived.viewers?.estimate == 10)
  }

  @Test func whoWasNeverSeenIsNoZero() throws {
    let fixture = try SketchFixture(.mariadb)
    try fixture.base.count("a", shows: 5)
    var question = ReportQuestion(by: .code, .today)
    #expect(try Report(question, in: fixture.base.context).answer().hasViewers == false)
    question.wantsViewers = true
    let report = try Report(question, in: fixture.base.context).answer()
    #expect(report.rows.count == 1 && report.rows[0].viewers == nil && report.viewers == nil)
    // Who has viewers has a row, without a show, too.
    try fixture.see(0..<3, of: "b", on: "2026-11-21")
    let more = try Report(question, in: fixture.base.context).answer()
    #expect(more.rows.map(\.viewers?.estimate) == [nil, 3])
    #expect(more.rows[1].totals == AdTotals() && more.viewers?.estimate == 3)
  }

  @Test func aSketchThatCannotBeReadIsNamedAndLeftOut() throws {
    let fixture = try SketchFixture(.mariadb)
    try fixture.see(0..<3, of: "a", on: "2026-11-21")
    try fixture.send("SET", "b_uv_2026-11-21", "x")
    var question = ReportQuestion(by: .day, .today)
    question.wantsViewers = true
    let report = try Report(question, in: fixture.base.context).answer()
    #expect(report.rejectedCount == 1 && report.viewers?.estimate == 3)
    #expect(fixture.observer.rejected.keys.sorted() == ["b_uv_2026-11-21"])
  }

  @Test func rowsAreOrderedByTheirViewers() throws {
    let fixture = try SketchFixture(.mariadb)
    for (code, count) in [("a", 4), ("b", 9), ("c", 2)] {
      try fixture.see(0..<count, of: code, on: "2026-11-21")
    }
    try fixture.base.count("d", shows: 50)
    for (isReversed, expected) in [(false, "b a c d"), (true, "c a b d")] {
      var question = ReportQuestion(
        by: .code, .today, order: ReportOrder(by: .unique, isReversed: isReversed))
      question.wantsViewers = true
      let report = try Report(question, in: fixture.base.context).answer()
      #expect(report.rows.map(\.key.name).joined(separator: " ") == expected)
    }
  }
}

extension ReportKey {
  fileprivate var description: Int? { if case .day(let day) = self { day.dayOfMonth } else { nil } }

  fileprivate var name: String {
    if case .code(let code) = self { printable(code.bytes) } else { "" }
  }
}

private struct ViewerHistory {
  private struct Cell: Hashable {
    let code: String
    let day: CivilDay
  }

  private static let groups: [String: String?] = [
    "a": "g", "A": "g", "b": "h", "c_uv": nil, "d_2026-11-01": nil,
  ]
  private static let codes = groups.keys.sorted()

  private let fixture: SketchFixture
  private let seed: UInt64
  private var generator: SplitMix
  private var seen: [Cell: Set<Int>] = [:]
  /// Sets of people that were asked about, and whether they are as many as the bounds say.
  private var isWithin: [Set<Int>: Bool] = [:]
  private let today = CivilDay("2026-11-21")!

  init(_ flavor: MySQLServer.Flavor, seed: UInt64) throws {
    self.seed = seed
    generator = SplitMix(state: seed)
    fixture = try SketchFixture(flavor)
    for group in ["g", "h"] { fixture.base.edit(.group, .add, [.group: group]) }
    for case (let code, let group?) in ViewerHistory.groups {
      try fixture.base.query(
        """
        INSERT INTO ad_image (code, name, url, group_id, create_time, update_time)
        SELECT '\(code)', 'n', 'u', id, '2026-01-01', '2026-01-01' FROM ad_group
        WHERE name = '\(group)'
        """)
    }
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

  mutating func goOn() throws {
    for _ in 0..<8 {
      let cell = Cell(
        code: ViewerHistory.codes[below(5)],
        day: today.advanced(by: -[0, 1, 2, 8, 30, 45][below(6)]))
      let start = below(3000)
      let viewers = start..<start + 1 + below(2000)
      try fixture.see(viewers, of: cell.code, on: "\(cell.day)")
      try witness(viewers, in: cell)
      seen[cell, default: []].formUnion(viewers)
    }
    switch below(4) {
    case 0: #expect(fixture.archive(keepDays: 0).exitCode == 0)
    case 1: #expect(fixture.archive(keepDays: 30).exitCode == 0)
    case 2: #expect(fixture.archive("2026-11-21", "2026-11-20").exitCode == 0)
    default: break
    }
  }

  /// Keys that no archive takes.
  private func witness(_ viewers: Range<Int>, in cell: Cell) throws {
    let words = [key(of: cell)] + viewers.map { "v\($0)" }
    _ = try fixture.base.redis.send(RedisCommand("PFADD", words.map { Array($0.utf8) }))
  }

  private func key(of cell: Cell) -> String { "witness:\(cell.code):\(cell.day)" }

  mutating func askSomething() throws {
    let first = today.advanced(by: -below(50))
    let range = DayRange(first, through: min(today, first.advanced(by: below(50))))!
    let grouping = [ReportGrouping.day, .week, .month, .code, .group][below(5)]
    var question = ReportQuestion(by: grouping, .range(range))
    question.wantsViewers = true
    if below(3) == 0 {
      question.codes = ViewerHistory.codes.prefix(1 + below(4)).map { Code(Array($0.utf8))! }
    }
    if below(4) == 0 { question.group = "g" }
    let cells = seen.keys.filter { cell in
      range.contains(cell.day)
        && (question.codes.isEmpty || question.codes.contains(Code(Array(cell.code.utf8))!))
        && (question.group == nil || ViewerHistory.groups[cell.code]! == question.group)
    }
    let rows = Dictionary(grouping: cells) { key(of: $0, grouping) }
    let report = try Report(question, in: fixture.base.context).answer()
    let what = Comment(rawValue: "\(question) seed \(seed)")
    let counted = report.rows.filter { $0.viewers != nil }
    #expect(Set(counted.map(\.key)) == Set(rows.keys), what)
    for row in counted { try check(row.viewers!, rows[row.key] ?? [], what) }
    #expect((report.viewers == nil) == cells.isEmpty, what)
    if let all = report.viewers { try check(all, cells, what) }
  }

  private mutating func check(
    _ viewers: ViewerCount, _ cells: [Cell], _ what: Comment
  ) throws {
    let words = cells.map { Array(key(of: $0).utf8) }
    let count = try fixture.base.redis.send(RedisCommand("PFCOUNT", words))
    #expect(count == .integer(Int64(viewers.estimate)), what)
    let people = cells.reduce(into: Set<Int>()) { $0.formUnion(seen[$1] ?? []) }
    isWithin[people] = (viewers.lowerBound...viewers.upperBound).contains(UInt64(people.count))
    let distance = viewers.upperBound - viewers.estimate
    #expect(abs(Int(viewers.estimate) - people.count) <= 3 * Int(distance), what)
  }

  private func key(of cell: Cell, _ grouping: ReportGrouping) -> ReportKey {
    switch grouping {
    case .code: .code(Code(Array(cell.code.utf8))!)
    case .group: .group(ViewerHistory.groups[cell.code]!)
    default: grouping.key(of: LocalHour(day: cell.day, hour: 0)!)!
    }
  }

  /// 95 of 100 would be; the sets overlap, so that they err together.
  func judgeBounds() {
    let share = Double(isWithin.values.count { $0 }) / Double(isWithin.count)
    #expect(isWithin.count > 20 && share > 0.8, "\(isWithin.count) sets, \(share), seed \(seed)")
  }
}
