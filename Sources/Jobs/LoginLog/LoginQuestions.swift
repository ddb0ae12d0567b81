internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
public import Rules

/// On which days one user logged in.
public struct LoginAnswer: Sendable, Equatable {
  /// In order, each once.
  public var days: [CivilDay] = []
  /// Malformed bitmaps that could not be read; each was told to the observer.
  public var rejectedCount = 0

  public init() {}
}

/// What became of a login that was to be marked.
public enum LoginMark: Sendable, Equatable {
  case new
  /// It was there already.
  case known
  /// The key holds something else, which was told to the observer; it was not touched.
  case refused
}

/// Questions about one user: one round trip to each store for a range of up to 83 years.
///
/// Redis is asked first, for all months at once; MySQL then for those months that Redis has nothing of
/// or may not have whole (`LoginPrecedence`), and not at all where there are none. In this order,
/// because a bitmap that an expiry deletes between the two is in MySQL before it goes.
///
/// Connections are made when they are first needed, and kept for further questions.
public final class LoginQuestions {
  /// Months asked for in one round trip.
  static let monthsAtOnceMax = 1000

  private let context: JobContext
  private let today: CivilDay
  private let bitmaps: LoginBitmaps
  private var table: LoginMonth?

  public init(_ context: JobContext) throws {
    self.context = context
    today = context.clock.day(at: context.now)
    bitmaps = LoginBitmaps(
      try RedisConnection(context.redis, access: .readOnly), context.keyspace)
  }

  /// On which days of the range the user logged in; both ends count.
  public func days(of user: UserKey, in range: DayRange) throws -> LoginAnswer {
    let months = range.months
    var answer = LoginAnswer()
    for start in stride(from: 0, to: months.count, by: LoginQuestions.monthsAtOnceMax) {
      let part = months[start..<min(start + LoginQuestions.monthsAtOnceMax, months.count)]
      var days = try redisDays(of: user, in: part, &answer)
      let open = part.filter { month in
        days[month] == nil || !LoginPrecedence.redisAnswersAlone(for: month, asOf: today)
      }
      if !open.isEmpty {
        days.merge(try openedTable().ask(open, of: user)) { $0.merged(with: $1) }
      }
      for month in part {
        answer.days += days[month]?.within(range, of: month).days(of: month) ?? []
      }
    }
    return answer
  }

  private func redisDays(
    of user: UserKey, in months: ArraySlice<Month>, _ answer: inout LoginAnswer
  ) throws -> [Month: LoginDays] {
    let held = try bitmaps.ask(months.map { UserMonth(month: $0, user: user) }) { finding in
      guard case .malformed(let key, let reason) = finding else { return }
      answer.rejectedCount += 1
      context.observer.rejected(key, because: reason)
    }
    let known = zip(months, held).compactMap { month, days in days.map { (month, $0) } }
    return Dictionary(known) { $1 }
  }

  private func openedTable() throws -> LoginMonth {
    if let table { return table }
    let opened = LoginMonth(try context.database(.readOnly))
    table = opened
    return opened
  }

  /// Writes one login into Redis, as the live service does.
  ///
  /// One of a month that has expired joins its row by the next expiry.
  public static func mark(_ day: CivilDay, for user: UserKey, _ context: JobContext) throws
    -> LoginMark
  {
    let bitmaps = LoginBitmaps(try RedisConnection(context.redis), context.keyspace)
    let login = (
      key: UserMonth(month: day.month, user: user),
      days: LoginDays(bits: 1 << UInt32(day.dayOfMonth))
    )
    var mark = LoginMark.known
    try bitmaps.add([login]) { userMonth, addition in
      switch addition {
      case .added: mark = .new
      case .held: mark = .known
      case .refused(let reason):
        mark = .refused
        context.observer.rejected(bitmaps.key(of: userMonth), because: reason)
      }
    }
    return mark
  }
}

extension JobContext {
  /// MySQL, connected to when it is first needed; with `readOnly` the server itself refuses every
  /// write.
  func database(_ access: MySQLSessionSettings.Access) throws(JobFailure) -> MySQLDatabase {
    guard let mysql else {
      throw JobFailure(
        .configuration, "no MySQL server is configured",
        hint: "Set TALLY_MYSQL_URL or give --mysql-url.")
    }
    var settings = MySQLSessionSettings()
    settings.access = access
    return MySQLDatabase(mysql, settings: settings)
  }
}
