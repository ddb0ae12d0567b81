import Rules
import Testing

struct CatalogueEntryTests {
  private func image(_ texts: [CatalogueField: String]) throws(CatalogueFault) -> CatalogueImage {
    let entry = CatalogueEntry(
      .image, [.code: "a", .url: "u"].merging(texts) { $1 })
    return try entry.applied(to: CatalogueImage(code: try entry.code()), clock: .utc)
  }

  @Test func whatIsNotEnteredStaysAsItIs() throws {
    let first = try image([.weight: "7", .note: "n", .group: "g", .upTime: "2026-11-20"])
    let second = try CatalogueEntry(.image, [.code: "a", .link: "l"])
      .applied(to: first, clock: .utc)
    #expect(second.link == "l")
    #expect(second.weight == 7 && second.note == "n" && second.group == "g")
    #expect(second.upTime == first.upTime)
  }

  @Test func anEmptyTextTakesAwayWhatWasThere() throws {
    let first = try image([
      .weight: "7", .group: "g", .upTime: "2026-11-20", .downTime: "2026-12-01", .name: "n",
    ])
    let second = try CatalogueEntry(
      .image, [.weight: "", .group: "", .upTime: "", .downTime: "", .name: ""]
    ).applied(to: first, clock: .utc)
    #expect(second.weight == 1 && second.group == nil && second.name == "a")
    #expect(second.upTime == CatalogueImage.always && second.downTime == CatalogueImage.never)
  }

  @Test func timesAreThoseOfTheGivenClock() throws {
    let clock = LocalClock { _ in 3600 }
    var image = CatalogueImage(code: Code(Array("a".utf8))!)
    try image.set(.upTime, to: "2026-11-20 09:00", clock: clock)
    #expect(image.upTime == seconds("2026-11-20T08:00:00"))
    #expect(image.text(of: .upTime, clock: clock) == "2026-11-20 09:00:00")
    try image.set(.downTime, to: "9999-12-31 23:59:59-05:00", clock: clock)
    #expect(image.downTime == CatalogueImage.never)
    try image.set(.upTime, to: "1970-01-01", clock: clock)
    #expect(image.upTime == CatalogueImage.always)
  }

  @Test(
    arguments: [
      ([.url: ""], .missing(.url)),
      ([.weight: "-1"], .noWeight("-1")), ([.weight: "1.5"], .noWeight("1.5")),
      ([.weight: "1000001"], .noWeight("1000001")), ([.weight: " 1"], .noWeight(" 1")),
      ([.upTime: "soon"], .noTime(.upTime, "soon")),
      ([.upTime: "2026-11-21", .downTime: "2026-11-20"], .downBeforeUp),
      ([.upTime: "2026-11-20", .downTime: "2026-11-20"], .downBeforeUp),
      ([.url: "a\nb"], .control(.url)), ([.note: "a\u{0}"], .control(.note)),
      ([.group: " g"], .blankEnds(.group)),
      ([.name: String(repeating: "ä", count: 129)], .tooLong(.name, lengthMax: 128)),
      ([.removed: "maybe"], .noYesOrNo("maybe")), ([.system: "web"], .notOf(.image, .system)),
    ] as [([CatalogueField: String], CatalogueFault)])
  func whatCannotBeTakenIsTold(texts: [CatalogueField: String], fault: CatalogueFault) {
    #expect(throws: fault) { try image(texts) }
  }

  @Test(arguments: ["", String(repeating: "x", count: 129), "a\u{7}b"])
  func whatIsNoCodeIsRefused(text: String) {
    #expect(throws: CatalogueFault.self) { try CatalogueEntry(.image, [.code: text]).code() }
  }

  @Test func aStyleNamesOneThing() throws {
    func key(_ texts: [CatalogueField: String]) throws(CatalogueFault) -> CatalogueStyle.Key {
      let place: [CatalogueField: String] = [.system: "web", .position: "top"]
      return try CatalogueEntry(.style, place.merging(texts) { $1 }).styleKey()
    }
    #expect(try key([.group: "g", .code: ""]).target == .group("g"))
    #expect(try key([.code: "a"]).target == .image(Code(Array("a".utf8))!))
    #expect(throws: CatalogueFault.missing(.code)) { try key([:]) }
    #expect(throws: CatalogueFault.twoTargets) { try key([.group: "g", .code: "a"]) }
    #expect(throws: CatalogueFault.missing(.system)) { try key([.group: "g", .system: ""]) }
  }

  @Test func aDifferenceNamesWhatChanges() throws {
    let old = try image([.weight: "1"])
    let new = try image([.weight: "2", .note: "\u{202E}x"])
    #expect(
      differences(from: old, to: new, clock: .utc) == [
        "note '' -> '\\xE2\\x80\\xAEx'", "weight '1' -> '2'",
      ])
  }
}
