import Jobs
import Rules
import TestServers
import Testing

struct CatalogueFileTests {
  private func export(
    _ fixture: AdStatFixture, _ format: CatalogueFormat, isComplete: Bool = false
  ) throws -> String {
    var filter = CatalogueFilter()
    filter.isComplete = isComplete
    var text = ""
    let outcome = CatalogueOutput(filter, in: fixture.catalogue).export(as: format) { text += $0 }
    #expect(outcome.exitCode == 0)
    return text
  }

  @discardableResult
  private func bring(
    _ text: String, _ format: CatalogueFormat = .csv, into fixture: AdStatFixture,
    isDryRun: Bool = false, told: (String) throws -> Void = { _ in }
  ) -> JobOutcome {
    var catalogue = fixture.catalogue
    catalogue.isDryRun = isDryRun
    return CatalogueImport(Array(text.utf8), as: format).run(in: catalogue, told: told)
  }

  /// Everything that a file of text or a spreadsheet could spoil.
  private func fill(_ fixture: AdStatFixture) throws {
    try fixture.fillShelf()
    fixture.edit(.group, .add, [.group: "=1+1", .note: "a,\"b\"\r\nc"])
    fixture.addImage("ä😀,\"'", [.name: "@cmd", .note: "-2\n'x", .group: "=1+1", .link: "'=y"])
    fixture.addImage("A", [.name: "\\ \u{202E}", .upTime: "2026-10-25 02:30+01:00"])
    fixture.addImage("a ", [.downTime: "2026-10-25 02:30", .deviceModel: "Phone \"7\""])
    #expect(fixture.observer.rejected.isEmpty)
  }

  @Test(arguments: MySQLServer.available, CatalogueFormat.allCases)
  func whatIsExportedIsImportedAsItWas(
    flavor: MySQLServer.Flavor, format: CatalogueFormat
  ) throws {
    let fixture = try AdStatFixture(flavor, zone: "Europe/Berlin")
    try fill(fixture)
    let text = try export(fixture, format)
    // Into the same one: nothing changes.
    let again = bring(text, format, into: fixture)
    #expect(again.numbers == [12, 0, 12, 0, 0])
    // Into an empty one: the same catalogue.
    let other = try AdStatFixture(flavor, zone: "Europe/Berlin")
    #expect(bring(text, format, into: other).numbers == [12, 12, 0, 0, 0])
    #expect(try export(other, format) == text)
    let rows = """
      SELECT HEX(code), HEX(name), HEX(url), HEX(link), HEX(note), HEX(device_model), weight, up_time,
      down_time FROM ad_image ORDER BY code
      """
    #expect(try other.query(rows) == fixture.query(rows))
  }

