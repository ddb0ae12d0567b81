import Foundation
import TestServers
import Testing

struct RedisServerTests {
  @Test func aServerAnswersAndForgetsWhenKilled() throws {
    let server = try RedisServer()
    #expect(try server.run(["SET", "a", "1"]) == "OK")
    server.kill()
    #expect(throws: (any Error).self) { try server.run(["PING"]) }
    try server.restart()
    #expect(try server.run(["EXISTS", "a"]) == "0")
  }

  @Test func extraConfigurationCounts() throws {
    let server = try RedisServer(configuration: ["appendonly yes", "appendfsync always"])
    try server.run(["SET", "a", "1"])
    server.kill()
    try server.restart()
    #expect(try server.run(["GET", "a"]) == "1")
  }

  @Test func everyDatabaseIsSomebodysOwn() throws {
    let server = try RedisServer.shared()
    let (mine, yours) = (server.freshDatabase(), server.freshDatabase())
    try server.run(["SET", "a", "1"], database: mine)
    #expect(try server.run(["DBSIZE"], database: mine) == "1")
    #expect(try server.run(["DBSIZE"], database: yours) == "0")
  }

  @Test func aSuspendedServerAnswersWhenItIsResumed() throws {
    let server = try RedisServer()
    let pid = try #require(server.processIdentifier)
    server.suspend()
    #expect(eventually { state(of: pid) == "T" })
    server.resume()
    #expect(try server.run(["PING"]) == "PONG")
  }

  @Test func aServerLivesByTheClockItIsGiven() throws {
    let clock = try FakeClock(at: "2026-11-20 09:59:58")
    let server = try RedisServer(environment: clock.environment)
    let set = try FakeClock.seconds("2026-11-20 09:59:58")
    #expect((set...set + 30).contains(try time(of: server)))
    for text in ["2026-11-20 10:00:03", "2026-11-19 23:59:59", "2037-01-01 00:00:00"] {
      try clock.set(to: text)
      let moved = try FakeClock.seconds(text)
      #expect((moved...moved + 30).contains(try time(of: server)))
    }
    try clock.freeze(at: "2026-03-29 01:00:00")
    #expect(try time(of: server) == FakeClock.seconds("2026-03-29 01:00:00"))
  }

  @Test func aServerGoesWithItsObjectAndTakesItsFolderAlong() throws {
    var server: RedisServer? = try RedisServer()
    let folder = try #require(server?.folder)
    let pid = try #require(server?.processIdentifier)
    server = nil
    #expect(state(of: pid) == nil)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  private func time(of server: RedisServer) throws -> Int {
    try #require(Int(server.run(["TIME"]).split(separator: "\n")[0]))
  }
}

/// The letter that the kernel shows for a process: `T` is stopped; nil where there is none.
func state(of pid: Int32) -> Character? {
  let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
  return stat?.split(separator: ") ").last?.first
}
