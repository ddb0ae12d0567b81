import MySQLClient

extension FuzzTarget {
  /// A server may send anything: no packet, whatever it claims, crashes the client or makes it take
  /// memory for what was only announced.
  ///
  /// Input: a digit for what goes well before (0 nothing, 1 the greeting, 2 the login, 3 the whole
  /// preparation of the session), then what the server says from there on.
  static let packets = FuzzTarget("packets", suiteRuns: 600) { input in
    guard !isReportBeforeGreeting(input) else { return }
    let prefix = goingWell.prefix(Int((input.first ?? 0) & 3)).joined()
    try server.get().saying(Array(prefix) + input.dropFirst()) {
      guard let connection = try? MySQLConnection(try endpoint()) else { return }
      if let rows = try? connection.rows("SELECT 1", label: "fuzz") { _ = rows.count }
      if let warnings = try? connection.warnings() {
        try require(warnings.allSatisfy(isHarmless), "\(warnings)")
      }
      try? connection.forEachRow("SELECT 2", label: "fuzz") { row in
        for column in 0..<row.columnCount { _ = (row.unsigned(column), row.text(column)) }
      }
      _ = try? connection.execute("SET @a = 1", label: "fuzz")
    }
  }
}

/// libmariadb 3.3.20 takes an error 65535 for a report of progress and asks for the version of a
/// server that has not said it yet, which ends the process. Nothing was sent by then, and nothing that
/// tally does could prevent it.
private func isReportBeforeGreeting(_ input: [UInt8]) -> Bool {
  (input.first ?? 0) & 3 == 0 && input.dropFirst(5).starts(with: [0xFF, 0xFF, 0xFF])
}

private let server = Result { try ScriptedServer() }

private func endpoint() throws -> MySQLEndpoint {
  MySQLEndpoint(
    address: .unix(path: try server.get().socketPath), user: "u", password: "p", database: "d",
    connectTimeoutSeconds: 5, readTimeoutSeconds: 5, writeTimeoutSeconds: 5)
}

/// What a server says to a client that logs in and prepares its session, step by step.
///
/// A packet is 3 bytes of length, 1 of sequence, then its content.
/// Source: <https://mariadb.com/kb/en/clientserver-protocol/>
private let goingWell: [[UInt8]] = [packet(0, greeting), packet(2, ok), prepared]

private func packet(_ sequence: UInt8, _ content: [UInt8]) -> [UInt8] {
  [UInt8(content.count & 255), UInt8(content.count >> 8), 0, sequence] + content
}

/// Protocol 10, the capabilities of a modern server but CLIENT_SSL (0x0800), native passwords.
private let greeting: [UInt8] =
  [10] + Array("10.11.0-MariaDB\0".utf8) + [1, 0, 0, 0] + Array("12345678\0".utf8)
  + [0xFE, 0xF7, 45, 2, 0, 0xFF, 0x81, 21] + [UInt8](repeating: 0, count: 10)
  + Array("901234567890\0mysql_native_password\0".utf8)

private let ok: [UInt8] = [0, 0, 0, 2, 0, 0, 0]

private let endOfRows: [UInt8] = [0xFE, 0, 0, 2, 0]

/// The answers to both SET statements and to the question what became of them.
private let prepared: [UInt8] = {
  let values = [
    "16777216", "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION", "+00:00", "1", "20", "20", "300", "300",
    "utf8mb4", "utf8mb4", "REPEATABLE-READ", "0",
  ]
  var packets = [[UInt8(values.count)]]
  packets += values.map { _ in column }
  packets.append(endOfRows)
  packets.append(values.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) })
  packets.append(endOfRows)
  let answer = packets.enumerated().flatMap { packet(UInt8($0.offset + 1), $0.element) }
  return packet(1, ok) + packet(1, ok) + answer
}()

/// A column of text: its names, then 12 bytes: character set 45, length 64, type VARCHAR.
private let column: [UInt8] =
  [3] + Array("def".utf8) + [0, 0, 0, 1, 0x61, 0, 12, 45, 0, 64, 0, 0, 0, 0xFD, 0, 0, 0, 0, 0]
