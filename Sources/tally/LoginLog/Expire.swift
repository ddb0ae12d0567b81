import ArgumentParser
import Jobs
import Rules

extension LoginLog {
  struct Expire: MySQLWritingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes old login bitmaps out of Redis: merged, logged, and only then deleted.",
      discussion: """
        A bitmap is expired when the first day of its month lies more than --after-days days back. \
        MySQL holds its days and its line is safe in the log file before it is deleted; one that \
        changed meanwhile stays for the next run.

        EXAMPLE
          tally loginlog expire --env-file /etc/tally.env
          tally loginlog expire --after-days 93 --dry-run

        \(ExitStatus.help([
          .done, .usage, .rejected, .unavailable, .software, .cannotCreate, .inputOutput, .tryAgain,
          .noPermission, .configuration,
        ]))
        """)

    @Option(
      help: ArgumentHelp(
        "The day to count back from: YYYY-MM-DD, today or yesterday. Default: today.",
        valueName: "day"),
      completion: .list(dayWords), transform: DayArgument.read)
    var asOf: DayArgument?

    @Option(
      help: ArgumentHelp(
        """
        How many days back the first day of a month must lie, more than 31 \
        (TALLY_EXPIRE_AFTER_DAYS, else \(ExpiryRule.defaultAfterDays)).
        """, valueName: "days"),
      transform: readAfterDays)
    var afterDays: Int?

    @Option(
      help: ArgumentHelp(
        "Where loginlog-expired-YYYY-MM-DD.jsonl is written (TALLY_LOG_DIR).",
        valueName: "directory"),
      completion: .directory)
    var logDir: String?

    @OptionGroup var loadOptions: LoadOptions
    @OptionGroup var jobOptions: JobOptions
    @OptionGroup var common: CommonOptions

    func work(settings: Settings, clock: LocalClock, now: Int) throws -> Jobs.Expire {
      let today = clock.day(at: now)
      let days = try settings.wholeNumber(
        "TALLY_EXPIRE_AFTER_DAYS", flag: afterDays, in: afterDaysRange,
        default: ExpiryRule.defaultAfterDays)
      let directory = try settings.logDirectory(flag: logDir)
      // Nil only below 32 days, which the range above refuses.
      let rule = ExpiryRule(asOf: asOf?.day(today: today) ?? today, afterDays: days)!
      return Jobs.Expire(rule: rule, logDirectory: directory)
    }

    static func summary(of report: RunReport) -> [Tallied] {
      [
        Tallied(report.found, "expired bitmap", "found"),
        Tallied(report.changed, "row", "merged first"),
        Tallied(report.unchanged, "already right"),
        Tallied(report.forgotten, "bitmap", "deleted"), Tallied(report.rejected, "rejected"),
      ]
    }
  }
}
