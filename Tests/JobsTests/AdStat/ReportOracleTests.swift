import Jobs
import MySQLClient
import RedisClient
import Rules
import TestServers
import Testing

/// Random histories of counting, rollovers, archives and lives of Redis, over a day on which the clocks
/// are set; thousands of questions about them, of which plain additions know the answers.
struct ReportOracleTests {
  @Test(
    arguments: MySQLServer.available,
    [UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max)])
  func everyQuestionIsAnsweredRight(_ flavor: MySQLServer.Flavor, seed: UInt64) throws {
    var history = try AdHistory(flavor, seed: seed)
    for _ in 0..<12 {
      try history.goOn()
      for _ in 0..<60 { try history.askSomething() }
    }
  }
}

/// A place and an hour of counts.
private struct Cell: Hashable {
  let hour: LocalHour
  let code: Code
}

private struct AdHistory {
  let fixture: AdStatFixture
  private let seed: UInt64
  private var generator: SplitMix
  private var now: Int
  /// Shows and clicks, wherever they are now.
  private var booked: [Cell: AdTotals] = [:]
  private var live: [Code: AdTotals] = [:]
  private var archived: [Cell: AdTotals] = [:]

  /// Codes that would be mistaken for each other by whoever is careless, and the group of each.
  private static let codes: [(code: Code, group: String?)] = [
    ("a", "g"), ("A", "g"), ("a ", nil), ("a_show", "g "), ("b_day_click_2026-10-25", nil),
    ("\u{1F600}", "g"), ("*", nil), ("x'00'\\", "h"), ("\u{0}\n", nil),
  ].map { (Code(Array($0.utf8))!, $1) }

