public import ArgumentParser
import Jobs
public import Rules

extension ReportGrouping: ExpressibleByArgument {}
extension ReportOrder.Column: ExpressibleByArgument {}

extension AdStat {
  struct Report: QuestionCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reports shows, clicks and CTR: by hour, day, week, month, code or group.",
      discussion: """
        From MySQL and from what Redis still holds: the numbers are those that MySQL would have if a \
        rollover and an archive ran now, so live counters stand under the hour in which a rollover \
        would book them. Nothing is counted twice where both hold a day, and nothing is written. What \
        may still change is marked as unfinished. CTR is clicks for each show; there is none where \
        nothing was shown.

        As a table for people, as CSV for spreadsheets, as one JSON object, or as one HTML page with \
        charts, which needs no network. Days are those of --time-zone, weeks begin on Monday (ISO \
        8601).

        With --unique each row also tells about how many different viewers there were, from the \
        HyperLogLogs that the service keeps under <code>_uv_<YYYY-MM-DD>: an estimate, and the two bounds \
        between which the truth lies in 95 of 100 cases (two standard deviations, 1.6 %). Days, images and \
        their total are unions, never sums: whoever comes twice counts once. Sketches are of days: there is \
        none by hour. CPC sketches of `tally cpc` are no image's, and are not looked at.

        EXAMPLE
          tally adstat report --by code --period yesterday --sort ctr --top 1
            # which ad had the best CTR yesterday; --min-shows 100 leaves out chance
          tally adstat report --by day --period month
          tally adstat report --by hour --period today --code banner-7 --format csv
          tally adstat report --by group --period 30d --format html --output r.html
          tally adstat report --by week --period 30d --unique

        \(ExitStatus.help(reportStatuses))
        """)

    @Option(help: "What a row stands for.")
    var by = ReportGrouping.day

    @Option(help: "Days up to today: today, yesterday, 7d, 30d, month or year. Default: 7d.")
    var period: PeriodChoice?

    @Option(
      help: ArgumentHelp(
        "The first day of a range, with --to: YYYY-MM-DD, today or yesterday.", valueName: "day"),
      transform: DayArgument.read)
    var from: DayArgument?

    @Option(
      help: ArgumentHelp("The last day of a range, with --from.", valueName: "day"),
      transform: DayArgument.read)
    var to: DayArgument?

    @Option(
      name: .customLong("code"),
      help: ArgumentHelp("Only this image; may be given more than once.", valueName: "code"),
      transform: readCode)
    var codes: [Code] = []

    @Option(help: ArgumentHelp("Only the images of this group.", valueName: "name"))
    var group: String?

    @Option(
      help: """
        key, shows, clicks, ctr or unique: the largest number first. Default: key in rows of time, \
        else shows.
        """)
    var sort: ReportOrder.Column?

    @Flag(help: "The other way round: the smallest number, or the last key, first.")
    var reverse = false

    @Option(
      help: ArgumentHelp("No more rows than this; the total is still that of all.", valueName: "n"),
      transform: readRowCount)
    var top: Int?

    @Option(
      help: ArgumentHelp("Leave out rows with fewer shows.", valueName: "n"),
      transform: readShows)
    var minShows: UInt64 = 0

    @Flag(help: "Tell the number of different viewers of each row, too, and its bounds.")
    var unique = false

    @Option(help: "table, csv, json (as --json) or html. Default: table.")
    var format: ReportFormat?

    @Option(
      help: ArgumentHelp(
        "Write into this file instead of stdout; it is replaced as a whole.", valueName: "file"))
    var output: String?

    @Flag(help: "What MySQL holds and no more: Redis is not asked, and may be down.")
    var archivedOnly = false

    @Option(
      help: ArgumentHelp(
        """
        As given to rollover-hour: which hour live counters stand under. 0 to 59, default \
        \(BookingRule.defaultGraceMinutes).
        """, valueName: "minutes"),
      transform: readGraceMinutes)
    var graceMinutes = BookingRule.defaultGraceMinutes

    @OptionGroup var common: CommonOptions

    var asksRedis: Bool { !archivedOnly }

    func validate() throws {
      if period != nil, from != nil || to != nil {
        throw ValidationError("--period and --from/--to exclude each other")
      }
      if (from == nil) != (to == nil) { throw ValidationError("--from and --to go together") }
      if unique, by == .hour {
        throw ValidationError(
          "--unique and --by hour exclude each other: viewers are kept by day")
      }
      if sort == .unique, !unique { throw ValidationError("--sort unique needs --unique") }
      if common.json, let format, format != .json {
        throw ValidationError("--json and --format \(format.rawValue) exclude each other")
      }
      if codes.count > ReportLimits.codesMax {
        throw ValidationError("accepted are at most \(ReportLimits.codesMax) codes")
      }
    }

    func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int {
      let format = format ?? (common.json ? .json : .table)
      let file = try output.map { try WholeFile($0) }
      var question = ReportQuestion(by: by, try days(in: context), order: order)
      question.codes = codes
      question.group = group
      question.isArchivedOnly = archivedOnly
      question.wantsHours = format == .html
      question.wantsViewers = unique
      question.graceMinutes = graceMinutes
      let report = try Jobs.Report(question, in: context).answer()
      terminal.clear()
      let view = ReportView(report: report, zone: settings.timeZoneName(), selection: selection)
      if let file {
        try format.write(view) { text throws(JobFailure) in try file.write(text) }
        try file.finish()
      } else {
        var lines = BufferedOutput()
        try format.write(view) { text throws(JobFailure) in try lines.write(text) }
        try lines.flush()
      }
      return report.rejectedCount
    }

    private var order: ReportOrder {
      ReportOrder(
        by: sort ?? ReportOrder.usual(for: by), isReversed: reverse, countMax: top,
        showsMin: UInt128(minShows))
    }

    /// For the heading.
    private var selection: [String] {
      let named = codes.prefix(3).map { "code \(printable($0.bytes))" }
      let more = codes.count > 3 ? ["\(codes.count - 3) other codes"] : []
      return named + more + (group.map { ["group \(printable($0.utf8))"] } ?? [])
    }

    private func days(in context: JobContext) throws -> ReportPeriod {
      guard let from, let to else { return (period ?? .week).period }
      let today = context.clock.day(at: context.now)
      let (first, last) = (from.day(today: today), to.day(today: today))
      guard let range = DayRange(first, through: last) else {
        throw JobFailure(.usage, "--from \(first) lies after --to \(last)")
      }
      return .range(range)
    }
  }
}

