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

/// Two days, both included.
struct RangeArguments: ParsableArguments {
  @Argument(
    help: "The first day: YYYY-MM-DD, today or yesterday.", transform: DayArgument.read)
  var from: DayArgument

  @Argument(help: "The last day.", transform: DayArgument.read)
  var to: DayArgument

  func days(in context: JobContext) throws -> DayRange {
    let today = context.clock.day(at: context.now)
    let (first, last) = (from.day(today: today), to.day(today: today))
    guard let range = DayRange(first, through: last) else {
      throw JobFailure(.usage, "the first day \(first) lies after the last day \(last)")
    }
    return range
  }
}
