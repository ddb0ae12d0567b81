import Foundation
import MySQLClient
import Synchronization
import TestServers
import Testing

/// All or nothing, and again where again may help.
struct MySQLTransactionTests {
  private struct Enough: Error {}

  @Test(arguments: MySQLServer.available)
  func aRolledBackTransactionLeavesNothing(flavor: MySQLServer.Flavor) throws {
    let testDatabase = try TestDatabase(flavor)
    try testDatabase.createCounts()
    let database = try testDatabase.database()
    var runs = 0
    #expect(throws: Enough.self) {
      try database.transaction("merge") { connection in
        runs += 1
        try connection.execute("INSERT INTO t VALUES ('a', 1)", label: "insert")
        throw Enough()
      }
    }
    let error = try mysqlError {
      try database.transaction("merge") { connection in
        runs += 1
        try connection.execute("INSERT INTO t VALUES ('b', 1)", label: "insert")
        try connection.execute("INSERT INTO t VALUES ('b', 1)", label: "insert")
      }
    }
    #expect(error?.code == 1062)
    #expect(runs == 2)
    #expect(try testDatabase.read("SELECT * FROM t") == "")
    // The session is whole: the same database goes on.
    let count = try database.transaction("count") { try $0.value("SELECT COUNT(*) FROM t") }
    #expect(count == "0")
  }

  @Test(arguments: MySQLServer.available)
  func aTransactionThatEndedBeforeItsCommitIsAnError(flavor: MySQLServer.Flavor) throws {
    let testDatabase = try TestDatabase(flavor)
    let database = try testDatabase.database()
    let error = try mysqlError {
      try database.transaction("merge") { connection in
        _ = try connection.execute("CREATE TABLE u (i INT)", label: "create")
      }
    }
    #expect(error?.kind == .outOfStep)
    #expect(error?.isRetriable == false)
  }

  /// Two sessions raise two rows in opposite order: one of them must be the server's victim.
  @Test(arguments: MySQLServer.available)
  func aDeadlockIsRetriedToAnExactResult(flavor: MySQLServer.Flavor) async throws {
    let testDatabase = try TestDatabase(flavor)
    try testDatabase.createCounts()
    _ = try testDatabase.read("INSERT INTO t VALUES ('a', 0), ('b', 0)")
    let met = Atomic(0)
    let runs = Atomic(0)
    @Sendable func raise(_ first: String, _ second: String) throws {
      let database = try testDatabase.database()
      try database.transaction("raise") { connection in
        runs.add(1, ordering: .relaxed)
        try connection.execute("UPDATE t SET n = n + 1 WHERE k = \(text: first)", label: "raise")
        met.add(1, ordering: .sequentiallyConsistent)
        _ = eventually(within: 10) { met.load(ordering: .sequentiallyConsistent) >= 2 }
        try connection.execute("UPDATE t SET n = n + 1 WHERE k = \(text: second)", label: "raise")
      }
    }
    let there: @Sendable () throws -> Void = { try raise("a", "b") }
    let back: @Sendable () throws -> Void = { try raise("b", "a") }
    _ = try await atOnce([there, back])
    #expect(try testDatabase.read("SELECT k, n FROM t ORDER BY k") == "a\t2\nb\t2")
    #expect(runs.load(ordering: .relaxed) > 2)
  }

  /// The statement alone is rolled back by 1205; what came before it must be done again with it.
  @Test(arguments: MySQLServer.available)
  func aLockWaitIsRetriedToAnExactResult(flavor: MySQLServer.Flavor) throws {
    let testDatabase = try TestDatabase(flavor)
    try testDatabase.createCounts()
    _ = try testDatabase.read("INSERT INTO t VALUES ('a', 0), ('b', 0)")
    let holder = try testDatabase.connection()
    try holder.execute("START TRANSACTION", label: "hold")
    try holder.execute("UPDATE t SET n = 10 WHERE k = 'b'", label: "hold")
    var settings = MySQLSessionSettings()
    settings.lockWaitTimeoutSeconds = 1
    let database = try testDatabase.database(settings)
    var failures: [UInt32] = []
    try database.transaction("raise") { connection in
      try connection.execute("UPDATE t SET n = n + 1 WHERE k = 'a'", label: "raise")
      do {
        try connection.execute("UPDATE t SET n = n + 1 WHERE k = 'b'", label: "raise")
      } catch let error as MySQLError {
        failures.append(error.code)
        try holder.execute("COMMIT", label: "let go")
        throw error
      }
    }
    #expect(failures == [1205])
    #expect(try testDatabase.read("SELECT k, n FROM t ORDER BY k") == "a\t1\nb\t11")
  }

  @Test(arguments: MySQLServer.available)
  func triesAreCounted(flavor: MySQLServer.Flavor) throws {
    let database = try MySQLDatabase(TestDatabase(flavor).endpoint, tries: 3)
    var runs = 0
    let error = try mysqlError {
      try database.retrying { (_) -> Void in
        runs += 1
        throw MySQLError(operation: "test", code: 1213, message: "deadlock")
      }
    }
    #expect(error?.code == 1213)
    #expect(runs == 3)
  }

  @Test(arguments: MySQLServer.available)
  func aServerThatComesBackIsMetAgain(flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer(flavor)
    let testDatabase = try TestDatabase(server)
    try testDatabase.createCounts()
    let database = try testDatabase.database()
    var runs = 0
    try database.transaction("merge") { connection in
      runs += 1
      try connection.execute("INSERT INTO t VALUES ('a', 1)", label: "insert")
      if runs == 1 {
        server.kill()
        try server.restart()
      }
      try connection.execute("INSERT INTO t VALUES ('b', 2)", label: "insert")
    }
    #expect(runs == 2)
    #expect(try testDatabase.read("SELECT k, n FROM t ORDER BY k") == "a\t1\nb\t2")
  }

  @Test(arguments: MySQLServer.available)
  func aStoppedServerEndsInATimeout(flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer(flavor)
    var endpoint = try TestDatabase(server).endpoint
    endpoint.readTimeoutSeconds = 1
    endpoint.connectTimeoutSeconds = 1
    let database = MySQLDatabase(endpoint, tries: 2)
    _ = try database.connection()
    server.suspend()
    defer { server.resume() }
    var error: MySQLError?
    let time = try ContinuousClock().measure {
      error = try mysqlError { try database.transaction("merge") { _ in } }
    }
    // One second for the answer to START TRANSACTION, one for the greeting of the second connection.
    #expect(time > .seconds(1.5) && time < .seconds(10))
    #expect(error?.code == 2013)
    #expect(error?.isRetriable == true)
  }

}
