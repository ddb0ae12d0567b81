import Rules
import Testing

struct ExpiryRuleTests {
  private static let today = CivilDay("2026-11-20")!

  @Test(arguments: [31, 30, 1, 0, -1, Int.min])
  func aRunningMonthCannotBeLetGo(afterDays: Int) {
    #expect(ExpiryRule(asOf: Self.today, afterDays: afterDays) == nil)
  }

  @Test(arguments: [32, 33, 62, 100_000, Int.max])
  func moreThan31DaysAreAccepted(afterDays: Int) {
    #expect(ExpiryRule(asOf: Self.today, afterDays: afterDays)?.afterDays == afterDays)
  }

  @Test(
    arguments: [
      // 62 days after 2026-09-01 is 2026-11-02.
      ("2026-11-01", 62, "2026-09", false), ("2026-11-02", 62, "2026-09", false),
      ("2026-11-03", 62, "2026-09", true), ("2026-11-03", 62, "2026-10", false),
      ("2026-11-03", 62, "2026-08", true), ("2026-11-03", 62, "2026-11", false),
      ("2026-11-03", 62, "2026-12", false), ("2026-11-03", 62, "1970-01", true),
      // The shortest: 32 days after the first of a month of 31, of 28 and of 29 days.
      ("2026-11-02", 32, "2026-10", false), ("2026-11-03", 32, "2026-10", true),
      ("2027-03-05", 32, "2027-02", false), ("2027-03-06", 32, "2027-02", true),
      ("2028-03-04", 32, "2028-02", false), ("2028-03-05", 32, "2028-02", true),
      ("2026-12-31", 32, "2026-12", false), ("2027-01-02", 32, "2026-12", false),
      ("2027-01-03", 32, "2026-12", true),
    ])
  func aMonthExpiresMoreThanSoManyDaysAfterItsFirst(
    asOf: String, afterDays: Int, month: String, isExpired: Bool
  ) throws {
    let day = try #require(CivilDay(asOf))
    let rule = try #require(ExpiryRule(asOf: day, afterDays: afterDays))
    let month = try #require(Month(month))
    #expect(rule.isExpired(month) == isExpired)
  }

  @Test func noMonthExpiresBeforeItIsOver() throws {
    for offset in 0..<1500 {
      let day = Self.today.advanced(by: offset)
      let rule = try #require(ExpiryRule(asOf: day, afterDays: ExpiryRule.afterDaysMin))
      #expect(!rule.isExpired(day.month))
    }
  }

  @Test func sixtyTwoDaysUnlessAskedOtherwise() {
    #expect(ExpiryRule(asOf: Self.today)?.afterDays == 62)
  }
}
