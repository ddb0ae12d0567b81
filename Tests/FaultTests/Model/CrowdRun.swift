import Foundation
import Glibc
import Jobs
import Synchronization
import TestServers

/// What happens to a run at one of its requests.
enum Mishap {
  /// The request is lost; the run sees its connection break.
  case requestLost
  /// The server does what it was asked, and the answer is lost.
  case replyLost
  /// Dead before the server hears of it, and dead after the server did it.
  case killedBefore
  case killedAfter
  /// SIGKILL some moment after the request was let through. A thread dies as with `killedAfter`.
  case killedSoon
  /// Stands still, as by SIGSTOP, and goes on much later.
  case parked

  var kills: Bool { [.killedBefore, .killedAfter, .killedSoon].contains(self) }
}

/// One run of a job on its way through a turnstile of its own: a thread of this process, or the tool.
final class CrowdRun {
  /// Such as `3 archive-day`, for the trace.
  let name: String
  let turnstile: Turnstile
  /// By the number of the request.
  var fates: [Int: Mishap]
  /// The step of the schedule at which it goes on.
  var parkedUntil: Int?
  let allowedExitCodes: Set<Int32>
  let isProcess: Bool
  private let tool: RunningTally?
  private let ending = Ending()

  /// A thread that runs the job.
  init(
    _ name: String, turnstile: Turnstile, fates: [Int: Mishap], allowedExitCodes: Set<Int32>,
    bell: Bell,
    job: some Job, context: JobContext
  ) {
    self.name = name
    self.turnstile = turnstile
    self.fates = fates
    self.allowedExitCodes = allowedExitCodes
    isProcess = false
    tool = nil
    ending.watch(ringing: bell) { run(job, in: context) }
  }

  /// The tool itself, given the turnstile's addresses in its environment.
  init(
    _ name: String, turnstile: Turnstile, fates: [Int: Mishap], allowedExitCodes: Set<Int32>,
    arguments: [String], environment: [String: String]
  ) throws {
    self.name = name
    self.turnstile = turnstile
    self.fates = fates
    self.allowedExitCodes = allowedExitCodes
    isProcess = true
    tool = try TallyTool().start(arguments, environment: environment)
  }

  /// Nil while it is on its way.
  var outcome: RunEnd? {
    // A process that still has a link is not asked: asking takes a moment.
    guard let tool, ending.value == nil, turnstile.links.isEmpty, tool.hasEnded,
      let output = try? tool.wait()
    else { return ending.value }
    ending.set(RunEnd(exitCode: output.exitCode, message: output.stderr))
    return ending.value
  }

  /// Ends it for good, as SIGKILL does; of a thread only what the servers see of that.
  func kill() {
    tool?.signal(SIGKILL)
    turnstile.die()
  }
}

/// How a run ended.
struct RunEnd: Sendable {
  let exitCode: Int32
  /// What a person would be told.
  let message: String
}

/// Where it is written how a run ended.
private final class Ending: Sendable {
  private let end = Mutex<RunEnd?>(nil)

  var value: RunEnd? { end.withLock { $0 } }

  func watch(ringing bell: Bell, _ run: @escaping @Sendable () -> JobOutcome) {
    Thread.detachNewThread { [self] in
      let outcome = run()
      set(
        RunEnd(
          exitCode: Jobs.ExitStatus(of: outcome).code,
          message: outcome.failure.map { "\($0)" } ?? ""))
      bell.ring()
    }
  }

  func set(_ value: RunEnd) { end.withLock { $0 = value } }
}
