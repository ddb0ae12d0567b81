import ArgumentParser
import Jobs
import Rules

extension AdStat {
  struct Shelve: JobCommand {
    static let configuration = CommandConfiguration(
      abstract: "Puts images up and takes them down in Redis, as the catalogue says.",
      discussion: """
        An image is due while up_time <= now < down_time. What is due goes to <code> (for 24 hours, \
        renewed before they are over) and to adstat:shelf:<system>, a hash of code -> setting, for \
        each system that shows it; what is over is taken down after a last rollover of its \
        counters; edited settings are changed. Rollover-hour ends with it, so that a run of its own \
        is for edits that shall not wait. --log-level info names what went up, down and changed.

        EXAMPLE
          tally adstat shelve --env-file /etc/tally.env
          tally adstat shelve --dry-run --log-level info

        \(ExitStatus.help([
          .done, .usage, .rejected, .unavailable, .software, .cannotCreate, .inputOutput, .tryAgain,
          .redisBehindArchive, .noPermission, .configuration,
        ]))
        """)

    @Option(
      help: ArgumentHelp(
        """
        As given to rollover-hour, for the counters of what is taken down. 0 to 59, default \
        \(BookingRule.defaultGraceMinutes).
        """,
        valueName: "minutes"),
      transform: readGraceMinutes)
    var graceMinutes = BookingRule.defaultGraceMinutes

    @OptionGroup var jobOptions: JobOptions
    @OptionGroup var common: CommonOptions

    func work(settings: Settings, clock: LocalClock, now: Int) throws -> Jobs.Shelve {
      Jobs.Shelve(graceMinutes: graceMinutes)
    }

    static func summary(of report: RunReport) -> [Tallied] {
      [
        Tallied(report.found, "image", "due"), Tallied(report.changed, "put up or changed"),
        Tallied(report.unchanged, "already right"), Tallied(report.forgotten, "taken down"),
        Tallied(report.rejected, "rejected"),
      ]
    }
  }
}
