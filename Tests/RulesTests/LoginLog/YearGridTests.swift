import Rules
import Testing

struct YearGridTests {
  private func grid(_ year: Int, _ logins: [String], today: String = "2026-11-20") -> YearGrid {
    YearGrid(
      year: DayRange(year: year)!, logins: logins.map { CivilDay($0)! }, today: CivilDay(today)!)
  }

  @Test(arguments: [(2026, 53), (2024, 53), (2012, 54), (2018, 53), (1970, 53), (2000, 53)])
  func everyDayHasOneSquareAndNoSquareTwo(year: Int, weekCount: Int) {
    let grid = grid(year, [])
    #expect(grid.weekCount == weekCount)
    let days = (0..<grid.weekCount).flatMap { week in
      (1...7).map { grid.day(week: week, weekday: $0) }
    }.filter { grid.cell($0) != .outside }
    #expect(days.first?.description == "\(year)-01-01")
    #expect(days.last?.description == "\(year)-12-31")
    #expect(days.count == grid.year.dayCount)
    #expect(zip(days, days.dropFirst()).allSatisfy { $0.advanced(by: 1) == $1 })
    #expect((1...7).allSatisfy { grid.day(week: 20, weekday: $0).weekday == $0 })
  }

  @Test func aDayIsALoginIdleToComeOrOfAnotherYear() {
    let grid = grid(2026, ["2026-11-19", "2026-12-24"])
    #expect(grid.cell(CivilDay("2026-11-19")!) == .login)
    #expect(grid.cell(CivilDay("2026-11-20")!) == .idle)
    #expect(grid.cell(CivilDay("2026-11-21")!) == .future)
    // Marked ahead of its time: it is there, so it is shown.
    #expect(grid.cell(CivilDay("2026-12-24")!) == .login)
    #expect(grid.cell(CivilDay("2027-01-01")!) == .outside)
  }

  @Test func loginsOfOtherYearsAreLeftOut() {
    let grid = grid(2025, ["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"])
    #expect(grid.logins.map(\.description) == ["2025-01-01", "2025-12-31"])
    #expect(grid.longestStreak?.dayCount == 1)
  }

  @Test func aMonthBeginsInTheWeekOfItsFirstDay() {
    for year in 1990...2040 {
      let grid = grid(year, [])
      #expect(grid.monthStarts.map(\.month.month) == Array(1...12))
      for (week, month) in grid.monthStarts {
        #expect((1...7).map { grid.day(week: week, weekday: $0) }.contains(month.firstDay))
      }
      // Room for a name of three letters and a space.
      let weeks = grid.monthStarts.map(\.week)
      #expect(zip(weeks, weeks.dropFirst()).allSatisfy { $1 - $0 >= 4 })
      #expect(grid.weekCount - weeks[11] >= 4)
    }
  }

  @Test(arguments: [
    ([], nil), (["2026-03-01"], "2026-03-01 1"),
    (["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-03"], "2026-02-27 3"),
    (["2024-02-28", "2024-02-29", "2024-03-01"], "2024-02-28 3"),
    // The earliest of two that are equally long.
    (["2026-01-01", "2026-01-02", "2026-01-04", "2026-01-05"], "2026-01-01 2"),
    (["2026-01-01", "2026-01-03", "2026-01-04"], "2026-01-03 2"),
  ])
  func theLongestStreakHasNoGap(days: [String], streak: String?) {
    let found = longestStreak(of: days.map { CivilDay($0)! })
    #expect(found.map { "\($0.first) \($0.dayCount)" } == streak)
  }
}
