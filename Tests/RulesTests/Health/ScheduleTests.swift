import Foundation
import Rules
import Testing

struct ScheduleTests {
  @Test(
    arguments: [
      (
        ScheduledJob.rolloverHour, "2026-11-20T09:59:59", "2026-11-20T09:00:00",
        "2026-11-20T10:00:00"
      ),
      (.rolloverHour, "2026-11-20T10:00:00", "2026-11-20T10:00:00", "2026-11-20T11:00:00"),
      (.archiveDay, "2026-11-20T02:09:59", "2026-11-19T02:10:00", "2026-11-20T02:10:00"),
      (.archiveDay, "2026-11-20T02:10:00", "2026-11-20T02:10:00", "2026-11-21T02:10:00"),
      (.cpcArchiveDay, "2026-11-20T02:40:00", "2026-11-20T02:40:00", "2026-11-21T02:40:00"),
      // A Friday.
      (.syncWeek, "2026-11-20T12:00:00", "2026-11-16T03:30:00", "2026-11-23T03:30:00"),
      (.syncWeek, "2026-11-23T03:29:59", "2026-11-16T03:30:00", "2026-11-23T03:30:00"),
      (.expire, "2026-11-23T04:30:00", "2026-11-23T04:30:00", "2026-11-30T04:30:00"),
    ])
  func aJobIsDueAtTheTimesOfItsLine(
    job: ScheduledJob, now: String, last: String, next: String
  ) {
    let schedule = job.schedule
    #expect(schedule.last(atOrBefore: seconds(now), on: .utc) == seconds(last))
    #expect(schedule.next(after: seconds(now), on: .utc) == seconds(next))
  }

  /// 02:10 is skipped in spring, and shown twice in autumn.
  @Test func whereTheClocksAreSetAJobIsDueOnceADay() {
    let (spring, autumn) = (Turn.at("Berlin, spring").clock, Turn.at("Berlin, autumn").clock)
    let archive = ScheduledJob.archiveDay.schedule
    #expect(
      archive.last(atOrBefore: seconds("2026-03-29T10:00:00"), on: spring)
        == seconds("2026-03-29T01:00:00"))
    let first = seconds("2026-10-25T00:10:00")
    #expect(archive.last(atOrBefore: seconds("2026-10-25T10:00:00"), on: autumn) == first)
    #expect(archive.next(after: first, on: autumn) == seconds("2026-10-26T01:10:00"))
  }

  @Test func everyHourIsDueOnceAlsoInZonesThatAreNotWholeHoursAhead() {
    let clock = Turn.at("Kathmandu, which is 5:45 ahead").clock
    let schedule = ScheduledJob.rolloverHour.schedule
    var now = seconds("2026-07-01T00:00:00")
    for _ in 0..<48 {
      let next = schedule.next(after: now, on: clock)
      #expect(next > now && next - now <= 3600)
      #expect(schedule.last(atOrBefore: next, on: clock) == next)
      #expect(schedule.last(atOrBefore: next - 1, on: clock) < next)
      now = next
    }
  }

  @Test func aRunIsOwedOnlyWhenPatienceIsOver() {
    let noon = seconds("2026-11-20T12:00:00")
    let hourly = ScheduledJob.rolloverHour
    #expect(hourly.owedSince(now: noon + 29 * 60, on: .utc) == noon - 3600)
    #expect(hourly.owedSince(now: noon + 30 * 60, on: .utc) == noon)
  }

  /// What is called late is what the crontab was to run.
  @Test func theLinesAreThoseOfTheCrontab() throws {
    let file = URL(filePath: #filePath).appending(path: "../../../../cron/tally.cron").standardized
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: " ").map(String.init) }
    let names: [ScheduledJob: String] = [
      .rolloverHour: "adstat rollover-hour", .archiveDay: "adstat archive-day",
      .cpcArchiveDay: "cpc archive-day", .syncWeek: "loginlog sync-week",
      .expire: "loginlog expire",
    ]
    for job in ScheduledJob.allCases {
      let line = try #require(lines.first { $0.suffix(2).joined(separator: " ") == names[job] })
      let schedule = job.schedule
      #expect(line[0] == "\(schedule.minute)")
      #expect(line[1] == (schedule.hour.map { "\($0)" } ?? "*"))
      #expect(line[2...3] == ["*", "*"])
      #expect(line[4] == (schedule.weekday.map { "\($0)" } ?? "*"))
    }
  }
}
