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
  private let counts = Mutex<[Kind: Int]>([:])

  /// What is named item by item.
  private enum Kind: String, CaseIterable { case rejected, different }

  init(terminal: Terminal, level: Logger.Level) {
    self.terminal = terminal
    logger = Logger(label: "tally") { _ in ConsoleLogHandler(terminal: terminal, logLevel: level) }
  }

  func progressed(_ step: StaticString, done: Int, total: Int?) {
    terminal.progressed("\(step)", done: done, total: total)
  }

  func warned(_ message: String) { logger.warning("\(message)") }

  func noted(_ message: String) { logger.info("\(message)") }

  func rejected(_ key: [UInt8], because reason: String) { name(.rejected, key, reason) }

  func differed(_ key: [UInt8], how: String) { name(.different, key, how) }

  private func name(_ kind: Kind, _ key: [UInt8], _ text: String) {
    let count = counts.withLock { counts in
      counts[kind, default: 0] += 1
      return counts[kind, default: 0]
    }
    guard count <= ConsoleObserver.namedMax else { return }
    terminal.write(line: "tally: \(kind.rawValue): \(printable(key)): \(text)")
  }

  /// Call once after the job: clears the bar and counts the items that were not named.
  func finish() {
    terminal.clear()
    for kind in Kind.allCases {
      let more = counts.withLock { $0[kind] ?? 0 } - ConsoleObserver.namedMax
      if more > 0 { terminal.write(line: "tally: \(kind.rawValue): and \(grouped(more)) more") }
    }
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
