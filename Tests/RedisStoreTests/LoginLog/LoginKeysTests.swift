import RedisStore
import Rules
import Testing

struct LoginKeysTests {
  private let keys = LoginKeys(Keyspace(prefix: Array("shop:".utf8)))

  @Test(arguments: [
    ("app", "7"), ("app", "a_b__c_"), ("A", "_"), ("t", "*?[x]\\"), ("ü", "😀"),
    ("a:b", "\u{0}\n\""),
  ])
  func aKeyIsReadBackAsItWasWritten(type: String, id: String) throws {
    let userMonth = UserMonth(
      month: try #require(Month("2017-10")),
      user: try #require(UserKey(type: Array(type.utf8), id: Array(id.utf8))))
    let key = keys.key(of: userMonth)
    #expect(key == Array("shop:loginLog_2017-10_\(type)_\(id)".utf8))
    #expect(try keys.parse(key) == userMonth)
  }

  @Test(
    arguments: [
      ("shop:loginLog_", .noMonth), ("shop:loginLog_2017-13_app_7", .noMonth),
      ("shop:loginLog_2017-1_app_7", .noMonth), ("shop:loginLog_app_7", .noMonth),
      ("loginLog_2017-10_app_7", .noMonth), ("shop:loginLog_2017-10", .noType),
      ("shop:loginLog_2017-10-app_7", .noType), ("shop:loginLog_2017-10_", .noType),
      ("shop:loginLog_2017-10__7", .noType), ("shop:loginLog_2017-10_app", .noID),
      ("shop:loginLog_2017-10_app_", .noID),
      ("shop:loginLog_2017-10_" + String(repeating: "t", count: 33) + "_7", .typeTooLong),
      ("shop:loginLog_2017-10_app_" + String(repeating: "i", count: 129), .idTooLong),
    ] as [(String, LoginKeyFault)])
  func aMalformedKeySaysWhatItLacks(key: String, fault: LoginKeyFault) {
    #expect(throws: fault) { try keys.parse(Array(key.utf8)) }
  }

  @Test func thePatternTakesThePrefixLiterally() {
    let starred = LoginKeys(Keyspace(prefix: Array("a*".utf8)))
    #expect(starred.pattern == Array(#"a\*loginLog_*"#.utf8))
  }
}
