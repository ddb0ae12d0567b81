import Glibc
import Jobs
import Rules
import TestServers

/// The runs that are on their way at the same time, and what befalls them.
final class Crowd {
  /// Counted from the start of the schedule; what is parked goes on at a certain step.
  var step = 0
  var figures = Figures()
  /// What was done so far, for whoever has to understand a failure.
  private(set) var trace: [String] = []

  private let world: World
  private let zone: String
  private let clock: LocalClock
  private(set) var runs: [CrowdRun] = []
  /// Killed threads, which need a moment to learn that they are dead.
  private var dying: [CrowdRun] = []

  init(in world: World, zone: String, clock: LocalClock) {
    self.world = world
    self.zone = zone
    self.clock = clock
  }

  var isBusy: Bool { !runs.isEmpty }

  func note(_ text: String) {
    trace.append("\(step): \(text)")
    // Two years of cron are long; what is looked at are the last steps.
    if trace.count > 2000 { trace.removeFirst(1000) }
  }

  /// Starts the job as a thread or as a process, and waits for its first request.
  func start(_ work: Work, fates: [Int: Mishap], isProcess: Bool) throws {
    let turnstile = try world.turnstile()
    let name = "\(figures.runs) \(work.arguments.dropFirst().joined(separator: " "))"
    let run: CrowdRun
    if isProcess {
      run = try CrowdRun(
        name, turnstile: turnstile, fates: fates, allowedExitCodes: work.allowedExitCodes,
        arguments: work.arguments + ["--no-lock"],
        environment: world.environment(zone: zone, turnstile: turnstile))
    } else {
      run = CrowdRun(
        name, turnstile: turnstile, fates: fates, allowedExitCodes: work.allowedExitCodes,
        bell: world.bell,
        job: try work.job(logFolder: world.logFolder),
        context: try world.context(clock: clock, turnstile: turnstile))
    }
    figures.runs += 1
    note(
      "starts \(name)\(isProcess ? ", a process" : "")\(fates.isEmpty ? "" : ", fates \(fates)")")
    runs.append(run)
    try settle(run)
  }

  /// Lets one of the runs go on for some requests.
  func advance(using random: inout SeededGenerator) throws {
    try collect()
    let ready = runs.filter { $0.turnstile.heldLink != nil && ($0.parkedUntil ?? 0) <= step }
    guard !ready.isEmpty else { return try waitForOne() }
    let run = random.pick(ready)
    run.parkedUntil = nil
    for _ in 0..<random.pick([1, 1, 2, 5, 12, 30]) {
      guard try letThrough(run, using: &random), run.turnstile.heldLink != nil else { break }
    }
    try collect()
  }

  /// After something happened to the servers: waits until every run has noticed.
  func settleAll() throws { for run in runs { try settle(run) } }

  /// Waits until the killed threads have ended, too.
  func bury() throws {
    while !dying.isEmpty { try wait(milliseconds: 20) }
  }

  /// Where the schedule is given up.
  func killAll() throws {
    for run in runs { kill(run) }
    try bury()
  }

  // MARK: Fates

  /// False where the run does not go on for now.
  private func letThrough(_ run: CrowdRun, using random: inout SeededGenerator) throws -> Bool {
    figures.requests += 1
    let fault = run.fates.removeValue(forKey: run.turnstile.requestCount)
    if let fault { note("\(run.name): \(fault) at request \(run.turnstile.requestCount)") }
    switch fault {
    case nil: run.turnstile.forward()
    case .requestLost:
      run.turnstile.loseRequest()
      figures.lostRequests += 1
    case .replyLost:
      run.turnstile.forward(losingReply: true)
      figures.lostReplies += 1
    case .parked:
      run.parkedUntil = step + random.pick(5...60)
      figures.parked += 1
      return false
    case .killedBefore:
      kill(run)
      return false
    case .killedSoon where run.isProcess:
      run.turnstile.forward()
      usleep(UInt32(random.pick(0...3000)))
      kill(run)
      return false
    case .killedAfter, .killedSoon:
      run.turnstile.forward(losingReply: true)
      let sentAt = ContinuousClock.now
      while run.turnstile.awaitedLink != nil, .now - sentAt < .milliseconds(50) {
        try wait(milliseconds: 5)
      }
      kill(run)
      return false
    }
    try settle(run)
    return true
  }

  private func kill(_ run: CrowdRun) {
    run.kill()
    if run.isProcess { figures.killedProcesses += 1 } else { figures.killedThreads += 1 }
    runs.removeAll { $0 === run }
    dying.append(run)
  }

  // MARK: Waiting

  /// Waits until the run holds its next request or has ended; no longer where it waits for a lock that
  /// another run has.
  private func settle(_ run: CrowdRun) throws {
    let start = ContinuousClock.now
    while run.outcome == nil, run.turnstile.heldLink == nil {
      if let sentAt = run.turnstile.awaitedLink?.sentAt, runs.count > 1,
        .now - sentAt > .milliseconds(30)
      {
        note("\(run.name) waits for a server")
        return
      }
      guard .now - start < .seconds(90) else { throw ModelFailure("\(run.name) stands still") }
      try wait(milliseconds: 5)
    }
  }

  /// Nobody can go on now: the parked are waited for, by others or by the server.
  private func waitForOne() throws {
    guard let waiting = runs.first(where: { $0.turnstile.heldLink == nil && $0.outcome == nil })
    else {
      step = runs.compactMap(\.parkedUntil).min() ?? step
      return
    }
    if let sentAt = waiting.turnstile.awaitedLink?.sentAt, .now - sentAt > .milliseconds(60) {
      // As the server does after wait_timeout: who sleeps in a transaction is put out.
      for run in runs where run.parkedUntil != nil { run.turnstile.cutLinks(to: .mysql) }
    }
    try wait(milliseconds: 5)
  }

  private func wait(milliseconds: Int32) throws {
    try Turnstile.wait(
      at: (runs + dying).map(\.turnstile), bell: world.bell, milliseconds: milliseconds)
    dying.removeAll { $0.outcome != nil }
  }

  /// Takes account of the runs that ended.
  private func collect() throws {
    for run in runs {
      guard let end = run.outcome else { continue }
      note("\(run.name) ends with \(end.exitCode) \(end.message)")
      runs.removeAll { $0 === run }
      guard run.allowedExitCodes.contains(end.exitCode) else {
        throw ModelFailure("\(run.name) ended with \(end.exitCode): \(end.message)")
      }
    }
  }
}