/// A report may make a file, besides what every question does.
private let reportStatuses = questionStatuses.flatMap {
  $0 == .inputOutput ? [.cannotCreate, $0] : [$0]
}

enum ReportLimits {
  /// What MySQL looks up one by one.
  static let codesMax = 500
}

enum PeriodChoice: String, ExpressibleByArgument, CaseIterable {
  case today, yesterday
  case week = "7d"
  case thirtyDays = "30d"
  case month, year

  var period: ReportPeriod {
    switch self {
    case .today: .today
    case .yesterday: .yesterday
    case .week: .days(7)
    case .thirtyDays: .days(30)
    case .month: .month
    case .year: .year
    }
  }
}

enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case table, csv, json, html

  /// Hands the text over piece by piece.
  func write(_ view: ReportView, to put: (String) throws -> Void) throws {
    switch self {
    case .table: try put(ReportTable(view).description)
    case .csv: try ReportCSV(view).write(to: put)
    case .json: try ReportJSON(view).write(to: put)
    case .html: try ReportPage(view).write(to: put)
    }
  }
}

private func readCode(_ text: String) throws -> Code {
  guard let code = Code(try rawArgument(text)) else {
    throw ValidationError("accepted is a code of 1 to \(Code.byteCountMax) bytes")
  }
  return code
}

private func readRowCount(_ text: String) throws -> Int {
  guard let count = Int(text), count > 0 else {
    throw ValidationError("accepted is a whole number above 0")
  }
  return count
}

private func readShows(_ text: String) throws -> UInt64 {
  guard let count = UInt64(text) else {
    throw ValidationError("accepted is a whole number of shows")
  }
  return count
}
