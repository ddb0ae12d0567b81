import Foundation
import Jobs
import RedisClient
import Rules
import Synchronization
import TestServers
import Testing

/// Several runs, and people who edit, at the same time.
struct ShelfAtOnceTests {
  @Test(arguments: MySQLServer.available)
  func runsAtOnceWhileSomebodyEditsEndWithTheCatalogue(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.fillShelf()
    let context = fixture.context
    let failures = Mutex<[String]>([])
    let isOver = Atomic(false)
    let threads = DispatchGroup()
    for _ in 0..<3 {
      threads.enter()
      Thread.detachNewThread {
        while !isOver.load(ordering: .relaxed) {
          let failure = run(Shelve(), in: context).failure
          if let failure { failures.withLock { $0.append("\(failure)") } }
        }
        threads.leave()
      }
    }
    for round in 1...25 {
      fixture.setImage("a", [.weight: "\(round)"])
      fixture.edit(
        .style, .set(isRestoring: false),
        [.system: "web", .position: "top", .group: "g", .weight: "\(round)"])
      fixture.setImage("c", [.downTime: round % 2 == 0 ? "" : "2026-11-19"])
    }
    isOver.store(true, ordering: .relaxed)
    threads.wait()
    #expect(failures.withLock { $0 } == [])
    // The last run of each thread may have begun before the last edit.
    #expect(fixture.shelve().failure == nil)
    #expect(try fixture.shelf("web") == ["a": ["top": 625], "b": ["top": 25]])
    #expect(try fixture.shelf("app") == ["a": ["start": 25]])
    #expect(try !fixture.exists("c"))
  }

  /// Just before one of the messages of a run, somebody edits, and another run shelves that.
  @Test(arguments: ["EVALSHA", "HMGET", "GETRANGE"])
  func aRunThatWasOvertakenDoesNotBringBackWhatItRead(message: String) throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    fixture.shelve()
    fixture.setImage("a", [.weight: "4"])
    let (context, catalogue) = (fixture.context, fixture.catalogue)
    let outcome = try overtaken(fixture, at: message) {
      edit(catalogue, [.code: "a", .weight: "9"])
      _ = run(Shelve(), in: context)
    }
    #expect(outcome.failure == nil)
    #expect(try fixture.shelf("web")["a"] == ["top": 27])
    #expect(try fixture.shelf("app")["a"] == ["start": 9])
  }

  /// One goes up, one changes, one comes down, one is no image of the catalogue; and the reply is lost.
  @Test(arguments: ["EVALSHA", "HMGET"])
  func aLostReplyChangesNoNumber(message: String) throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    fixture.shelve()
    fixture.setImage("a", [.weight: "4"])
    fixture.addImage("new")
    fixture.setImage("c", [.downTime: "2026-11-19"])
    try fixture.send("HSET", "adstat:shelf:web", "stray", "x")
    let outcome = try disturbed(fixture, .cut(.beforeReply, having: message, "adstat:shelf"))
    #expect(outcome.failure == nil && outcome.numbers == [4, 2, 2, 2, 0])
    #expect(try fixture.shelf("web").keys.sorted() == ["a", "b"])
  }

  @Test func aStyleOfAGroupThatIsEditedMeanwhileIsReadAgain() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    let catalogue = fixture.catalogue
    let outcome = try overtaken(fixture, at: "GETRANGE") {
      edit(
        catalogue, [.system: "web", .position: "top", .group: "g", .weight: "7"], of: .style)
    }
    #expect(outcome.failure == nil && outcome.numbers == [4, 4, 0, 0, 0])
    #expect(try fixture.shelf("web")["b"] == ["top": 7])
  }

  @Test func aRunThatSleptThinksAgainBeforeItWrites() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:20:00", .mariadb)
    try fixture.fillShelf()
    fixture.shelve()
    fixture.setImage("c", [.downTime: "2026-11-19"])
    let (clock, catalogue) = (fixture.clock, fixture.catalogue)
    // What Redis holds is what it was, so that nothing but the time can tell.
    let outcome = try overtaken(fixture, at: "EVALSHA") {
      edit(catalogue, [.code: "c", .downTime: ""])
      try? clock.set(to: "2026-11-20 09:22:00")
    }
    #expect(outcome.failure == nil && outcome.report.forgotten == 0)
    #expect(try fixture.shelf("web")["c"] == ["side": 1])
    #expect(try fixture.exists("c"))
  }

  @Test func anImageThatBecomesDueOrOverMeanwhileIsJudgedByRedisClock() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:20:00", .mariadb)
    try fixture.fillShelf()
    fixture.setImage("c", [.downTime: "2026-11-20 09:20:30"])
    let clock = fixture.clock
    let outcome = try overtaken(fixture, at: "EVALSHA") {
      try? clock.set(to: "2026-11-20 09:20:31")
    }
    #expect(outcome.failure == nil)
    #expect(try fixture.shelf("web").keys.sorted() == ["a", "b"] && !fixture.exists("c"))
  }

  /// A run that meets this on its way, just before Redis hears such a message.
  private func overtaken(
    _ fixture: AdStatFixture, at message: String, by act: @escaping @Sendable () -> Void
  ) throws -> JobOutcome {
    try disturbed(
      fixture,
      Fault(.beforeForwarding, having: message) {
        act()
        return .goOn
      })
  }

  private func disturbed(_ fixture: AdStatFixture, _ fault: Fault) throws -> JobOutcome {
    let plan = FaultPlan()
    let proxy = try FaultProxy(.redis, to: fixture.server.socketPath, plan: plan)
    plan.begin([fault])
    var slow = fixture.context
    slow.redis = try RedisEndpoint(url: proxy.redisURL(database: 0))
    let outcome = run(Shelve(), in: slow)
    #expect(plan.struckCount == 1)
    return outcome
  }
}

private func edit(
  _ catalogue: CatalogueContext, _ texts: [CatalogueField: String], of kind: CatalogueKind = .image
) {
  _ = CatalogueEdit.run(
    "test", [CatalogueEntry(kind, texts)], mode: .set(isRestoring: false), in: catalogue
  ) { _ in }
}
