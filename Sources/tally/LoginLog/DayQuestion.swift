import ArgumentParser
import Jobs
import Rules

extension LoginLog {
  struct DayQuestion: QuestionCommand {
    static let configuration = CommandConfiguration(
      commandName: "day",
      abstract: "Tells whether a user logged in on a day.",
      discussion: """
        Prints yes or no; the exit code is 0 for both. \(LoginLog.whoAnswers)

        EXAMPLE
          tally loginlog day client 1001 2026-11-20
          tally loginlog day client 1001 yesterday --json    # {"logged_in":true}

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var who: UserArguments

    @Argument(
      help: "YYYY-MM-DD, today or yesterday.", completion: .list(dayWords),
      transform: DayArgument.read)
    var day: DayArgument

    @OptionGroup var common: CommonOptions

    func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int {
      let day = day.day(today: context.clock.day(at: context.now))
      let answer = try LoginQuestions(context).days(of: try who.user(), in: DayRange(day))
      if common.json {
        var object = JSONText()
        object.add("logged_in", !answer.days.isEmpty)
        object.addRejected(answer.rejectedCount)
        try writeToStdout("\(object)\n")
      } else {
        try writeToStdout(answer.days.isEmpty ? "no\n" : "yes\n")
      }
      return answer.rejectedCount
    }
  }
}

extension LoginLog {
  /// Which store is asked, for the help of the commands about one user.
  static let whoAnswers = """
    Redis is asked first; MySQL only for months that Redis has nothing of, or that are old enough to \
    have expired: there a late login may have made a new bitmap, and a day counts that either has.
    """

  /// Prints the days of an answer: one a line, or as JSON.
  static func printDays(_ answer: LoginAnswer, asJSON: Bool) throws {
    guard asJSON else {
      return try writeToStdout(answer.days.map { "\($0)\n" }.joined())
    }
    var object = JSONText()
    object.add("logged_in", !answer.days.isEmpty)
    object.add("days", answer.days.map(\.description))
    object.addRejected(answer.rejectedCount)
    try writeToStdout("\(object)\n")
  }
}

extension JSONText {
  /// How many items could not be read; left out where there is none.
  mutating func addRejected(_ count: Int) {
    if count > 0 { add("rejected", count) }
  }
}
