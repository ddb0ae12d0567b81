import Foundation
import TestServers

/// A place where tally can run: a Redis database and a migrated MySQL database of its own, and a
/// folder for its files.
final class Installation {
  let redis: RedisServer
  let redisDatabase: Int
  let mysql: MySQLServer
  let mysqlDatabase: String
  let folder: String
  let tool: TallyTool

  init(
    _ flavor: MySQLServer.Flavor = .mariadb, redis own: RedisServer? = nil,
    wrapper: [String] = []
  ) throws {
    redis = try own ?? RedisServer.shared()
    redisDatabase = own == nil ? redis.freshDatabase() : 0
    mysql = try MySQLServer.shared(flavor)
    mysqlDatabase = try mysql.freshDatabase()
    folder = try PrivateFolder.make()
    tool = TallyTool(wrapper: wrapper)
    let output = try TallyTool().run(["migrate"], environment: environment)
    guard output.exitCode == 0 else { throw TestFailure("migrate: \(output.stderr)") }
  }

  deinit { try? PrivateFolder.remove(folder) }

  var environment: [String: String] {
    [
      "TALLY_REDIS_URL": redis.url(database: redisDatabase),
      "TALLY_MYSQL_URL": mysql.url(database: mysqlDatabase),
      "TALLY_LOCK_DIR": folder, "TALLY_LOG_DIR": folder,
    ]
  }

  func run(_ arguments: String, _ more: [String: String] = [:]) throws -> TallyTool.Output {
    try tool.run(words(arguments), environment: environment.merging(more) { $1 })
  }

  /// A user who logged in on 9 November 2026.
  func addLogin(type: String = "web", id: String = "7") throws {
    try redis.run(["SETBIT", "loginLog_2026-11_\(type)_\(id)", "9", "1"], database: redisDatabase)
  }
}

func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

/// The one JSON object that stdout must consist of.
func object(_ stdout: String) throws -> [String: Any] {
  guard stdout.hasSuffix("\n"), stdout.split(separator: "\n").count == 1,
    let read = try JSONSerialization.jsonObject(with: Data(stdout.utf8)) as? [String: Any]
  else { throw TestFailure("not one line with one JSON object: \(stdout)") }
  return read
}

/// A file in a folder of its own.
final class TemporaryFile {
  private let folder: String
  let path: String

  init(_ text: String, mode: Int = 0o600) throws {
    folder = try PrivateFolder.make()
    path = "\(folder)/tally.env"
    guard
      FileManager.default.createFile(
        atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    else { throw TestFailure("cannot write \(path)") }
  }

  deinit { try? PrivateFolder.remove(folder) }
}
