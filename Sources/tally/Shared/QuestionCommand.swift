import ArgumentParser
import Glibc
import Jobs
import RedisClient
import RedisStore
import Rules

/// A command that looks and settles nothing: it takes no lock and leaves no row in the history. What it
/// prints on stdout is the answer.
protocol LookingCommand: AsyncParsableCommand {
  var common: CommonOptions { get }
  /// Whether Redis is asked at all; where it is not, none need be configured.
  var asksRedis: Bool { get }

  /// Looks, prints what it saw, and says with which code to end.
  func look(in context: JobContext, settings: Settings, terminal: Terminal) throws -> ExitStatus
}

/// One that ends with 0 whatever the answer is, and with 65 where something could not be read.
protocol QuestionCommand: LookingCommand {
  /// Asks, prints the answer and returns how many items were rejected on the way.
  func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int
}

extension QuestionCommand {
  func look(in context: JobContext, settings: Settings, terminal: Terminal) throws -> ExitStatus {
    try answer(in: context, settings: settings, terminal: terminal) == 0 ? .done : .rejected
  }
}

extension LookingCommand {
  var asksRedis: Bool { true }

  mutating func run() async throws {
    let terminal = Terminal(progress: common.progress)
    let observer = ConsoleObserver(terminal: terminal, level: common.logLevel.level)
    let status = await status(terminal, observer)
    throw ExitCode(status.code)
  }

  private func status(_ terminal: Terminal, _ observer: ConsoleObserver) async -> ExitStatus {
    do {
      let settings = try await Settings(common)
      settings.misspelt.forEach(observer.warned)
      let context = JobContext(
        redis: asksRedis ? try settings.redisEndpoint() : notAsked,
        mysql: try settings.optionalMySQLEndpoint(),
        keyspace: Keyspace(prefix: settings.keyPrefix(), hashTags: try settings.hashTags()),
        clock: try settings.clock(), now: time(nil), observer: observer,
        interruption: interruption)
      let status = try look(in: context, settings: settings, terminal: terminal)
      observer.finish()
      return status
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

/// Where no server can be.
private let notAsked = RedisEndpoint(address: .unix(path: "/dev/null"))

/// The exit codes of the questions.
let questionStatuses: [ExitStatus] = [
  .done, .usage, .rejected, .unavailable, .software, .inputOutput, .tryAgain, .noPermission,
  .configuration,
]