  init(_ flavor: MySQLServer.Flavor, seed: UInt64) throws {
    self.seed = seed
    generator = SplitMix(state: seed)
    let isSpring = seed % 2 == 0
    let instant = isSpring ? "2026-03-27 20:00:00" : "2026-10-23 20:00:00"
    fixture = try AdStatFixture(at: instant, flavor, zone: "Europe/Berlin")
    now = try FakeClock.seconds(instant)
    for group in ["g", "h"] { fixture.edit(.group, .add, [.group: group]) }
    for (code, group) in AdHistory.codes where group != nil && group != "g " {
      try fixture.query(
        """
        INSERT INTO ad_image (code, name, url, group_id, create_time, update_time)
        SELECT x'\(hex(code))', 'n', 'u', id, '2026-01-01', '2026-01-01' FROM ad_group
        WHERE name = '\(group!)'
        """)
    }
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

  private func hex(_ code: Code) -> String {
    code.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  // MARK: What happens

  mutating func goOn() throws {
    for _ in 0..<6 {
      now += [60, 600, 1800, 3600, 5 * 3600, 26 * 3600][below(6)]
      // Stopped: on a slow machine an hour might end among the questions.
      try fixture.clock.freeze(at: LocalClock.utc.time(at: now).description)
      try count()
      switch below(8) {
      case 0...3: rollOver()
      case 4: fixture.archive(keepDays: below(3))
      case 5:
        let today = fixture.context.clock.day(at: now)
        fixture.archive(today.advanced(by: -below(3)).description, to: today.description)
      case 6: try beginANewLife()
      default: break
      }
    }
    archived = try readArchived()
  }

  private mutating func count() throws {
    for _ in 0..<below(12) {
      let code = AdHistory.codes[below(AdHistory.codes.count)].code
      let totals = AdTotals(shows: UInt128(below(50)), clicks: UInt128(below(4)))
      for (metric, name) in [(Metric.show, "_show"), (.click, "_click")] where totals[metric] > 0 {
        _ = try fixture.redis.send(
          RedisCommand("INCRBY", [code.bytes + name.utf8, Array("\(totals[metric])".utf8)]))
      }
      live[code, default: AdTotals()] += totals
    }
  }

  /// The hour it was a quarter of an hour ago.
  private var hourOfBooking: LocalHour { fixture.context.clock.hour(at: now - 900) }

  private mutating func rollOver() {
    let outcome = fixture.rollOver()
    #expect(outcome.exitCode == 0, "seed \(seed)")
    for (code, totals) in live {
      booked[Cell(hour: hourOfBooking, code: code), default: AdTotals()] += totals
    }
    live = [:]
  }

  /// All that was booked is archived, and then Redis is emptied: only live counts are lost. Not while
  /// yesterday may still be booked under, since then it cannot be archived yet.
  private mutating func beginANewLife() throws {
    let today = fixture.context.clock.day(at: now)
    guard hourOfBooking.day == today else { return }
    #expect(
      fixture.archive("2026-01-01", to: today.description).exitCode == 0, "seed \(seed)")
    try fixture.send("FLUSHALL")
    live = [:]
  }

  // MARK: What is asked

  mutating func askSomething() throws {
    let today = fixture.context.clock.day(at: now)
    let first = today.advanced(by: -below(12))
    let range = DayRange(first, through: first.advanced(by: below(14)))!
    let period: ReportPeriod =
      [.today, .yesterday, .days(7), .month, .year, .range(range), .range(range)][below(7)]
    let grouping = ReportGrouping.allCases[below(6)]
    var question = ReportQuestion(by: grouping, period)
    if below(3) == 0 {
      question.codes = AdHistory.codes.map(\.code).shuffled(using: &generator)
      question.codes.removeLast(below(question.codes.count))
    }
    if below(4) == 0 { question.group = ["g", "h"][below(2)] }
    question.isArchivedOnly = below(5) == 0
    question.wantsHours = below(3) == 0
    if below(3) == 0 {
      question.order = ReportOrder(
        by: ReportOrder.Column.allCases[below(4)], isReversed: below(2) == 0,
        countMax: 1 + below(4), showsMin: UInt128(below(30)))
    }
    var context = fixture.context
    context.now = now
    let report = try Report(question, in: context).answer()
    try check(report, question, today)
  }

  private func check(
    _ report: AdReport, _ question: ReportQuestion, _ today: CivilDay
  ) throws {
    let what = Comment(rawValue: "\(question) today \(today) seed \(seed)")
    var cells = question.isArchivedOnly ? archived : booked
    if !question.isArchivedOnly {
      for (code, totals) in live {
        cells[Cell(hour: hourOfBooking, code: code), default: AdTotals()] += totals
      }
    }
    let days = question.period.days(asOf: today)
    func isAsked(_ cell: Cell) -> Bool {
      days.contains(cell.hour.day)
        && (question.codes.isEmpty || question.codes.contains(cell.code))
        && (question.group == nil || group(of: cell.code) == question.group)
    }
    var rows: [ReportKey: AdTotals] = [:]
    var hours: [LocalHour: AdTotals] = [:]
    var lacking: Set<CivilDay> = []
    for (cell, totals) in cells where isAsked(cell) && totals != AdTotals() {
      rows[key(of: cell, question.grouping), default: AdTotals()] += totals
      hours[cell.hour, default: AdTotals()] += totals
      if archived[cell] != totals { lacking.insert(cell.hour.day) }
    }

    let shown = Dictionary(uniqueKeysWithValues: report.rows.map { ($0.key, $0.totals) })
    if question.order.isPlain || question.order == ReportOrder(by: .shows) {
      #expect(shown.filter { $0.value != AdTotals() } == rows, what)
    } else {
      // Rows without a count are only known to the report itself.
      let expected = question.order.rows(of: rows.map { ReportRow(key: $0, totals: $1) })
      #expect(
        report.rows.filter { $0.totals != AdTotals() }.map(\.key)
          == expected.prefix(report.rows.count { $0.totals != AdTotals() }).map(\.key), what)
      #expect(report.rows.count <= question.order.countMax!)
      #expect(report.rows.allSatisfy { $0.totals.shows >= question.order.showsMin })
    }
    var total = AdTotals()
    for row in rows.values { total += row }
    #expect(report.total == total, what)
    if question.wantsHours {
      #expect(report.hours.filter { $0.value != AdTotals() } == hours, what)
    }
    // Booking of yesterday ends a quarter of an hour after midnight.
    let open = Set([today, fixture.context.clock.day(at: now - 900)]).filter(days.contains)
    #expect(Set(report.unfinished) == open.union(lacking), what)
    #expect(report.rejectedCount == 0, what)
  }

  private func group(of code: Code) -> String? {
    let group = AdHistory.codes.first { $0.code == code }?.group
    return group == "g " ? nil : group
  }

  private func key(of cell: Cell, _ grouping: ReportGrouping) -> ReportKey {
    switch grouping {
    case .hour, .day, .week, .month: grouping.key(of: cell.hour)!
    case .code: .code(cell.code)
    case .group: .group(group(of: cell.code))
    }
  }

  /// What MySQL holds, by another way.
  private func readArchived() throws -> [Cell: AdTotals] {
    let lines = try fixture.query(
      """
      SELECT CONCAT_WS(' ', day, hour, HEX(code), SUM(show_count), SUM(click_count)) FROM ad_ctr
      GROUP BY day, hour, code
      """)
    var archived: [Cell: AdTotals] = [:]
    for line in lines {
      let words = line.split(separator: " ")
      let digits = Array(words[2])
      let bytes = stride(from: 0, to: digits.count, by: 2).map {
        UInt8(String(digits[$0...$0 + 1]), radix: 16)!
      }
      let hour = LocalHour(day: CivilDay(words[0])!, hour: Int(words[1])!)!
      archived[Cell(hour: hour, code: Code(bytes)!)] = AdTotals(
        shows: UInt128(words[3])!, clicks: UInt128(words[4])!)
    }
    return archived
  }
}
