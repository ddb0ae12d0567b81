import ArgumentParser
import Glibc
import Jobs
import RedisStore
import Rules

/// A command that asks and settles nothing: it takes no lock and leaves no row in the history. What it
/// prints on stdout is the answer.
protocol QuestionCommand: AsyncParsableCommand {
  var common: CommonOptions { get }

  /// Asks, prints the answer and returns how many items were rejected on the way.
  func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int
}

extension QuestionCommand {
  mutating func run() async throws {
    let terminal = Terminal(progress: common.progress)
    let observer = ConsoleObserver(terminal: terminal, level: common.logLevel.level)
    let status = await status(terminal, observer)
    throw ExitCode(status.code)
  }

  private func status(_ terminal: Terminal, _ observer: ConsoleObserver) async -> ExitStatus {
    do {
      let settings = try await Settings(common)
      let context = JobContext(
        redis: try settings.redisEndpoint(), mysql: try settings.optionalMySQLEndpoint(),
        keyspace: Keyspace(prefix: settings.keyPrefix(), hashTags: try settings.hashTags()),
        clock: try settings.clock(), now: time(nil), observer: observer,
        interruption: interruption)
      let rejectedCount = try answer(in: context, settings: settings, terminal: terminal)
      observer.finish()
      return rejectedCount == 0 ? .done : .rejected
    } catch {
      observer.finish()
      complain(about: error)
      let status = ExitStatus(of: error)
      if common.json, status != .inputOutput {
        var object = JSONText()
        object.add("error", "\(error)")
        try? writeToStdout("\(object)\n")
      }
      return status
    }
  }
}

/// The exit codes of the questions.
let questionStatuses: [ExitStatus] = [
  .done, .usage, .rejected, .unavailable, .software, .inputOutput, .tryAgain, .noPermission,
  .configuration,
]
