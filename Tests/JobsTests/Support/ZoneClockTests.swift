import Foundation
import Jobs
import Rules
import Testing

/// Zones as the system's files describe them, beside what Foundation's own data say.
struct ZoneClockTests {
  /// North and south, odd offsets, half an hour of summer time, winter as the exception, none at all.
  static let zones = [
    "America/New_York", "Europe/Berlin", "Europe/Dublin", "Asia/Kathmandu", "Asia/Tokyo",
    "Australia/Lord_Howe", "America/Santiago", "Pacific/Chatham", "Pacific/Apia", "Etc/GMT+5",
  ]

  @Test(arguments: zones)
  func offsetsAreThoseThatFoundationKnows(zone: String) throws {
    let clock = try localClock(zone: zone)
    let reference = try #require(TimeZone(identifier: zone))
    // From 1971 on, every 11 hours and some, to 2037, where the tables of many files end.
    for instant in stride(from: 31_536_000, to: 2_140_000_000, by: 40_013) {
      let expected = reference.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
      guard clock.utcOffsetSeconds(instant) == expected else {
        Issue.record("\(instant): \(clock.utcOffsetSeconds(instant)), not \(expected)")
        return
      }
    }
  }

  @Test(arguments: [
    ("Europe/Berlin", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", 25),
    ("Europe/Berlin", "2026-11-20", 24), ("America/New_York", "2026-03-08", 23),
    ("America/New_York", "2026-11-01", 25), ("Asia/Kathmandu", "2026-11-20", 24),
    ("America/Santiago", "2026-09-06", 23),
    // Far behind the end of every table: the yearly rule.
    ("Europe/Berlin", "2199-03-31", 23), ("America/New_York", "2300-11-04", 25),
  ])
  func aDayHasItsHours(zone: String, day: String, hours: Int) throws {
    let clock = try localClock(zone: zone)
    let day = try #require(CivilDay(day))
    let length = clock.start(of: day.advanced(by: 1)) - clock.start(of: day)
    #expect(length == hours * 3600)
  }

  @Test func lordHoweMovesItsClocksByHalfAnHour() throws {
    let clock = try localClock(zone: "Australia/Lord_Howe")
    for (day, seconds) in [("2026-04-05", 88_200), ("2026-10-04", 84_600)] {
      let day = try #require(CivilDay(day))
      #expect(clock.start(of: day.advanced(by: 1)) - clock.start(of: day) == seconds)
    }
  }

  @Test func aDayThatWasSkippedHasNoLength() throws {
    let clock = try localClock(zone: "Pacific/Apia")
    let day = try #require(CivilDay("2011-12-30"))
    #expect(clock.start(of: day) == clock.start(of: day.advanced(by: 1)))
  }

  @Test func manyZonesServeManyThreadsAtOnce() async throws {
    let clocks = try Self.zones.map { try localClock(zone: $0) }
    let expected = clocks.map { $0.utcOffsetSeconds(1_795_000_000) }
    await withTaskGroup(of: Bool.self) { group in
      for index in 0..<200 {
        group.addTask {
          clocks[index % clocks.count].utcOffsetSeconds(1_795_000_000)
            == expected[index % clocks.count]
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test func utcNeedsNoFile() throws {
    #expect(try localClock(zone: "UTC").utcOffsetSeconds(1_795_000_000) == 0)
  }

  @Test(arguments: [
    "", ".", "..", "../zoneinfo/UTC", "/usr/share/zoneinfo/UTC", "Europe//Berlin", "Europe/",
    "EST5EDT4,M3.2.0,M11.1.0", "<+05>-5", ":UTC", "-x", "Europe/Ber\u{1B}lin", "Mars/Phobos",
    "europe/berlin", "Europe", "zone.tab", "tzdata.zi",
  ])
  func whatIsNoInstalledZoneIsAnErrorNeverUTC(name: String) {
    let failure = #expect(throws: JobFailure.self) { try localClock(zone: name) }
    #expect(failure?.reason == .configuration)
    #expect(failure?.hint != nil)
    #expect(failure?.message.contains("\u{1B}") == false)
  }
}
