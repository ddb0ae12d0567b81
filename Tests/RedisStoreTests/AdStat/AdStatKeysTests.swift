import Rules
import Testing

@testable import RedisStore

struct AdStatKeysTests {
  private let keys = AdStatKeys(Keyspace())

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
  private func code(_ text: String) -> Code { Code(Array(text.utf8))! }

  @Test(arguments: [
    ("a_show", "a", Metric.show), ("a_click", "a", .click), ("a_show_click", "a_show", .click),
    ("a_day_show", "a_day", .show), ("x_day_show_2026-11-20_show", "x_day_show_2026-11-20", .show),
    ("__show", "_", .show), ("login_show", "login", .show), ("{a}_show", "{a}", .show),
  ])
  func aLiveCounterIsReadFromItsEnd(key: String, code: String, metric: Metric) throws {
    let expected = LiveCounter(code: self.code(code), metric: metric)
    #expect(try keys.liveCounter(bytes(key)) == expected)
    #expect(keys.key(of: expected) == bytes(key))
    #expect(try keys.dayHash(bytes(key)) == nil)
  }

  @Test(arguments: [
    ("a_day_show_2026-11-20", "a"), ("_day_day_show_2026-11-20", "_day"),
    ("a_show_day_show_2026-11-20", "a_show"),
    ("a_day_click_2026-01-01_day_show_2026-11-20", "a_day_click_2026-01-01"),
  ])
  func aDayHashIsReadFromItsEnd(key: String, code: String) throws {
    let expected = DayHashName(
      code: self.code(code), metric: .show, day: try #require(CivilDay("2026-11-20")))
    #expect(try keys.dayHash(bytes(key)) == expected)
    #expect(keys.key(of: expected) == bytes(key))
    #expect(try keys.liveCounter(bytes(key)) == nil)
  }

  @Test(arguments: [
    "a", "show", "a_shows", "a_Show", "ashow", "loginLog_2026-11_t_x_show", "tally:x_show",
    "adstat:x_click", "cpc:x_show", "a_day_show_20261120", "a_day_shows_2026-11-20",
    "a_days_show_2026-11-20", "tally:a_day_show_2026-11-20", "2026-11-20", "_2026-11-20",
  ])
  func otherKeysAreNotOurs(key: String) throws {
    #expect(try keys.liveCounter(bytes(key)) == nil)
    #expect(try keys.dayHash(bytes(key)) == nil)
  }

  @Test func codesThatDoNotFitAreFaults() {
    let longest = String(repeating: "x", count: 128)
    #expect(throws: Never.self) { try keys.liveCounter(bytes("\(longest)_show")) }
    #expect(throws: AdStatKeyFault.codeTooLong(byteCount: 129)) {
      try keys.liveCounter(bytes("\(longest)x_show"))
    }
    #expect(throws: AdStatKeyFault.emptyCode) { try keys.liveCounter(bytes("_click")) }
    #expect(throws: AdStatKeyFault.emptyCode) { try keys.dayHash(bytes("_day_show_2026-11-20")) }
    #expect(throws: AdStatKeyFault.noSuchDay) { try keys.dayHash(bytes("a_day_show_2026-02-30")) }
  }

  @Test func prefixAndHashTagsStandWhereTheyBelong() throws {
    let keys = AdStatKeys(Keyspace(prefix: bytes("p:"), hashTags: true))
    #expect(keys.state == bytes("p:tally:adstat"))
    let counter = LiveCounter(code: code("a}b"), metric: .click)
    #expect(keys.key(of: counter) == bytes("p:{a}b}_click"))
    #expect(try keys.liveCounter(bytes("p:{a}b}_click")) == counter)
    #expect(try keys.liveCounter(bytes("{a}_click")) == nil)
    #expect(throws: AdStatKeyFault.noHashTag) { try keys.liveCounter(bytes("p:a_click")) }
    #expect(throws: AdStatKeyFault.noHashTag) { try keys.liveCounter(bytes("p:{_click")) }
    #expect(throws: AdStatKeyFault.emptyCode) { try keys.liveCounter(bytes("p:{}_click")) }
  }
}
