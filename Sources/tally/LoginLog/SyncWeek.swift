import ArgumentParser
import Jobs
import Rules

extension LoginLog {
  struct SyncWeek: MySQLWritingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Merges the login bitmaps of this month, and early in it of the last, into MySQL.",
      discussion: """
        From the 8th on it carries over this month only, before the 8th this month and the month \
        before. Nothing is taken out of Redis; rows that MySQL holds already are not written.

        EXAMPLE
          tally loginlog sync-week --env-file /etc/tally.env
          tally loginlog sync-week --month 2026-08 --month 2026-09   # a backfill

        \(ExitStatus.help([
          .done, .usage, .rejected, .unavailable, .software, .cannotCreate, .inputOutput, .tryAgain,
          .noPermission, .configuration,
        ]))
        """)

    @Option(
      help: ArgumentHelp(
        "The day the rule starts from: YYYY-MM-DD, today or yesterday. Default: today.",
        valueName: "day"),
      completion: .list(dayWords), transform: DayArgument.read)
    var asOf: DayArgument?

    @Option(
      name: .customLong("month"),
      help: ArgumentHelp(
        "This month, YYYY-MM, instead of those of the rule. May be repeated.", valueName: "month"),
      transform: readMonth)
    var months: [Month] = []

    @OptionGroup var loadOptions: LoadOptions
    @OptionGroup var jobOptions: JobOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
      if asOf != nil, !months.isEmpty {
        throw ValidationError("--as-of and --month exclude each other")
      }
    }

    func work(settings: Settings, clock: LocalClock, now: Int) throws -> Jobs.SyncWeek {
      let today = clock.day(at: now)
      let chosen =
        months.isEmpty
        ? SyncRule.months(asOf: asOf?.day(today: today) ?? today) : Set(months).sorted()
      return Jobs.SyncWeek(months: chosen)
    }

    static func summary(of report: RunReport) -> [Tallied] {
      [
        Tallied(report.found, "bitmap", "read"), Tallied(report.changed, "row", "written"),
        Tallied(report.unchanged, "already right"), Tallied(report.rejected, "rejected"),
      ]
    }
  }
}
