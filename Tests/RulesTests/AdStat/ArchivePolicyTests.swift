import Rules
import Testing

struct ArchivePolicyTests {
  private static let today = CivilDay("2026-03-01")!

  @Test(
    arguments: [
      (-400, .archiveAndForget), (-4, .archiveAndForget), (-3, .archiveAndForget), (-2, .archive),
      (-1, .archive), (0, .leave), (1, .leave), (400, .leave),
    ] as [(Int, ArchivePolicy.Treatment)])
  func everyClosedDayIsArchivedAndTwoAreKept(days: Int, treatment: ArchivePolicy.Treatment) {
    let policy = ArchivePolicy(today: Self.today)
    #expect(policy.treatment(of: Self.today.advanced(by: days)) == treatment)
  }

  @Test(
    arguments: [
      (0, -1, .archiveAndForget), (0, 0, .leave), (0, 1, .leave),
      (1, -1, .archive), (1, -2, .archiveAndForget),
      (30, -30, .archive), (30, -31, .archiveAndForget),
    ] as [(Int, Int, ArchivePolicy.Treatment)])
  func asManyClosedDaysAreKeptAsAskedFor(
    keepDays: Int, days: Int, treatment: ArchivePolicy.Treatment
  ) {
    let policy = ArchivePolicy(today: Self.today, keepDays: keepDays)
    #expect(policy.treatment(of: Self.today.advanced(by: days)) == treatment)
  }

  @Test(
    arguments: [
      (-6, .leave), (-5, .archiveAndForget), (-3, .archiveAndForget), (-2, .archive),
      (-1, .archive), (0, .publish), (1, .leave), (2, .leave), (3, .leave),
    ] as [(Int, ArchivePolicy.Treatment)])
  func daysAskedForAreTreatedAndTodayIsOnlyPublished(
    days: Int, treatment: ArchivePolicy.Treatment
  ) {
    let chosen = Self.today.advanced(by: -5)...Self.today.advanced(by: 2)
    let policy = ArchivePolicy(today: Self.today, chosen: chosen)
    #expect(policy.treatment(of: Self.today.advanced(by: days)) == treatment)
  }

  @Test func todayIsPublishedAndNeverForgottenHoweverFewDaysAreKept() {
    let policy = ArchivePolicy(today: Self.today, keepDays: 0, chosen: Self.today...Self.today)
    #expect(policy.treatment(of: Self.today) == .publish)
    #expect(policy.treatment(of: Self.today.advanced(by: -1)) == .leave)
  }

  @Test func tomorrowIsLeftAloneAlsoWhenAskedFor() {
    let tomorrow = Self.today.advanced(by: 1)
    #expect(
      ArchivePolicy(today: Self.today, chosen: tomorrow...tomorrow).treatment(of: tomorrow)
        == .leave)
  }
}
