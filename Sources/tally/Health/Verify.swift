import ArgumentParser
import Jobs
import Rules

struct Verify: QuestionCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares what Redis holds with what MySQL holds of the same; writes nothing.",
    discussion: """
      Hour by hour of every image, day by day of every user, and sketch by sketch of every day. What \
      a job of the crontab will still carry over is counted as waiting. Different are: of an archived \
      day any count that MySQL does not hold exactly; of a day that is not archived yet, and of a \
      month that cannot have expired, what MySQL holds more than Redis; logins of a month that the \
      next weekly sync no longer takes along and that has not expired; and a sketch that MySQL's row \
      of it lacks something of, once an archive should have merged its day. Differences are named on \
      stderr, at most ten, and make the exit code 65. While archive-day runs, what it has not come to \
      yet may be among them.

      EXAMPLE
        tally verify --env-file /etc/tally.env
        tally verify --from 2026-11-01 --to yesterday --json

      \(ExitStatus.help([
        .done, .usage, .rejected, .unavailable, .software, .inputOutput, .tryAgain,
        .redisBehindArchive, .noPermission, .configuration,
      ]))
      """)

  @Option(
    help: ArgumentHelp(
      "The first day to compare, with --to; of logins, the months from there on.", valueName: "day"),
    completion: .list(dayWords), transform: DayArgument.read)
  var from: DayArgument?

  @Option(
    help: ArgumentHelp("The last day to compare, with --from.", valueName: "day"),
    completion: .list(dayWords), transform: DayArgument.read)
  var to: DayArgument?

  @Option(help: ArgumentHelp("Only this month, YYYY-MM.", valueName: "month"), transform: readMonth)
  var month: Month?

  @Option(
    help: ArgumentHelp(
      """
      As given to loginlog expire (TALLY_EXPIRE_AFTER_DAYS, else \(ExpiryRule.defaultAfterDays)).
      """, valueName: "days"),
    transform: readAfterDays)
  var afterDays: Int?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if month != nil, from != nil || to != nil {
      throw ValidationError("--month and --from/--to exclude each other")
    }
    if (from == nil) != (to == nil) { throw ValidationError("--from and --to go together") }
  }

  func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int {
    let verify = Jobs.Verify(
      days: try days(today: context.clock.day(at: context.now)),
      afterDays: try settings.wholeNumber(
        "TALLY_EXPIRE_AFTER_DAYS", flag: afterDays, in: afterDaysRange,
        default: ExpiryRule.defaultAfterDays))
    let clock = ContinuousClock()
    let began = clock.now
    var report = VerifyReport()
    try verify.perform(in: context, report: &report)
    try say(report, seconds: (clock.now - began) / .seconds(1), on: terminal)
    return report.different + report.rejected
  }

  private func days(today: CivilDay) throws(JobFailure) -> DayRange? {
    if let month { return DayRange(month) }
    guard let first = from?.day(today: today), let last = to?.day(today: today) else { return nil }
    guard let range = DayRange(first, through: last) else {
      throw JobFailure(.usage, "--from \(first) lies after --to \(last)")
    }
    return range
  }

  private func say(_ report: VerifyReport, seconds: Double, on terminal: Terminal) throws {
    if common.json { return try writeToStdout(json(report, seconds: seconds)) }
    guard
      terminal.isTerminal || report.different + report.rejected > 0 || common.logLevel == .info
    else { return }
    var run = RunReport(job: Jobs.Verify.name, isDryRun: false)
    run.seconds = seconds
    terminal.write(
      line: run.line([
        Tallied(report.hourCounts.compared, "hour count", "compared"),
        Tallied(report.loginMonths.compared, "login month", "compared"),
        Tallied(report.daySketches.compared, "day sketch", plural: "day sketches", "compared"),
        Tallied(report.waiting, "waiting"),
        Tallied(report.different, "different"), Tallied(report.rejected, "rejected"),
      ]))
  }

  private func json(_ report: VerifyReport, seconds: Double) -> String {
    var object = JSONText()
    object.add("schema", 1)
    object.add("equal", report.different == 0)
    object.add("hour_counts", counts(report.hourCounts))
    object.add("login_months", counts(report.loginMonths))
    object.add("day_sketches", counts(report.daySketches))
    object.add("different", report.different)
    object.add("rejected", report.rejected)
    object.add("seconds", (seconds * 1000).rounded() / 1000)
    return "\(object)\n"
  }

  private func counts(_ counts: VerifyReport.Counts) -> JSONText {
    var object = JSONText()
    object.add("compared", counts.compared)
    object.add("waiting", counts.waiting)
    object.add("different", counts.different)
    return object
  }
}
