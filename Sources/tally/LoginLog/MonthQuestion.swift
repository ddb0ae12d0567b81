import ArgumentParser
import Jobs
import Rules

extension LoginLog {
  struct MonthQuestion: QuestionCommand {
    static let configuration = CommandConfiguration(
      commandName: "month",
      abstract: "Tells on which days of a month a user logged in.",
      discussion: """
        Prints the days in order, one a line; nothing where there is none, which is no error. \
        \(LoginLog.whoAnswers)

        EXAMPLE
          tally loginlog month client 1001 2026-11
          tally loginlog month client 1001 2026-11 --json
            # {"logged_in":true,"days":["2026-11-03","2026-11-20"]}

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var who: UserArguments

    @Argument(help: "YYYY-MM.", transform: readMonth)
    var month: Month

    @OptionGroup var common: CommonOptions

    func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int {
      let answer = try LoginQuestions(context).days(of: try who.user(), in: DayRange(month))
      try LoginLog.printDays(answer, asJSON: common.json)
      return answer.rejectedCount
    }
  }
}
