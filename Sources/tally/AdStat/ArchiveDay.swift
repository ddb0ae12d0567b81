import ArgumentParser
import Jobs
import Rules

extension AdStat {
  struct ArchiveDay: MySQLWritingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Merges every closed day that Redis still holds into ad_ctr, oldest first.",
      discussion: """
        Days older than the kept days are read back from MySQL and then taken out of Redis. Rows \
        that MySQL holds already are not written again, so it may run as often as you like. Today \
        is merged only when asked for by --day or --to, and goes on counting.

        EXAMPLE
          tally adstat archive-day --env-file /etc/tally.env
          tally adstat archive-day --day today

        \(ExitStatus.help([
          .done, .usage, .rejected, .unavailable, .software, .cannotCreate, .inputOutput, .tryAgain,
          .redisBehindArchive, .noPermission, .configuration,
        ]))
        """)

    @Option(
      help: ArgumentHelp(
        "Only this day: YYYY-MM-DD, today or yesterday.", valueName: "day"),
      completion: .list(dayWords), transform: DayArgument.read)
    var day: DayArgument?

    @Option(
      help: ArgumentHelp("The first day of a range, with --to.", valueName: "day"),
      completion: .list(dayWords), transform: DayArgument.read)
    var from: DayArgument?

    @Option(
      help: ArgumentHelp("The last day of a range, with --from.", valueName: "day"),
      completion: .list(dayWords), transform: DayArgument.read)
    var to: DayArgument?

    @Option(
      help: ArgumentHelp(
        """
        How many closed days stay in Redis after they were archived (TALLY_KEEP_DAYS, else \
        \(ArchivePolicy.defaultKeepDays)).
        """, valueName: "days"),
      transform: readKeepDays)
    var keepDays: Int?

    @Option(
      help: ArgumentHelp(
        """
        As given to rollover-hour: a day is closed that long after midnight. 0 to 59, default \
        \(BookingRule.defaultGraceMinutes).
        """,
        valueName: "minutes"),
      transform: readGraceMinutes)
    var graceMinutes = BookingRule.defaultGraceMinutes

    @OptionGroup var loadOptions: LoadOptions
    @OptionGroup var jobOptions: JobOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
      if day != nil, from != nil || to != nil {
        throw ValidationError("--day and --from/--to exclude each other")
      }
      if (from == nil) != (to == nil) {
        throw ValidationError("--from and --to go together")
      }
    }

    func work(settings: Settings, clock: LocalClock, now: Int) throws -> Jobs.ArchiveDay {
      Jobs.ArchiveDay(
        days: try days(today: clock.day(at: now)),
        keepDays: try settings.wholeNumber(
          "TALLY_KEEP_DAYS", flag: keepDays, in: keepDaysRange,
          default: ArchivePolicy.defaultKeepDays),
        graceMinutes: graceMinutes)
    }

    private func days(today: CivilDay) throws(JobFailure) -> ClosedRange<CivilDay>? {
      if let day = day?.day(today: today) { return day...day }
      guard let first = from?.day(today: today), let last = to?.day(today: today) else {
        return nil
      }
      guard first <= last else {
        throw JobFailure(.usage, "--from \(first) lies after --to \(last)")
      }
      return first...last
    }

    static func summary(of report: RunReport) -> [Tallied] {
      [
        Tallied(report.found, "hour count", "read"), Tallied(report.changed, "row", "written"),
        Tallied(report.unchanged, "already right"),
        Tallied(report.forgotten, "day hash", plural: "day hashes", "forgotten"),
        Tallied(report.rejected, "rejected"),
      ]
    }
  }
}
