import ArgumentParser
import Jobs
import Rules

struct Status: LookingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells when each job last succeeded, what waits in Redis, and what is late.",
    discussion: """
      Usable as a monitoring probe: it ends with 1 when a job that the crontab had due has not \
      succeeded since (patience: half an hour for the rollover, 3 hours for the archives, 6 for the \
      weekly jobs; the archive of sketches is owed only where a closed day has some), when a closed \
      day is not archived, or when Redis is older than an archive. A server that is down takes away \
      only what it alone knows; the exit code is then 69. Due times are those of cron/tally.cron, by \
      this machine's clock. All keys of Redis are walked.

      EXAMPLE
        tally status --env-file /etc/tally.env
        tally status --json
        tally status --prometheus /var/lib/prometheus/node-exporter/tally.prom

      \(ExitStatus.help([
        .done, .late, .usage, .unavailable, .software, .cannotCreate, .inputOutput, .tryAgain,
        .noPermission, .configuration,
      ]))
      """)

  @Option(
    help: ArgumentHelp(
      "Write the figures into this file too, for the textfile collector of node_exporter.",
      valueName: "file"),
    completion: .file(extensions: ["prom"]))
  var prometheus: String?

  @Option(
    help: ArgumentHelp(
      """
      As given to loginlog expire (TALLY_EXPIRE_AFTER_DAYS, else \(ExpiryRule.defaultAfterDays)).
      """, valueName: "days"),
    transform: readAfterDays)
  var afterDays: Int?

  @OptionGroup var common: CommonOptions

  func look(in context: JobContext, settings: Settings, terminal: Terminal) throws -> ExitStatus {
    let status = Jobs.Status(
      afterDays: try settings.wholeNumber(
        "TALLY_EXPIRE_AFTER_DAYS", flag: afterDays, in: afterDaysRange,
        default: ExpiryRule.defaultAfterDays))
    let report = try status.report(in: context)
    terminal.clear()
    for failure in [report.redisFailure, report.mysqlFailure].compactMap({ $0 }) {
      complain(about: failure)
    }
    if let prometheus { try replaceFile(prometheus, with: report.prometheusText()) }
    try writeToStdout(common.json ? report.json() : report.text(clock: context.clock))
    return report.status
  }
}
