import ArgumentParser
import Glibc
import Jobs
import Rules

extension LoginLog {
  struct Calendar: QuestionCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draws a user's year: weeks across, weekdays down.",
      discussion: """
        In colour on a terminal (unless NO_COLOR is set), in plain characters elsewhere: # a day with \
        a login, . one without, nothing for days to come. As SVG it is one file for a browser, light \
        or dark as the reader likes it. \(LoginLog.whoAnswers)

        EXAMPLE
          tally loginlog calendar client 1001
          tally loginlog calendar client 1001 --year 2025 --format svg > 1001.svg

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var who: UserArguments

    @Option(
      help: ArgumentHelp("The year. Default: this one.", valueName: "year"),
      transform: readYear)
    var year: DayRange?

    @Option(help: "How it is drawn.")
    var format = Format.text

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, svg }

    @OptionGroup var common: CommonOptions

    func validate() throws {
      if common.json, format == .svg {
        throw ValidationError("--json and --format svg exclude each other")
      }
    }

    func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int {
      let today = context.clock.day(at: context.now)
      let user = try who.user()
      let year = year ?? DayRange(year: today.month.year) ?? DayRange(today)
      let answer = try LoginQuestions(context).days(of: user, in: year)
      let grid = YearGrid(year: year, logins: answer.days, today: today)
      let title = "\(printable(user.type)) \(printable(user.id)) in \(year.first.month.year)"
      if common.json {
        try writeToStdout(json(grid, answer))
      } else if format == .svg {
        try writeToStdout(CalendarSVG(grid, title: title).description)
      } else {
        try writeToStdout(
          CalendarText(grid, title: title, colour: takesColour(STDOUT_FILENO)).description)
      }
      return answer.rejectedCount
    }

    private func json(_ grid: YearGrid, _ answer: LoginAnswer) -> String {
      var object = JSONText()
      object.add("year", grid.year.first.month.year)
      object.add("logged_in", !grid.logins.isEmpty)
      object.add("day_count", grid.logins.count)
      object.add("longest_streak", grid.longestStreak?.dayCount ?? 0)
      object.add("days", grid.logins.map(\.description))
      object.addRejected(answer.rejectedCount)
      return "\(object)\n"
    }
  }
}

private func readYear(_ text: String) throws -> DayRange {
  guard text.utf8.count == 4, let number = Int(text), let year = DayRange(year: number) else {
    throw ValidationError("accepted is a year from 1970 to 9999")
  }
  return year
}
