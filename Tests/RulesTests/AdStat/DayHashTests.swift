import Rules
import Testing

struct DayHashTests {
  private static let lineage = "0123456789abcdef0123456789abcdef"

  @Test func theHoursAreReadInTheirOrderWhateverTheOrderOfTheFields() throws {
    let hash = try read([("10", "7"), ("lineage", Self.lineage), ("9", "12"), ("0", "1")])
    #expect(hash.hours.map(\.hour) == [0, 9, 10])
    #expect(hash.hours.map(\.count) == [1, 12, 7])
    #expect(hash.lineage.description == Self.lineage)
  }

  @Test func aHashOfWhichNothingButTheLineageIsLeftHasNoHours() throws {
    #expect(try read([("lineage", Self.lineage)]).hours.isEmpty)
  }

  @Test func aFullDayHas24HoursAndALineage() throws {
    let hours = (0..<24).map { ("\($0)", "\($0 * 1_000_000_007)") }
    let hash = try read(hours + [("lineage", Self.lineage)])
    #expect(hash.hours.map(\.hour) == Array(0..<24))
    #expect(hash.fields.count == DayHash.fieldCountMax)
  }

  @Test(
    arguments: ["0", "1", "999999999999999999", "1000000000000000000", "9223372036854775807"])
  func fieldsAreWrittenByteForByteAsTheyWereRead(count: String) throws {
    let fields = [("3", count), ("lineage", Self.lineage)]
    let written = try read(fields).fields.map {
      [String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self)]
    }
    #expect(written == fields.map { [$0.0, $0.1] })
  }

  @Test(
    arguments: [
      "24", "99", "-1", "00", "01", "1.0", " 1", "", "a", "Lineage", "lineage ", "\u{661}",
      "18446744073709551616",
    ])
  func aFieldThatIsNoHourIsRefused(name: String) {
    #expect(throws: DayHashFault.unknownField(Array(name.utf8))) {
      try read([("lineage", Self.lineage), (name, "1")])
    }
  }

  @Test(arguments: ["", "-1", "007", "1.5", "x", "9223372036854775808", "99999999999999999999"])
  func anHourThatHoldsNoCountIsRefused(value: String) {
    #expect(throws: DayHashFault.noCount(hour: 5, value: Array(value.utf8))) {
      try read([("lineage", Self.lineage), ("5", value)])
    }
  }

  @Test(arguments: [nil, "", "x", "0123456789ABCDEF0123456789ABCDEF"])
  func aHashWithoutAReadableLineageIsRefused(lineage: String?) {
    #expect(throws: DayHashFault.noLineage) {
      try read([("5", "1")] + (lineage.map { [("lineage", $0)] } ?? []))
    }
  }

  @Test(
    arguments: [
      (.noLineage, "has no lineage"),
      (.unknownField([0x1B]), #"has a field '\x1B', which is no hour"#),
      (.noCount(hour: 5, value: [0x78]), "has 'x' in hour 5, which is no count"),
    ] as [(DayHashFault, String)])
  func whatIsWrongIsSaidInHarmlessText(fault: DayHashFault, text: String) {
    #expect(fault.description == text)
  }

  private func read(_ fields: [(String, String)]) throws -> DayHash {
    let code = try #require(Code("camp-1".utf8))
    let day = try #require(CivilDay("2026-11-20"))
    let bytes = fields.map { (name: Array($0.0.utf8), value: Array($0.1.utf8)) }
    let hash = try DayHash(code: code, metric: .show, day: day, fields: bytes)
    #expect(hash.code == code && hash.metric == .show && hash.day == day)
    return hash
  }
}
