internal import MySQLClient
internal import MySQLStore
internal import Rules

/// Writes what `login_month` lacks of a run, by two connections where it is much: a server writes the rows
/// of one connection one after the other.
struct LoginWriter {
  /// From so many rows on it is worth a second connection.
  private static let rowsForTwo = 20_000

  let table: LoginMonth
  let endpoint: MySQLEndpoint
  let settings: MySQLSessionSettings
  let interruption: Interruption

  /// `committed` is told of the rows of each transaction, in this thread.
  ///
  /// Each connection writes a stretch of the primary key, so that neither waits for the other one's locks.
  func write(_ lacking: [Int], of run: LoginRun, committed: (Int) -> Void) throws {
    guard lacking.count >= LoginWriter.rowsForTwo else {
      return try write(lacking[...], of: run, to: table, committed)
    }
    let half = lacking.count / 2
    let (failure, aside) = try atOnce {
      try write(lacking[..<half], of: run, to: table, committed)
    } aside: { [endpoint, settings, interruption] in
      var account = (rowCount: 0, failure: (any Error)?.none)
      do {
        let table = LoginMonth(MySQLDatabase(endpoint, settings: settings))
        try table.merge(lacking[half...], of: run) {
          account.rowCount += $0
          try interruption.check()
        }
      } catch {
        account.failure = error
      }
      return account
    }
    committed(aside.rowCount)
    if let failure = failure ?? aside.failure { throw failure }
  }

  private func write(
    _ lacking: ArraySlice<Int>, of run: LoginRun, to table: LoginMonth, _ committed: (Int) -> Void
  ) throws {
    try table.merge(lacking, of: run) {
      committed($0)
      try interruption.check()
    }
  }
}
