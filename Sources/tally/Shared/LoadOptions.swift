import ArgumentParser
import Jobs
import Rules

/// The options of the jobs that write to MySQL, beside those of all jobs.
struct LoadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Write nothing while a value of SHOW GLOBAL STATUS is above its limit, such as \
      Threads_running=25 (TALLY_MAX_LOAD).
      """, valueName: "name=n[,name=n…]"),
    transform: readLoadLimits)
  var maxLoad: [LoadLimit]?

  @Option(
    help: ArgumentHelp(
      "Write nothing while a replica is more than so many seconds behind (TALLY_MAX_LAG).",
      valueName: "seconds"),
    transform: readLagSeconds)
  var maxLag: Int?

  @Option(
    name: .customLong("replica-url"),
    help: ArgumentHelp(
      """
      A replica to ask for --max-lag, repeatable; written like --mysql-url (TALLY_REPLICA_URLS, \
      with spaces between).
      """, valueName: "url"))
  var replicaURLs: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      End with 75 when nothing could be written for so many seconds (TALLY_MAX_PAUSE, else \
      \(PaceLimits.defaultPauseSecondsMax)).
      """, valueName: "seconds"),
    transform: readPauseSeconds)
  var maxPause: Int?
}

/// A job that writes to MySQL.
protocol MySQLWritingCommand: JobCommand {
  var loadOptions: LoadOptions { get }
}

extension MySQLWritingCommand {
  func limits(settings: Settings) throws -> PaceLimits {
    try settings.paceLimits(maxRate: jobOptions.maxRate, loadOptions)
  }
}
