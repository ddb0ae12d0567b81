import TestServers
import Testing

/// The jobs as cron runs them, for weeks in the suite and for two years in the soak.
struct CronMonthsTests {
  private static let weeks = [
    CronMonths.Plan(
      zone: "Europe/Berlin", firstDay: "2026-10-04", days: 42,
      description: "six weeks around a day of 25 hours"),
    CronMonths.Plan(
      zone: "America/New_York", firstDay: "2026-03-01", days: 14,
      description: "two weeks around a day of 23 hours"),
  ]
  private static let years = [
    CronMonths.Plan(
      zone: "Europe/Berlin", firstDay: "2026-01-01", days: 730, description: "two years")
  ]

  @Test(arguments: Soak.isOn ? years : weeks)
  func monthsOfCronWithFaultsEndInExactTotals(_ plan: CronMonths.Plan) throws {
    let seed = Soak.freshSeed
    let result = try WorldPool.with(.mariadb) { world in
      try CronMonths(plan, seed: seed, in: world).live()
    }
    if Soak.isOn { Soak.say("cron, \(plan): \(result)") }
    let turns = plan.days > 365 ? 2 : 1
    #expect(result.daysByHours[25] == (plan.zone == "Europe/Berlin" ? turns : nil), "seed \(seed)")
    #expect(result.daysByHours[23] == (plan.days == 42 ? nil : turns), "seed \(seed)")
    // Most days meet no fault, so that their hours are known one by one.
    #expect(result.daysByHours[24, default: 0] > plan.days / 10, "seed \(seed)")
  }
}
