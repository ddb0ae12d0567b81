import ArgumentParser
import Rules

/// A day as people name it; which day `today` is depends on the time zone, so it is settled later.
enum DayArgument: Equatable {
  case today
  case yesterday
  case day(CivilDay)

  static func read(_ text: String) throws -> DayArgument {
    switch text {
    case "today": return .today
    case "yesterday": return .yesterday
    default:
      guard let day = CivilDay(text) else {
        throw ValidationError("accepted is a day such as 2026-11-20, today or yesterday")
      }
      return .day(day)
    }
  }

  func day(today: CivilDay) -> CivilDay {
    switch self {
    case .today: today
    case .yesterday: today.advanced(by: -1)
    case .day(let day): day
    }
  }
}

/// What a shell offers where a day is to be named.
let dayWords = ["today", "yesterday"]

/// Where a range begins: a day, which the last one follows, or a word for the whole range.
enum RangeStart: Equatable {
  case day(DayArgument)
  case period(PeriodWord)

  static func read(_ text: String) throws -> RangeStart {
    if let word = PeriodWord(rawValue: text) { return .period(word) }
    do { return .day(try DayArgument.read(text)) } catch {
      let words = PeriodWord.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("accepted is a day such as 2026-11-20, today, yesterday, \(words)")
    }
  }
}

/// A range by name. Weeks begin on Monday.
enum PeriodWord: String, CaseIterable {
  case thisWeek = "this-week"
  case lastWeek = "last-week"
  case thisMonth = "this-month"
  case lastMonth = "last-month"

  func days(today: CivilDay) -> DayRange {
    switch self {
    case .thisWeek: DayRange(weekOf: today)
    case .lastWeek: DayRange(weekOf: today.advanced(by: -7))
    case .thisMonth: DayRange(today.month)
    case .lastMonth: DayRange(today.month.previous)
    }
  }
}

/// What `--keep-days` and TALLY_KEEP_DAYS accept: up to a century.
let keepDaysRange = 0...36_525
/// What `--after-days` and TALLY_EXPIRE_AFTER_DAYS accept.
let afterDaysRange = ExpiryRule.afterDaysMin...36_525

func readHour(_ text: String) throws -> LocalHour {
  guard let hour = LocalHour(text) else {
    throw ValidationError("accepted is a day and an hour of 00 to 23, such as 2026-11-20T09")
  }
  return hour
}

func readMonth(_ text: String) throws -> Month {
  guard let month = Month(text) else {
    throw ValidationError("accepted is a month such as 2026-11")
  }
  return month
}

func readGraceMinutes(_ text: String) throws -> Int { try readNumber(text, in: 0...59) }
func readKeepDays(_ text: String) throws -> Int { try readNumber(text, in: keepDaysRange) }
func readAfterDays(_ text: String) throws -> Int { try readNumber(text, in: afterDaysRange) }

/// What --max-rate and TALLY_MAX_RATE accept, in keys a second.
let maxRateRange = 1...10_000_000
/// What --max-lag and TALLY_MAX_LAG accept, in seconds.
let maxLagRange = 0...86_400
/// What --max-pause and TALLY_MAX_PAUSE accept, in seconds.
let maxPauseRange = 1...86_400

func readMaxRate(_ text: String) throws -> Int { try readNumber(text, in: maxRateRange) }
func readLagSeconds(_ text: String) throws -> Int { try readNumber(text, in: maxLagRange) }
func readPauseSeconds(_ text: String) throws -> Int { try readNumber(text, in: maxPauseRange) }

func readLoadLimits(_ text: String) throws -> [LoadLimit] {
  guard let limits = LoadLimit.list(text) else { throw ValidationError(acceptedLoadLimits) }
  return limits
}

/// Says which limits of load are accepted, in an error message.
let acceptedLoadLimits =
  "accepted are names and whole numbers, such as Threads_running=25,Threads_connected=400"

private func readNumber(_ text: String, in range: ClosedRange<Int>) throws -> Int {
  guard let number = Int(text), range.contains(number) else {
    throw ValidationError(accepted(range))
  }
  return number
}

/// Says which numbers are accepted, in an error message.
func accepted(_ range: ClosedRange<Int>) -> String {
  "accepted is a whole number from \(range.lowerBound) to \(range.upperBound)"
}
