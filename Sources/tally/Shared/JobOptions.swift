import ArgumentParser

/// The options of the commands that run as jobs.
struct JobOptions: ParsableArguments {
  @Flag(
    name: .customLong("dry-run"),
    help: "Read everything and say what would be done; write nothing on either side.")
  var isDryRun = false

  @Flag(help: "Run even where the same job is running; safe, but the work is done twice.")
  var noLock = false

  @Option(
    help: ArgumentHelp(
      "Read, merge and forget at most so many keys a second (TALLY_MAX_RATE).", valueName: "keys"),
    transform: readMaxRate)
  var maxRate: Int?

  @Option(
    help: ArgumentHelp(
      """
      Where lock files lie (TALLY_LOCK_DIR, else /run/tally for root and ~/.local/state/tally for \
      others).
      """, valueName: "directory"), completion: .directory)
  var lockDir: String?
}
