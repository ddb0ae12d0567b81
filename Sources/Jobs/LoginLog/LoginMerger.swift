internal import MySQLClient
internal import MySQLStore
internal import Rules

/// Merges runs into `login_month`, by two connections where they are long: a server works on what one
/// connection asks one after the other.
///
/// Rows that the table already holds are not written; in a dry run none is, only counted.
struct LoginMerger {
  /// From so many bitmaps on it is worth a second connection.
  private static let countForTwo = 20_000
  /// Rows of one transaction.
  private static let rowsPerTransaction = 50_000

  let table: LoginMonth
  let endpoint: MySQLEndpoint
  let settings: MySQLSessionSettings
  let context: JobContext

  /// What became of bitmaps: right already, or merged (in a dry run: to be merged).
  struct Account: Sendable {
    var unchangedCount = 0
    var changedCount = 0
  }

  /// `account` counts what was committed, also where an error ends it.
  ///
  /// Each connection has a stretch of the primary key, so that neither waits for the other one's locks.
  func merge(_ run: LoginRun, _ account: inout Account) throws {
    guard run.count >= LoginMerger.countForTwo else {
      return try LoginMerger.merge(run, into: table, context, &account)
    }
    let halves = run.slices(of: (run.count + 1) / 2)
    let (failure, aside) = try atOnce {
      try LoginMerger.merge(halves[0], into: table, context, &account)
    } aside: { [endpoint, settings, context] in
      var account = Account()
      do {
        let table = LoginMonth(MySQLDatabase(endpoint, settings: settings))
        try LoginMerger.merge(halves[1], into: table, context, &account)
      } catch {
        return (account: account, failure: error as (any Error)?)
      }
      return (account: account, failure: nil)
    }
    account.unchangedCount += aside.account.unchangedCount
    account.changedCount += aside.account.changedCount
    if let failure = failure ?? aside.failure { throw failure }
  }

  private static func merge(
    _ run: LoginRun, into table: LoginMonth, _ context: JobContext, _ account: inout Account
  ) throws {
    let lacking = try table.lacking(of: run)
    account.unchangedCount += run.count - lacking.count
    guard !context.isDryRun else {
      account.changedCount += lacking.count
      return
    }
    var rest = lacking[...]
    while !rest.isEmpty {
      let batch = rest.prefix(context.batchSize(rowsPerTransaction))
      rest = rest.dropFirst(batch.count)
      try context.hold(before: .merging, of: batch.count)
      try table.merge(batch, of: run)
      account.changedCount += batch.count
      try context.interruption.check()
    }
  }
}
