import Foundation
import Synchronization
import TestServers

/// Lets a run go wrong at message 1, 2, … until one gets through untouched.
///
/// After each: the live service counts on, two clean runs, and both sides must hold exactly what they
/// would hold had nothing happened.
struct FaultLoop: Sendable {
  let subject: any Suffering
  let flavor: MySQLServer.Flavor
  /// What is tried at every message: in the short form each of them at those that write, and one
  /// after the other at those that read.
  let moments: [Fault.Moment]
  /// Message 1, 1 + stride, … and each moment in its turn; the long form has strides of its own.
  var stride = 1
  var fullStride = 1
  /// A MySQL server for this loop alone, for faults that strike the server. Since that takes a second
  /// and more, the moments come in their turn in the long form, too.
  var ownServer: MySQLServer?

  /// Runs that go on at once, each in a world of its own: they mostly wait. One server can be struck
  /// for one run at a time.
  private var workers: Int { ownServer == nil ? 3 : 1 }

  /// One run: is told which fault to plan, and returns its exit code.
  typealias Attempt = @Sendable (ProxyBench, Fault.Moment, _ number: Int) throws -> Int32

  /// Returns how many runs were hit; throws what was found wrong. `exitCodes` are those with which a
  /// run that was hit may end.
  @discardableResult
  func run(exitCodes: Set<Int32>, _ attempt: @escaping Attempt) throws -> Int {
    let chosen = try choices()
    let next = Atomic(0)
    let found = Mutex((hits: 0, isOver: false, problems: [String]()))
    let threads = DispatchGroup()
    for _ in 0..<workers {
      threads.enter()
      Thread.detachNewThread {
        defer { threads.leave() }
        do {
          let bench = try ProxyBench(flavor, mysql: ownServer)
          while !found.withLock({ $0.isOver }) {
            let number = chosen.number(next.wrappingAdd(1, ordering: .relaxed).oldValue)
            for moment in chosen.moments(number) {
              let result = try one(number, moment, on: bench, exitCodes, attempt)
              found.withLock {
                $0.hits += result.isHit ? 1 : 0
                $0.isOver = $0.isOver || result.isUntouched
                $0.problems += result.problems
              }
            }
          }
        } catch {
          found.withLock {
            $0.problems.append("\(error)")
            $0.isOver = true
          }
        }
      }
    }
    threads.wait()
    let (hits, _, problems) = found.withLock { $0 }
    guard problems.isEmpty else {
      throw TestFailure(
        "\(problems.count) problems:\n" + problems.prefix(5).joined(separator: "\n"))
    }
    guard hits > 0 else { throw TestFailure("no fault found its message") }
    return hits
  }

  private func one(
    _ number: Int, _ moment: Fault.Moment, on bench: ProxyBench, _ exitCodes: Set<Int32>,
    _ attempt: Attempt
  ) throws -> (isHit: Bool, isUntouched: Bool, problems: [String]) {
    try subject.prepare(bench)
    let code = try attempt(bench, moment, number)
    let isHit = bench.plan.struckCount > 0
    let messages = bench.plan.messages
    var problems: [String] = []
    if !bench.plan.waitUntilQuiet() { problems.append("a connection is left open") }
    // A fault may miss a message that is there: not every one is answered.
    let isUntouched = messages.count < number
    let place = isUntouched ? "the end" : "\(messages[number - 1])"
    // Who says QUIT waits for no answer, and may be gone.
    let isBeyondReach = !isHit || place.hasSuffix("QUIT")
    if !(isHit && exitCodes.contains(code)), !(isBeyondReach && code == 0) {
      problems.append("exit code \(code)")
    }
    problems += try subject.heal(bench)
    return (
      isHit, isUntouched, problems.map { "\(subject) on \(flavor), \(moment) of \(place): \($0)" }
    )
  }

  /// Which moments are tried at which message.
  private struct Choices: Sendable {
    let stride: Int
    let moments: [Fault.Moment]
    let isWriting: [Bool]
    let takesTurns: Bool

    func number(_ index: Int) -> Int { 1 + index * stride }

    func moments(_ number: Int) -> [Fault.Moment] {
      if takesTurns { return [moments[number % moments.count]] }
      if FaultDepth.isFull || (stride == 1 && number <= isWriting.count && isWriting[number - 1]) {
        return moments
      }
      return [moments[number % moments.count]]
    }
  }

  /// Looks at the messages of an untouched run.
  private func choices() throws -> Choices {
    let bench = try ProxyBench(flavor, mysql: ownServer)
    try subject.prepare(bench)
    bench.plan.begin([])
    let (code, complaint) = subject.run(
      in: try bench.proxiedContext(), logDirectory: bench.folder)
    guard code == 0 else { throw TestFailure("an untouched run ends with \(code): \(complaint)") }
    let writing = ["EVALSHA", "START TRANSACTION", "INSERT", "EXECUTE", "UPDATE", "COMMIT"]
    return Choices(
      stride: FaultDepth.isFull ? fullStride : stride, moments: moments,
      isWriting: bench.plan.messages.map { message in
        writing.contains { message.text.contains($0) }
      }, takesTurns: ownServer != nil)
  }
}
