public import ArgumentParser
public import Jobs
import Rules

extension Jobs.RolloverHour.Source: ExpressibleByArgument {}

extension AdStat {
  struct RolloverHour: JobCommand {
    static let configuration = CommandConfiguration(
      abstract: "Moves every live counter into the count of its hour, inside Redis.",
      discussion: """
        Run it at every full hour. A counter is booked under the hour that ended, when it is taken \
        within the grace time after a full hour, else under the current one. The service goes on \
        counting meanwhile. Afterwards the shelf is brought up to date, as by `tally adstat shelve`, \
        where a MySQL is configured.

        EXAMPLE
          tally adstat rollover-hour --env-file /etc/tally.env
          tally adstat rollover-hour --hour 2026-11-20T09   # after a missed run

        \(ExitStatus.help([
          .done, .usage, .rejected, .unavailable, .software, .cannotCreate, .inputOutput, .tryAgain,
          .redisBehindArchive, .noPermission, .configuration,
        ]))
        """)

    static let mysqlNeed = MySQLNeed.optional

    @Option(
      help: ArgumentHelp(
        "Book into this hour, such as 2026-11-20T09; an hour of a sealed day is refused.",
        valueName: "hour"),
      transform: readHour)
    var hour: LocalHour?

    @Option(
      help: ArgumentHelp(
        """
        Minutes after a full hour that still belong to the hour that ended: 0 to 59, default \
        \(BookingRule.defaultGraceMinutes).
        """,
        valueName: "minutes"),
      transform: readGraceMinutes)
    var graceMinutes = BookingRule.defaultGraceMinutes

    @Option(help: "Find the counters by walking all keys, or by the codes of ad_image in MySQL.")
    var source = Jobs.RolloverHour.Source.scan

    @Flag(help: "Leave the shelf alone.")
    var noShelve = false

    @OptionGroup var jobOptions: JobOptions
    @OptionGroup var common: CommonOptions

    func work(settings: Settings, clock: LocalClock, now: Int) throws -> Jobs.RolloverHour {
      if source == .catalog { _ = try settings.mysqlEndpoint() }
      return Jobs.RolloverHour(
        hour: hour, graceMinutes: graceMinutes, source: source, isShelving: !noShelve)
    }

    static func summary(of report: RunReport) -> [Tallied] {
      [
        Tallied(report.changed, "counter", "moved"),
        Tallied(report.forgotten, "live key", "emptied"),
        Tallied(report.rejected, "rejected"),
      ]
    }
  }
}
