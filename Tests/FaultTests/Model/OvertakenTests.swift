import Jobs
import Rules
import TestServers
import Testing

/// A run that looks at Redis, stands still, and looks at MySQL after another run has archived.
struct OvertakenTests {
  @Test(arguments: [
    Work.rollOver(hour: nil), Work.archive(days: nil, keepDays: 2),
  ])
  func aRunThatWasOvertakenByAnArchiveDoesNotTakeRedisForAnOldOne(_ work: Work) throws {
    try WorldPool.with(.mariadb) { world in
      try world.begin(at: try FakeClock.seconds("2026-11-20 09:30:00"))
      let counter = Counter(code: Array("a".utf8), metric: "show")
      try world.count(counter, 3)
      let archive = Work.archive(days: nil, keepDays: 2)
      #expect(try run(.rollOver(hour: nil), in: world).exitCode == 0)
      try world.setClock(world.now + 86_400)
      try world.count(counter, 4)

      let turnstile = try world.turnstile()
      let overtaken = CrowdRun(
        "overtaken", turnstile: turnstile, fates: [:], allowedExitCodes: [0], bell: world.bell,
        job: try work.job(logFolder: world.logFolder),
        context: try world.context(clock: .utc, turnstile: turnstile))
      try go(overtaken, in: world, until: "confirmed FROM ad_source")
      #expect(turnstile.heldLink?.server == .mysql)
      #expect(try run(archive, in: world).exitCode == 0)
      try go(overtaken, in: world, until: nil)
      #expect(overtaken.outcome?.exitCode == 0, "\(overtaken.outcome?.message ?? "")")
    }
  }

  private func run(_ work: Work, in world: World) throws -> RunEnd {
    let outcome = Jobs.run(
      try work.job(logFolder: world.logFolder), in: try world.context(clock: .utc))
    return RunEnd(
      exitCode: ExitStatus(of: outcome).code, message: outcome.failure.map { "\($0)" } ?? "")
  }

  /// Lets requests through until one holds the text, or to the end.
  private func go(_ run: CrowdRun, in world: World, until text: String?) throws {
    while run.outcome == nil {
      if let held = run.turnstile.heldLink?.held {
        if let text, String(decoding: held, as: UTF8.self).contains(text) { return }
        run.turnstile.forward()
      }
      try Turnstile.wait(at: [run.turnstile], bell: world.bell, milliseconds: 100)
    }
  }
}
