import MySQLClient
import TestServers
import Testing

struct MySQLErrorTests {
  @Test func controlCharactersInAServersWordsAreEscaped() {
    let error = MySQLError(
      operation: "merge", code: 1062, message: "entry '\u{1B}[2J\r\u{85}\u{202E}ä' twice")
    #expect(
      error.description == #"mysql merge: error 1062: entry '\u{1B}[2J\r\u{0085}\u{202E}ä' twice"#)
  }

  @Test func withoutANumberTheWordsStandAlone() {
    let error = MySQLError(operation: "connect", kind: .configuration, code: 0, message: "no host")
    #expect(error.description == "mysql connect: no host")
  }

  @Test(arguments: [1205, 1213, 1020, 2006, 2013, 4031, 1317, 1053, 1927] as [UInt32])
  func whatMayGoWellNextTimeIsRetriable(code: UInt32) {
    #expect(MySQLError(operation: "commit", code: code, message: "").isRetriable)
  }

  @Test(arguments: [1045, 1049, 1062, 1064, 1142, 1153, 1264, 1290, 2002, 2026] as [UInt32])
  func whatWillGoWrongAgainIsNot(code: UInt32) {
    #expect(!MySQLError(operation: "commit", code: code, message: "").isRetriable)
  }

  /// A broken TLS connection is told as 2026, the number of a refused one.
  @Test func aBrokenConnectionIsRetriableWhateverItsNumber() {
    let broken = MySQLError(operation: "commit", kind: .disconnected, code: 2026, message: "")
    #expect(broken.isRetriable)
    let refused = MySQLError(operation: "connect", kind: .untrusted, code: 2026, message: "")
    #expect(!refused.isRetriable)
  }

  @Test(arguments: MySQLServer.available)
  func aMessageNamesTheStatementNotItsValues(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try database.createCounts()
    let connection = try database.connection()
    let error = try mysqlError {
      try connection.execute(
        "INSERT INTO nowhere VALUES (\(text: "seCret"))", label: "merge nowhere")
    }
    #expect(error?.code == 1146)
    #expect(error?.sqlState == "42S02")
    #expect(error?.description.hasPrefix("mysql merge nowhere: error 1146: ") == true)
    #expect(error?.description.contains("736543726574") == false)
  }
}
