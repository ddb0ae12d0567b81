import MySQLClient
import Testing

struct SQLTests {
  private func text(_ sql: SQL) -> String { String(decoding: sql.bytes, as: UTF8.self) }

  @Test func bytesAreHexLiterals() {
    #expect(text("(\([0, 0x27, 0x5C, 0xFF] as [UInt8]))") == "(x'00275CFF')")
    #expect(
      text("\(text: "a'; DROP TABLE t -- ä")")
        == "x'61273B2044524F50205441424C452074202D2D20C3A4'")
  }

  @Test func noBytesAreAnEmptyString() {
    #expect(text("\([] as [UInt8])") == "''")
    #expect(text("\(text: "")") == "''")
  }

  @Test func numbersAreDecimalWhateverTheirWidth() {
    #expect(text("\(0)|\(7)|\(10)|\(-12)|\(1_234_567_890)") == "0|7|10|-12|1234567890")
    #expect(
      text("\(UInt64.max)|\(Int64.min)|\(Int64.max)")
        == "18446744073709551615|-9223372036854775808|9223372036854775807")
    #expect(text("\(UInt8.max)|\(Int8.min)") == "255|-128")
    #expect(
      text("\(UInt128.max)|\(Int128.min)")
        == "340282366920938463463374607431768211455|-170141183460469231731687303715884105728")
  }

  @Test func namesAndDatesAreQuoted() {
    #expect(
      text("SELECT \(name: "ad_ctr") \(date: "2026-11-20")") == "SELECT `ad_ctr` '2026-11-20'")
  }

  @Test(arguments: [
    ("ad_ctr", true), ("A9_", true), (String(repeating: "n", count: 64), true),
    (String(repeating: "n", count: 65), false), ("", false), ("a`b", false), ("a.b", false),
    ("ä", false), ("a b", false),
  ])
  func onlyPlainWordsAreNames(word: String, isName: Bool) {
    #expect(SQL.isName(word) == isName)
  }

  @Test func piecesAreJoinedAsTheyAre() {
    var sql: SQL = "INSERT INTO t VALUES \("(\(1), \([65]))" as SQL)"
    sql.append(SQL(trusted: " -- end"))
    #expect(text(sql) == "INSERT INTO t VALUES (1, x'41') -- end")
  }
}
