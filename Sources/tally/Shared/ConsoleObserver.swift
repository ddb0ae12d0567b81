import Jobs
import Logging
import Rules
import Synchronization

/// Tells people on stderr what a job does.
final class ConsoleObserver: JobObserver {
  /// So that a million bad keys do not fill a mailbox; all of them are counted.
  private static let namedMax = 10

  private let terminal: Terminal
  private let logger: Logger
  private let rejectedCount = Mutex(0)

  init(terminal: Terminal, level: Logger.Level) {
    self.terminal = terminal
    logger = Logger(label: "tally") { _ in ConsoleLogHandler(terminal: terminal, logLevel: level) }
  }

  func progressed(_ step: StaticString, done: Int, total: Int?) {
    terminal.progressed("\(step)", done: done, total: total)
  }

  func warned(_ message: String) { logger.warning("\(message)") }

  func noted(_ message: String) { logger.info("\(message)") }

  func rejected(_ key: [UInt8], because reason: String) {
    let count = rejectedCount.withLock { count in
      count += 1
      return count
    }
    guard count <= ConsoleObserver.namedMax else { return }
    terminal.write(line: "tally: rejected: \(printable(key)): \(reason)")
  }

  /// Call once after the job: clears the bar and counts the rejected items that were not named.
  func finish() {
    terminal.clear()
    let more = rejectedCount.withLock { $0 } - ConsoleObserver.namedMax
    if more > 0 { terminal.write(line: "tally: rejected: and \(grouped(more)) more") }
  }
}

/// Writes log messages as `tally: warning: …`, without a time: cron's mail and the journal have one.
struct ConsoleLogHandler: LogHandler {
  let terminal: Terminal
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    terminal.write(line: "tally: \(event.level): \(event.message)")
  }
}
