import ArgumentParser
import Jobs
import Rules

extension CPC {
  struct ArchiveDay: MySQLWritingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Merges the sketches of every closed day into cpc_day.",
      discussion: """
        CPC sketches under cpc:<name>_<YYYY-MM-DD>, and the HyperLogLogs that the live service keeps \
        under <code>_uv_<YYYY-MM-DD>. Days older than the kept days are read back from MySQL and then \
        taken out of Redis. Rows that hold all of it already are not written again, so it may run as \
        often as you like. Today is merged only when asked for by --day, and goes on counting.

        EXAMPLE
          tally cpc archive-day --env-file /etc/tally.env
          tally cpc archive-day --day 2026-11-19 --day today

        \(ExitStatus.help([
          .done, .usage, .rejected, .unavailable, .software, .cannotCreate, .inputOutput, .tryAgain,
          .noPermission, .configuration,
        ]))
        """)

    @Option(
      help: ArgumentHelp(
        "Only this day: YYYY-MM-DD, today or yesterday. May be repeated.", valueName: "day"),
      transform: DayArgument.read)
    var day: [DayArgument] = []

    @Option(
      help: ArgumentHelp(
        """
        How many closed days stay in Redis after they were archived (TALLY_KEEP_DAYS, else \
        \(ArchivePolicy.defaultKeepDays)).
        """, valueName: "days"),
      transform: readKeepDays)
    var keepDays: Int?

    @OptionGroup var loadOptions: LoadOptions
    @OptionGroup var jobOptions: JobOptions
    @OptionGroup var common: CommonOptions

    func work(settings: Settings, clock: LocalClock, now: Int) throws -> CPCArchiveDay {
      let today = clock.day(at: now)
      return CPCArchiveDay(
        days: Set(day.map { $0.day(today: today) }),
        keepDays: try settings.wholeNumber(
          "TALLY_KEEP_DAYS", flag: keepDays, in: keepDaysRange,
          default: ArchivePolicy.defaultKeepDays))
    }

    static func summary(of report: RunReport) -> [Tallied] {
      [
        Tallied(report.found, "sketch", plural: "sketches", "read"),
        Tallied(report.changed, "row", "written"), Tallied(report.unchanged, "already right"),
        Tallied(report.forgotten, "sketch", plural: "sketches", "forgotten"),
        Tallied(report.rejected, "rejected"),
      ]
    }
  }
}
