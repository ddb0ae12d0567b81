internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
public import Rules

/// Who logged in within a range, of all users that either store knows, each once.
///
/// Both stores hand their bitmaps over in an order of their own and know many users in common, so that
/// all of them are sorted by user before the first is told: in memory as long as they are few, else in
/// nameless files. The whole process stays below 40 MB however many users there are (`LoginSorter`); disk
/// grows by some 40 bytes for each bitmap of a user in a month, twice that while files are merged.
public struct ActiveUsers: Sendable {
  public var range: DayRange
  /// Users of this type alone; nil for all.
  public var type: [UInt8]?
  /// Where the nameless files lie.
  public var temporaryDirectory: String

  var recordsInMemoryMax = LoginSorter.recordsInMemoryMax

  /// Bitmaps read from Redis at a time.
  static let runSize = 10_000

  public init(range: DayRange, type: [UInt8]? = nil, temporaryDirectory: String) {
    self.range = range
    self.type = type
    self.temporaryDirectory = temporaryDirectory
  }

  /// Tells every user with the number of days within the range, in the order of types, then of ids.
  /// Returns how many keys in Redis were malformed; each was told to the observer.
  ///
  /// Redis is read first: what an expiry deletes there meanwhile is in MySQL before it goes.
  public func forEach(
    in context: JobContext, _ body: (UserKey, Int) throws -> Void
  ) throws -> Int {
    let sorter = LoginSorter(
      directory: temporaryDirectory, recordsInMemoryMax: recordsInMemoryMax)
    let rejectedCount = try readRedis(into: sorter, context)
    try readMySQL(into: sorter, context)
    var userCount = 0
    try sorter.forEachUser { user, dayCount in
      try body(user, dayCount)
      userCount += 1
      if userCount % 1000 == 0 { try context.interruption.check() }
    }
    return rejectedCount
  }

  private func readRedis(into sorter: LoginSorter, _ context: JobContext) throws -> Int {
    let bitmaps = LoginBitmaps(
      try RedisConnection(context.redis, access: .readOnly), context.keyspace)
    var rejectedCount = 0
    try bitmaps.forEachRun(where: range.touches, runSize: ActiveUsers.runSize) { finding in
      guard case .malformed(let key, let reason) = finding else { return }
      rejectedCount += 1
      context.observer.rejected(key, because: reason)
    } progressed: { walk, _ in
      try context.interruption.check()
      context.observer.progressed(
        "login bitmaps", done: walk.visitedKeys, total: walk.expectedKeys)
    } _: { run in
      for entry in run { try add(entry.key, entry.value.days, to: sorter) }
    }
    return rejectedCount
  }

  private func readMySQL(into sorter: LoginSorter, _ context: JobContext) throws {
    var rowCount = 0
    try LoginMonth(context.database(.readOnly)).forEachRow(touching: range, type: type) {
      userMonth, days in
      try add(userMonth, days, to: sorter)
      rowCount += 1
      guard rowCount % 1000 == 0 else { return }
      try context.interruption.check()
      context.observer.progressed("rows of login_month", done: rowCount, total: nil)
    }
  }

  private func add(_ userMonth: UserMonth, _ days: LoginDays, to sorter: LoginSorter) throws {
    if let type, userMonth.user.type != type { return }
    let days = days.within(range, of: userMonth.month)
    guard !days.isEmpty else { return }
    try sorter.add(LoginRecord(user: userMonth.user, month: userMonth.month, days: days))
  }
}