  @Test func nothingInAnExportedFileIsAFormula() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fill(fixture)
    var reader = CSVReader(Array(try export(fixture, .csv).utf8))
    while let row = reader.next() {
      for field in row.fields ?? [] {
        #expect(!"=+-@\t\r".utf8.contains(field.first ?? 0x61), "line \(row.line)")
      }
    }
  }

  @Test(arguments: MySQLServer.available)
  func aBadRowIsNamedWithItsLineAndStopsNothingElse(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    let text = """
      kind,code,url,weight,group,system,position\r
      image,a,u,1,,,
      image,b,u,many,,,
      image,c,,1,,,
      image,a,u,2,,,
      poster,d,u,1,,,
      image,e,u,1
      "image"x,f,u,1,,,
      image,g,u,1,none,,
      style,nobody,,1,,web,top
      style,a,,1,,web,top
      image,x_show,u,1,,,
      group,,,,late,,
      image,h,u,1,late,,
      """
    let outcome = bring(text, into: fixture)
    #expect(outcome.exitCode == 65)
    #expect(outcome.numbers == [13, 4, 0, 0, 9])
    #expect(
      fixture.observer.rejected.keys.sorted() == [
        "line 10", "line 12", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9",
      ])
    #expect(fixture.observer.rejected["line 3"]?.hasPrefix("image b: weight 'many'") == true)
    #expect(try fixture.query("SELECT code FROM ad_image ORDER BY code") == ["a", "h"])
  }

  @Test func aColumnThatTheFileLacksIsLeftAsItIs() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    #expect(bring("weight,code\n8,a\n9,c\n", into: fixture).numbers == [2, 2, 0, 0, 0])
    #expect(
      try fixture.query(
        "SELECT i.weight, url, name FROM ad_image i WHERE code IN ('a', 'c') ORDER BY code")
        == ["8\thttps://x/a\ta", "9\thttps://x/c\tc"])
  }

  @Test func aRowCanBeRemovedByAFileAndNoOtherIs() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    #expect(bring("code,removed\na,1\nnew,1\n", into: fixture).numbers == [2, 1, 1, 0, 0])
    #expect(bring("code,removed\na,1\n", into: fixture).numbers == [1, 0, 1, 0, 0])
    #expect(
      try fixture.query("SELECT code FROM ad_image WHERE removed = 0 ORDER BY code") == [
        "alone", "b", "c",
      ])
    #expect(try export(fixture, .csv, isComplete: true).contains(",removed\r\n"))
    #expect(bring(try export(fixture, .csv, isComplete: true), into: fixture).report.changed == 0)
  }

  @Test(arguments: ["code,price\na,1\n", "code,code\na,a\n", ""])
  func aFileWhoseColumnsCannotBeUnderstoodIsRefusedWhole(text: String) throws {
    let fixture = try AdStatFixture(.mariadb)
    #expect(bring(text, into: fixture).exitCode == 64)
  }

  @Test(arguments: MySQLServer.available)
  func aDryImportShowsTheDifferenceAndChangesNothing(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.fillShelf()
    let tables = "CHECKSUM TABLE ad_image, ad_group, ad_style"
    let checksum = try fixture.query(tables)
    let text = """
      kind,code,url,weight,group,system,position,removed
      image,a,https://x/a,7,g,,,
      image,n,u,1,new,,,
      group,,,,new,,,
      style,n,,2,,web,top,
      style,,,2,new,web,top,
      image,c,https://x/c,1,,,,1
      image,b,https://x/b,1,g,,,
      """
    var told: [String] = []
    let dry = bring(text, into: fixture, isDryRun: true) { told.append($0) }
    #expect(
      told == [
        "+ group new", "~ image a: weight '2' -> '7'", "+ image n", "- image c",
        "+ style web top n", "+ style web top new",
      ])
    #expect(try fixture.query(tables) == checksum)
    #expect(bring(text, into: fixture).numbers == dry.numbers)
    #expect(dry.numbers == [7, 6, 1, 0, 0])
  }

  @Test func aCodeThatIsNoTextIsNamedAndLeftOut() throws {
    let fixture = try AdStatFixture(.mariadb)
    fixture.addImage("a")
    try fixture.query(
      """
      INSERT INTO ad_image (code, name, url, create_time, update_time)
      VALUES (x'FF', '', 'u', NOW(), NOW())
      """)
    var text = ""
    let outcome = CatalogueOutput(CatalogueFilter(), in: fixture.catalogue)
      .export(as: .csv) { text += $0 }
    #expect(outcome.exitCode == 65 && Array(fixture.observer.rejected.keys) == ["\\xFF"])
    #expect(text.split(separator: "\r\n").count == 2)
  }

  @Test func aListShowsWhatTheFilterAdmits() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", .mariadb)
    try fixture.fillShelf()
    fixture.addImage("later", [.upTime: "2026-12-01", .group: "g"])
    fixture.edit(.image, .remove(withImages: false), [.code: "c"])
    func list(_ change: (inout CatalogueFilter) -> Void) -> [String] {
      var filter = CatalogueFilter()
      change(&filter)
      var text = ""
      _ = CatalogueOutput(filter, in: fixture.catalogue).list(.image) { text += $0 }
      return text.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != " " }) }
    }
    #expect(list { _ in } == ["a", "alone", "b", "later"])
    #expect(list { $0.isDue = true } == ["a", "alone", "b"])
    #expect(list { $0.group = "g" } == ["a", "b", "later"])
    #expect(list { $0.isComplete = true } == ["a", "alone", "b", "c", "later"])
  }
}
