import Rules
import Testing

struct DaySketchNameTests {
  @Test func namesStandInTheOrderOfTheTable() throws {
    func name(_ day: String, _ kind: SketchKind, _ name: String) throws -> DaySketchName {
      DaySketchName(
        day: try #require(CivilDay(day)), kind: kind, name: try #require(Code(Array(name.utf8))))
    }
    let sorted = try [
      name("2026-11-19", .cpc, "b"), name("2026-11-19", .hll, "A"), name("2026-11-20", .cpc, "B"),
      name("2026-11-20", .cpc, "a"), name("2026-11-20", .cpc, "a "), name("2026-11-20", .hll, "a"),
    ]
    #expect(sorted.reversed().sorted() == sorted)
    #expect(SketchKind.allCases.sorted() == [.cpc, .hll])
  }
}
