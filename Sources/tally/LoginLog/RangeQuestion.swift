import ArgumentParser
import Jobs
import Rules

extension LoginLog {
  struct RangeQuestion: QuestionCommand {
    static let configuration = CommandConfiguration(
      commandName: "range",
      abstract: "Tells on which days of a range a user logged in.",
      discussion: """
        Both ends count. Prints the days in order, one a line; nothing where there is none, which is \
        no error. \(LoginLog.whoAnswers)

        EXAMPLE
          tally loginlog range client 1001 2026-12-24 2027-01-06
          tally loginlog range client 1001 2026-12-24 2027-01-06 --json
            # {"logged_in":true,"days":["2026-12-31","2027-01-01"]}

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var who: UserArguments
    @OptionGroup var range: RangeArguments
    @OptionGroup var common: CommonOptions

    func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int {
      let answer = try LoginQuestions(context).days(
        of: try who.user(), in: try range.days(in: context))
      try LoginLog.printDays(answer, asJSON: common.json)
      return answer.rejectedCount
    }
  }
}

/// Two days, both included, or a word for a range.
struct RangeArguments: ParsableArguments {
  @Argument(
    help: """
      The first day: YYYY-MM-DD, today or yesterday; or all days by this-week, last-week, this-month \
      or last-month.
      """,
    completion: .list(dayWords + PeriodWord.allCases.map(\.rawValue)), transform: RangeStart.read)
  var from: RangeStart

  @Argument(
    help: "The last day, where the first one is a day.", completion: .list(dayWords),
    transform: DayArgument.read)
  var to: DayArgument?

  func validate() throws {
    switch from {
    case .day where to == nil:
      throw ValidationError("missing expected argument '<to>': the last day")
    case .period(let word) where to != nil:
      throw ValidationError("\(word.rawValue) names all its days: leave out the last one")
    default: break
    }
  }

  func days(in context: JobContext) throws -> DayRange {
    let today = context.clock.day(at: context.now)
    let first: CivilDay
    switch from {
    case .period(let word): return word.days(today: today)
    case .day(let day): first = day.day(today: today)
    }
    let last = to?.day(today: today) ?? first
    guard let range = DayRange(first, through: last) else {
      throw JobFailure(.usage, "the first day \(first) lies after the last day \(last)")
    }
    return range
  }
}
