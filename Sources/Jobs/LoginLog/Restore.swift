internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
internal import Rules

/// Puts back what expiry logs hold: into MySQL or into Redis, by OR.
///
/// Nothing is taken away anywhere, so that a line may come twice, from two files or in two runs, and a
/// run that dies is simply run again.
public struct Restore: Job {
  public static let name = "loginlog restore"

  /// Lines merged together: about 10 MB.
  static let runSize = 20_000

  public enum Target: String, Sendable, CaseIterable { case mysql, redis }

  public var files: [String]
  public var target: Target

  public init(files: [String], target: Target) {
    self.files = files
    self.target = target
  }

  public func perform(in context: JobContext, report: inout RunReport) throws {
    let logs = files.map { ExpiryLogReader(path: $0) }
    // A mistyped name stops the run before any work.
    for log in logs { try log.check() }
    let store = try RestoreStore(target, context)
    let keys = LoginKeys(context.keyspace)
    var collected: [LoginRun.Element] = []
    for log in logs {
      try log.forEachLine { number, line in
        switch Restore.entry(of: line, keys) {
        case .success(let entry):
          collected.append(entry)
        case .failure(let refusal):
          report.rejected += 1
          context.observer.rejected(
            Array("\(log.path):\(number)".utf8), because: refusal.reason)
        }
        guard collected.count >= context.batchSize(Restore.runSize) else { return }
        try store.merge(collected, context, &report)
        collected.removeAll(keepingCapacity: true)
        context.observer.progressed("lines", done: number, total: nil)
        try context.interruption.check()
      }
    }
    try store.merge(collected, context, &report)
  }

  private struct Refusal: Error { let reason: String }

  /// The key is the bitmap's name; what the line says besides must agree with it.
  private static func entry(of line: ExpiryLogReader.Line, _ keys: LoginKeys)
    -> Result<LoginRun.Element, Refusal>
  {
    switch line {
    case .tooLong: return .failure(Refusal(reason: "the line is too long to be one of the log"))
    case .refused(let fault): return .failure(Refusal(reason: fault.description))
    case .bitmap(let line):
      guard let userMonth = try? keys.parse(line.key), userMonth.month == line.month else {
        return .failure(
          Refusal(
            reason: "\(printable(line.key)) is no login bitmap of \(line.month) under this "
              + "TALLY_KEY_PREFIX"))
      }
      return .success(.init(key: userMonth, value: line.bitmap))
    }
  }
}

/// Where the lines go.
private enum RestoreStore {
  case mysql(LoginMonth)
  case redis(LoginBitmaps)

  /// Connects to the one server that is needed, read-only in a dry run.
  init(_ target: Restore.Target, _ context: JobContext) throws {
    switch target {
    case .mysql:
      let database = try context.database(context.isDryRun ? .readOnly : .readWrite)
      try SchemaPreflight.check([.loginMonth], on: try database.connection())
      self = .mysql(LoginMonth(database))
    case .redis:
      let connection = try RedisConnection(
        context.redis, access: context.isDryRun ? .readOnly : .readWrite)
      _ = try RedisPreflight(connection)
      self = .redis(LoginBitmaps(connection, context.keyspace))
    }
  }

  /// What the store does with lines: no load of MySQL keeps them from Redis.
  private var step: Pace.Step {
    switch self {
    case .mysql: .merging
    case .redis: .reading
    }
  }

  /// Writes what the store lacks of these lines and nothing else.
  func merge(_ lines: [LoginRun.Element], _ context: JobContext, _ report: inout RunReport) throws {
    guard !lines.isEmpty else { return }
    if !context.isDryRun { try context.hold(before: step, of: lines.count) }
    report.found += lines.count
    switch self {
    case .mysql(let table):
      let run = LoginRun(lines)
      let lacking = try table.lacking(of: run)
      if !context.isDryRun { try table.merge(lacking, of: run) }
      report.changed += lacking.count
      report.unchanged += lines.count - lacking.count
    case .redis(let bitmaps):
      let run = LoginRun(lines)
      let lacking = try Restore.lacking(run, in: bitmaps, context, &report)
      report.unchanged += lines.count - run.count
      guard !context.isDryRun else {
        report.changed += lacking.count
        return
      }
      try bitmaps.add(lacking) { userMonth, addition in
        switch addition {
        case .added: report.changed += 1
        case .held: report.unchanged += 1
        case .refused(let reason):
          report.rejected += 1
          context.observer.rejected(bitmaps.key(of: userMonth), because: reason)
        }
      }
    }
  }
}

extension Restore {
  /// What Redis has no bit for. A key that holds something else is refused and stays as it is.
  fileprivate static func lacking(
    _ run: LoginRun, in bitmaps: LoginBitmaps, _ context: JobContext, _ report: inout RunReport
  ) throws -> [(key: UserMonth, days: LoginDays)] {
    var malformed: Set<[UInt8]> = []
    let held = try bitmaps.ask(run.map(\.key)) { finding in
      guard case .malformed(let key, let reason) = finding else { return }
      malformed.insert(key)
      context.observer.rejected(key, because: reason)
    }
    report.rejected += malformed.count
    var lacking: [(key: UserMonth, days: LoginDays)] = []
    for (entry, held) in zip(run, held) {
      guard malformed.isEmpty || !malformed.contains(bitmaps.key(of: entry.key)) else { continue }
      if (held ?? LoginDays(bits: 0)).holds(entry.value.days) {
        report.unchanged += 1
      } else {
        lacking.append((entry.key, entry.value.days))
      }
    }
    return lacking
  }
}
