import Rules
import Testing

struct DayHoursTests {
  private func hours(_ day: String, _ place: String, until instant: Int = .max) -> [Int] {
    Turn.at(place).clock.hours(of: CivilDay(day)!, until: instant).map(\.hour)
  }

  @Test func aDayHasTwentyFourNamesOfHoursOrOneLessWhereOneIsSkipped() {
    #expect(hours("2026-03-28", "Berlin, spring") == Array(0...23))
    #expect(hours("2026-03-29", "Berlin, spring") == [0, 1] + Array(3...23))
    #expect(hours("2026-10-25", "Berlin, autumn") == Array(0...23))
    #expect(hours("2011-12-30", "Apia, without 2011-12-30") == [])
  }

  @Test(arguments: Turn.all)
  func theHoursOfADayAreThoseThatTheWallClockShows(turn: Turn) {
    for index in turn.days.lowerBound.index...turn.days.upperBound.index {
      let day = CivilDay(index: index)
      let seen = Set(
        stride(from: turn.clock.start(of: day), to: turn.clock.end(of: day), by: 30)
          .map { turn.clock.hour(at: $0) }.filter { $0.day == day })
      #expect(turn.clock.hours(of: day) == seen.sorted(), "\(day)")
    }
  }

  @Test func hoursToComeAreLeftOut() {
    let noon = seconds("2026-10-25T11:00:00")
    #expect(hours("2026-10-25", "Berlin, autumn", until: noon) == Array(0...12))
    #expect(hours("2026-10-25", "Berlin, autumn", until: noon - 1) == Array(0...11))
    #expect(hours("2026-10-26", "Berlin, autumn", until: noon) == [])
  }
}
