import Rules
import Testing

struct AgreementTests {
  @Test(
    arguments: [
      (5, 5, true, Agreement.equal), (5, 5, false, .equal), (5, 3, true, .lacking),
      (5, 3, false, .waiting), (3, 5, true, .ahead), (3, 5, false, .ahead), (0, 5, false, .ahead),
    ] as [(UInt64, UInt64, Bool, Agreement)])
  func aSealedDayHasToBeEqualAndAnOpenOneMayWait(
    redis: UInt64, mysql: UInt64, isSealed: Bool, expected: Agreement
  ) {
    #expect(Agreement.ofCounts(redis: redis, mysql: mysql, isSealed: isSealed) == expected)
  }

  @Test(
    arguments: [
      (true, true, true, Agreement.equal), (true, false, true, .equal),
      (false, true, true, .lacking), (false, true, false, .waiting), (false, false, true, .waiting),
      (false, false, false, .waiting),
    ])
  func aRowHasToHoldTheSketchOnceAnArchiveOwesIt(
    isHeld: Bool, hasRow: Bool, isOwed: Bool, expected: Agreement
  ) {
    #expect(Agreement.ofSketches(isHeld: isHeld, hasRow: hasRow, isOwed: isOwed) == expected)
  }

  /// Today is Friday, 2026-11-20, and the next sync takes November; expired is all before 2026-09-19.
  @Test(
    arguments: [
      ("2026-11", [3], [3], Agreement.equal), ("2026-11", [3, 4], [3], .waiting),
      ("2026-11", [3], [3, 4], .ahead), ("2026-12", [3], [], .waiting),
      ("2026-10", [3], [], .lacking), ("2026-10", [3, 4], [3], .lacking),
      // October may have expired where people wait 32 days only.
      ("2026-10", [3], [3, 4], .equal), ("2026-08", [25], [2, 3], .waiting),
      ("2026-08", [2], [2, 3], .equal),
    ] as [(String, [Int], [Int], Agreement)])
  func loginsWaitForTheJobThatTakesThem(
    month: String, redis: [Int], mysql: [Int], expected: Agreement
  ) {
    let found = Agreement.ofLogins(
      redis: days(redis), mysql: days(mysql), in: Month(month)!,
      nextSync: CivilDay("2026-11-23")!, expiry: ExpiryRule(asOf: CivilDay("2026-11-20")!)!)
    #expect(found == expected)
  }

  /// On Saturday the 7th the rule of the week still named October; but the sync runs on Monday the 9th.
  @Test func whatTheNextSyncNoLongerTakesAlongIsLacking() {
    let found = { (nextSync: String) in
      Agreement.ofLogins(
        redis: days([31]), mysql: days([]), in: Month("2026-10")!, nextSync: CivilDay(nextSync)!,
        expiry: ExpiryRule(asOf: CivilDay("2026-11-07")!)!)
    }
    #expect(found("2026-11-07") == .waiting)
    #expect(found("2026-11-09") == .lacking)
  }
}

private func days(_ days: [Int]) -> LoginDays {
  LoginDays(bits: days.reduce(0) { $0 | 1 << UInt32($1) })
}
