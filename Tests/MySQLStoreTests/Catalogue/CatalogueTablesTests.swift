import MySQLClient
import Rules
import TestServers
import Testing

@testable import MySQLStore

struct CatalogueTablesTests {
  /// The three tables of a fresh database.
  private struct Tables {
    let server: MigratedDatabase
    let database: MySQLDatabase
    let groups: AdGroup
    let images: AdImage
    let styles: AdStyle

    init(_ flavor: MySQLServer.Flavor) throws {
      server = try MigratedDatabase(flavor)
      database = MySQLDatabase(server.endpoint)
      groups = AdGroup(database)
      images = AdImage(database)
      styles = AdStyle(database)
    }

    func write(_ written: [CatalogueGroup]) throws {
      try database.transaction("test") { try groups.write(written, on: $0) }
    }

    func write(_ written: [CatalogueImage]) throws {
      try database.transaction("test") { try images.write(written, groups: ids($0), on: $0) }
    }

    func write(_ written: [CatalogueStyle]) throws {
      try database.transaction("test") { try styles.write(written, groups: ids($0), on: $0) }
    }

    func ids(_ connection: MySQLConnection) throws -> [String: UInt32] {
      try groups.rows(of: ["g", "ä", "x"], on: connection).mapValues(\.id)
    }
  }

  private func code(_ text: String) -> Code { Code(Array(text.utf8))! }

  private func image(_ code: Code) -> CatalogueImage {
    var image = CatalogueImage(code: code)
    image.name = "größer 😀"
    image.url = "https://example.com/?a='\"\\%_"
    image.link = "l"
    image.note = "two\nlines"
    image.group = "ä"
    image.weight = 1_000_000
    image.deviceModel = "Phone 7"
    image.upTime = 1_795_140_000
    image.downTime = 4_102_444_800  // 2100, beyond FROM_UNIXTIME of some servers
    return image
  }

  private func withoutTimes(_ image: CatalogueImage) -> CatalogueImage {
    var image = image
    image.times = nil
    return image
  }

  @Test(arguments: MySQLServer.available)
  func imagesAreReadBackAsTheyWereWritten(flavor: MySQLServer.Flavor) throws {
    let tables = try Tables(flavor)
    try tables.write([CatalogueGroup(name: "ä", note: "n")])
    let odd: [[UInt8]] = [
      [0x41], [0x61], [0x61, 0x20], [0xFF, 0x00], Array(repeating: 0x7A, count: 128),
    ]
    var images: [CatalogueImage] = odd.map { (bytes: [UInt8]) in image(Code(bytes)!) }
    images.append(CatalogueImage(code: code("plain")))
    try tables.write(images)
    let read = try tables.images.rows(of: images.map { $0.code })
    #expect(read.count == images.count)
    for image in images { #expect(read[image.code].map(withoutTimes) == image) }
    #expect(read[code("plain")]?.upTime == CatalogueImage.always)
    #expect(read[code("plain")]?.downTime == CatalogueImage.never)
  }

  @Test(arguments: MySQLServer.available)
  func aChangeKeepsWhenARowWasMade(flavor: MySQLServer.Flavor) throws {
    let tables = try Tables(flavor)
    try tables.write([CatalogueImage(code: code("a"))])
    try tables.server.run(
      "UPDATE ad_image SET create_time = '2020-01-01', update_time = '2020-01-01'")
    var changed = CatalogueImage(code: code("a"))
    changed.note = "changed"
    try tables.write([changed])
    let times = try #require(try tables.images.rows(of: [code("a")])[code("a")]?.times)
    #expect(times.created == 1_577_836_800)
    #expect(times.updated > times.created)
  }

  @Test(arguments: MySQLServer.available)
  func aWalkHandsOverEveryImageInTheOrderOfCodes(flavor: MySQLServer.Flavor) throws {
    let tables = try Tables(flavor)
    let codes = (0..<25).map { code("c\($0)") }
    try tables.write(codes.map { CatalogueImage(code: $0) })
    var pages: [[Code]] = []
    try tables.images.walk(pageSize: 10) { pages.append($0.map(\.code)) }
    #expect(pages.map(\.count) == [10, 10, 5])
    #expect(pages.flatMap { $0 } == codes.sorted())
  }

  @Test(arguments: MySQLServer.available)
  func stylesAreFoundByWhatTheyName(flavor: MySQLServer.Flavor) throws {
    let tables = try Tables(flavor)
    try tables.write([CatalogueGroup(name: "g"), CatalogueGroup(name: "x")])
    func style(_ system: String, _ target: StyleTarget, removed: Bool = false) -> CatalogueStyle {
      CatalogueStyle(
        key: .init(system: system, position: "top", target: target), weight: 2, isRemoved: removed)
    }
    let all = [
      style("web", .group("g")), style("app", .group("g")), style("web", .image(code("a"))),
      style("web", .image(code("A")), removed: true), style("old", .group("x"), removed: true),
    ]
    try tables.write(all)
    #expect(try tables.styles.systems() == ["app", "old", "web"])
    #expect(
      try tables.styles.positions() == [
        .init(system: "app", position: "top"), .init(system: "web", position: "top"),
      ])
    #expect(try Set(tables.styles.ofGroups().map(\.key)) == Set(all[..<2].map(\.key)))
    let ofImages = try tables.styles.ofImages([code("a"), code("A"), code("b")])
    #expect(ofImages.mapValues { $0.map(\.key) } == [code("a"): [all[2].key]])
    try tables.database.transaction("test") { connection in
      let rows = try tables.styles.rows(
        of: all.map(\.key), groups: tables.ids(connection), on: connection)
      #expect(Set(rows.keys) == Set(all.map(\.key)))
      #expect(rows[all[3].key]?.isRemoved == true && rows[all[0].key]?.isRemoved == false)
    }
    var walked: [CatalogueStyle.Key] = []
    try tables.styles.walk(pageSize: 2) { walked += $0.map(\.key) }
    #expect(Set(walked) == Set(all.map(\.key)) && walked.count == all.count)
  }

  @Test(arguments: MySQLServer.available)
  func aTimeWrittenByHandThatIsNoneShowsTheImageNever(flavor: MySQLServer.Flavor) throws {
    let tables = try Tables(flavor)
    try tables.write([CatalogueImage(code: code("a"))])
    try tables.server.run(
      "SET sql_mode = ''; UPDATE ad_image SET up_time = '0000-00-00 00:00:00'")
    #expect(try tables.images.rows(of: [code("a")])[code("a")]?.dueSpan.isEmpty == true)
  }

  @Test(arguments: MySQLServer.available)
  func namesDifferByCaseAlone(flavor: MySQLServer.Flavor) throws {
    let tables = try Tables(flavor)
    try tables.write([CatalogueGroup(name: "g", note: "1"), CatalogueGroup(name: "G", note: "2")])
    #expect(try tables.groups.all().map(\.note).sorted() == ["1", "2"])
    try tables.database.transaction("test") { connection in
      let notes = try tables.groups.rows(of: ["G"], on: connection).mapValues { $0.group.note }
      #expect(notes == ["G": "2"])
    }
  }
}
