import Rules
import Testing

/// One setting of the clocks as a place really had it: hand-made, so that no zone data are needed.
struct Turn: Sendable, CustomTestStringConvertible {
  let place: String
  let clock: LocalClock
  /// When the clocks are set, in seconds since 1970.
  let instant: Int
  /// The days around it that are worth a look.
  let days: ClosedRange<CivilDay>

  var testDescription: String { place }

  /// At `utc`, such as `2026-03-29T01:00:00`, the offset changes; `before` and `after` are minutes.
  init(_ place: String, at utc: String, from before: Double, to after: Double) {
    let at = seconds(utc)
    let (before, after) = (Int(before * 60), Int(after * 60))
    self.place = place
    instant = at
    clock = LocalClock { $0 < at ? before : after }
    let day = LocalClock.utc.day(at: at)
    days = day.advanced(by: -2)...day.advanced(by: 2)
  }

  static let all = [
    Turn("Berlin, spring", at: "2026-03-29T01:00:00", from: 60, to: 120),
    Turn("Berlin, autumn", at: "2026-10-25T01:00:00", from: 120, to: 60),
    Turn("Kathmandu, which is 5:45 ahead", at: "2026-07-01T00:00:00", from: 345, to: 345),
    Turn("Lord Howe, half an hour on", at: "2026-10-03T15:30:00", from: 630, to: 660),
    Turn("Lord Howe, half an hour back", at: "2026-04-04T15:00:00", from: 660, to: 630),
    Turn("Chatham, spring", at: "2026-09-26T14:00:00", from: 765, to: 825),
    Turn("Chatham, autumn", at: "2026-04-04T14:00:00", from: 825, to: 765),
    Turn("Apia, without 2011-12-30", at: "2011-12-30T10:00:00", from: -600, to: 840),
    Turn("Beirut, midnight is skipped", at: "2026-03-28T22:00:00", from: 120, to: 180),
    Turn("Beirut, back at midnight", at: "2026-10-24T21:00:00", from: 180, to: 120),
    Turn("Havana, midnight is skipped", at: "2026-03-08T05:00:00", from: -300, to: -240),
    Turn("Havana, midnight comes twice", at: "2026-11-01T05:00:00", from: -240, to: -300),
    Turn("St. John's, on at 00:01", at: "2010-03-14T03:31:00", from: -210, to: -150),
    Turn("St. John's, back at 00:01", at: "2010-11-07T02:31:00", from: -150, to: -210),
    Turn("Casey, three hours back over midnight", at: "2010-03-04T15:00:00", from: 660, to: 480),
    Turn("Troll, two hours back", at: "2026-10-25T01:00:00", from: 120, to: 0),
    Turn("Monrovia, 44 minutes and a half on", at: "1972-01-07T00:44:30", from: -44.5, to: 0),
  ]

  static func at(_ place: String) -> Turn { all.first { $0.place == place }! }
}

/// The instant that UTC writes `2026-03-29T01:00:00`, in seconds since 1970.
func seconds(_ utc: String) -> Int {
  let parts = utc.split(separator: "T")
  let clock = parts[1].split(separator: ":").map { Int($0)! }
  return CivilDay(parts[0])!.index * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
}
