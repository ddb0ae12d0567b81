import ArgumentParser
import Jobs
import Rules

extension LoginLog {
  struct Mark: QuestionCommand {
    static let configuration = CommandConfiguration(
      abstract: "Marks a day on which a user logged in, in Redis.",
      discussion: """
        For logins that the live service missed; it does the same as the service, a SETBIT. \
        Repeating it changes nothing, and nothing takes a login back. The weekly jobs carry it to \
        MySQL: sync-week in this month, --month M before that, and expire where the month has \
        expired.

        EXAMPLE
          tally loginlog mark client 1001
          tally loginlog mark client 1001 --day 2026-11-20 --json
            # {"day":"2026-11-20","new":true}

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var who: UserArguments

    @Option(
      help: ArgumentHelp("YYYY-MM-DD, today or yesterday. Default: today.", valueName: "day"),
      completion: .list(dayWords), transform: DayArgument.read)
    var day: DayArgument?

    @OptionGroup var common: CommonOptions

    func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int {
      let today = context.clock.day(at: context.now)
      let day = day?.day(today: today) ?? today
      let mark = try LoginQuestions.mark(day, for: try who.user(), context)
      if common.json {
        var object = JSONText()
        object.add("day", day.description)
        object.add("new", mark == .new)
        object.addRejected(mark == .refused ? 1 : 0)
        try writeToStdout("\(object)\n")
      } else if mark != .refused, terminal.isTerminal || common.logLevel == .info {
        terminal.write(
          line: "loginlog mark: \(day) \(mark == .new ? "marked" : "was marked already")")
      }
      return mark == .refused ? 1 : 0
    }
  }
}
