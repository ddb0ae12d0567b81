internal import MySQLClient
internal import MySQLStore
internal import RedisStore
internal import Rules

/// Shows, clicks and their rate, from MySQL and what Redis still holds.
///
/// It says what MySQL would say if a rollover and an archive ran now: of an hour that both hold, the larger
/// count, life of Redis by life of Redis. Both sides are read only.
///
/// Redis is read before MySQL, day by day: what an archive takes out of Redis meanwhile is in MySQL by
/// then. The sums of such a day and the rows that Redis is compared with are read in one transaction, and
/// so are one state of the table. Memory is that of the rows, and of what Redis holds of one day
/// (`HeldDay`); the server adds up the rest.
public struct Report {
  /// Summed up by one statement: few enough for a server's patience where a day has millions of rows.
  static let daysAtOnce = 7
  /// A group of no more images is looked up image by image.
  static let codesListedMax = 500
  /// Counters of Redis compared with rows by one or two statements.
  static let comparedAtOnce = 1000

  let question: ReportQuestion
  let context: JobContext

  public init(_ question: ReportQuestion, in context: JobContext) {
    self.question = question
    self.context = context
  }

  public func answer() throws -> AdReport {
    let database = try context.database(.readOnly)
    try database.retrying { try SchemaPreflight.check([], on: $0) }
    let selection = try selection(on: database)
    let reader =
      question.isArchivedOnly
      ? nil : try HeldReader(graceMinutes: question.graceMinutes, in: context)
    if let reader { try warnOfOlderRedis(reader, database) }
    let now = reader?.now ?? context.now
    let days = question.period.days(asOf: context.clock.day(at: now))

    var sums = ReportSums(question)
    var unfinished = openDays(of: days, at: now)
    let held = try reader?.days(of: days, selected: selection.codes) ?? []
    // After the look into Redis: a day that was forgotten there by then lies within.
    let archived = try database.retrying { try AdCtrSums.extent(on: $0) }
    for day in held {
      guard let reader else { break }
      let (part, isAhead) = try sum(day, try reader.read(day), selection.rows, on: database)
      sums.add(part)
      if isAhead { unfinished.insert(day) }
    }
    if let archived = archived.flatMap({ days.intersection(with: $0) }) {
      try addStretches(of: archived, without: Set(held), selection.rows, to: &sums, on: database)
    }

    let first = [archived?.first, held.min()].compactMap { $0 }.min()
    mention(days, since: first, at: now, in: &sums)
    let viewers = try viewers(of: days, selection.codes, on: database)
    for key in viewers.ofRows.keys { sums.mention(key) }
    var report = AdReport(question, of: days, asOf: now)
    report.unfinished = unfinished.sorted()
    report.liveHour = reader.map(\.liveHour).flatMap { days.contains($0.day) ? $0 : nil }
    report.rejectedCount = (reader?.rejectedCount ?? 0) + viewers.rejectedCount
    report.viewers = viewers.ofAll
    try fill(&report, with: sums, unfinished, viewers.ofRows, on: database)
    return report
  }

  /// The rows, in order, with their names.
  private func fill(
    _ report: inout AdReport, with sums: ReportSums, _ unfinished: Set<CivilDay>,
    _ viewers: [ReportKey: ViewerCount], on database: MySQLDatabase
  ) throws {
    let all = sums.totals.map { key, totals in
      let days = key.days(of: report.days)
      return ReportRow(
        key: key, totals: totals, isUnfinished: unfinished.contains { days.contains($0) },
        viewers: viewers[key])
    }
    for row in all { report.total += row.totals }
    report.rowCount = all.count
    report.rows = question.order.rows(of: all)
    report.hours = sums.hours
    guard question.grouping == .code else { return }
    for start in stride(from: 0, to: report.rows.count, by: Report.comparedAtOnce) {
      let places = start..<min(start + Report.comparedAtOnce, report.rows.count)
      let labels = try labels(of: places.map { report.rows[$0].key }, on: database)
      for place in places {
        guard case .code(let code) = report.rows[place].key, let label = labels[code] else {
          continue
        }
        (report.rows[place].name, report.rows[place].group) = (label.name, label.group)
      }
    }
  }

  func labels(
    of keys: [ReportKey], on database: MySQLDatabase
  ) throws -> [Code: (name: String, group: String?)] {
    let codes = keys.compactMap { if case .code(let code) = $0 { code } else { nil } }
    return try database.retrying { try AdImage.labels(of: codes, on: $0) }
  }

  /// Those to which counts may still be booked.
  private func openDays(of days: DayRange, at now: Int) -> Set<CivilDay> {
    let booking = BookingRule(clock: context.clock, graceMinutes: question.graceMinutes)
    let today = context.clock.day(at: now)
    return Set(
      [today.advanced(by: -1), today].filter { day in
        days.contains(day) && booking.endOfBooking(for: day) > now
      })
  }

  /// Every stretch of time from the first day that anything was counted on has a row.
  private func mention(
    _ days: DayRange, since first: CivilDay?, at now: Int, in sums: inout ReportSums
  ) {
    let today = context.clock.day(at: now)
    guard let first, sums.takesHours,
      let past = DayRange(max(first, days.first), through: min(today, days.last))
    else { return }
    for index in past.first.index...past.last.index {
      let day = CivilDay(index: index)
      if question.grouping == .hour || question.wantsHours {
        for hour in context.clock.hours(of: day, until: now) { sums.mention(hour) }
      } else if let midnight = LocalHour(day: day, hour: 0) {
        sums.mention(midnight)
      }
    }
  }

  private func warnOfOlderRedis(_ reader: HeldReader, _ database: MySQLDatabase) throws {
    guard let state = reader.state,
      let row = try AdSource(database).row(of: state.lineage)
    else { return }
    do {
      try OlderRedis.refuse(state, confirmed: row.confirmed, store: reader.store)
    } catch let failure as JobFailure where failure.reason == .redisBehindArchive {
      context.observer.warned("\(failure); some of what was counted since may be missing here")
    }
  }
}

// MARK: - Which images

extension Report {
  /// What is asked of MySQL, and of Redis (nil for all codes).
  private func selection(
    on database: MySQLDatabase
  ) throws -> (rows: AdSelection, codes: Set<Code>?) {
    guard let name = question.group else {
      return question.codes.isEmpty
        ? (.all, nil) : (.codes(question.codes), Set(question.codes))
    }
    guard let id = try AdGroup(database).id(of: name) else {
      throw JobFailure(
        .usage, "there is no group '\(printable(name.utf8))'",
        hint: "`tally adstat group list` shows the groups there are.")
    }
    var codes = try AdImage(database).codes(ofGroup: id)
    if !question.codes.isEmpty { codes.formIntersection(question.codes) }
    let isListed = codes.count <= Report.codesListedMax || !question.codes.isEmpty
    return (isListed ? .codes(codes.sorted()) : .group(id), codes)
  }
}
