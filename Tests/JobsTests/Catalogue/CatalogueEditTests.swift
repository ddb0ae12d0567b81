import Jobs
import Rules
import TestServers
import Testing

struct CatalogueEditTests {
  private func count(_ outcome: JobOutcome) -> [Int] {
    [outcome.report.changed, outcome.report.unchanged, outcome.report.rejected]
  }

  @Test(arguments: MySQLServer.available)
  func itemsAreAddedChangedAndRemoved(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    #expect(count(fixture.edit(.group, .add, [.group: "g", .note: "n"])) == [1, 0, 0])
    #expect(
      count(
        fixture.edit(.image, .add, [.code: "a", .url: "u", .group: "g", .upTime: "2026-11-20"]))
        == [1, 0, 0])
    #expect(
      try fixture.query(
        "SELECT i.url, g.name, i.up_time, i.weight FROM ad_image i JOIN ad_group g ON g.id = group_id"
      )
        == ["u\tg\t2026-11-20 00:00:00\t1"])
    let set = CatalogueMode.set(isRestoring: false)
    #expect(count(fixture.edit(.image, set, [.code: "a", .weight: "2"])) == [1, 0, 0])
    #expect(count(fixture.edit(.image, set, [.code: "a", .weight: "2"])) == [0, 1, 0])
    #expect(count(fixture.edit(.image, .remove(withImages: false), [.code: "a"])) == [1, 0, 0])
    #expect(count(fixture.edit(.image, .remove(withImages: false), [.code: "a"])) == [0, 1, 0])
    #expect(try fixture.query("SELECT removed, weight FROM ad_image") == ["1\t2"])
  }

  @Test func whatIsThereIsNotAddedAndWhatIsNotThereIsNotChanged() throws {
    let fixture = try AdStatFixture(.mariadb)
    fixture.addImage("a")
    #expect(fixture.edit(.image, .add, [.code: "a", .url: "u"]).exitCode == 65)
    #expect(fixture.observer.rejected == ["image a": "is there already"])
    #expect(fixture.edit(.image, .set(isRestoring: false), [.code: "A"]).exitCode == 65)
    #expect(fixture.edit(.image, .remove(withImages: false), [.code: "a "]).exitCode == 65)
    #expect(fixture.edit(.image, .add, [.code: "A", .url: "u"]).exitCode == 0)
  }

  @Test func aCodeIsNeverGivenToAnotherImage() throws {
    let fixture = try AdStatFixture(.mariadb)
    fixture.addImage("a", [.name: "the first"])
    fixture.edit(.image, .remove(withImages: false), [.code: "a"])
    #expect(fixture.edit(.image, .add, [.code: "a", .url: "other"]).exitCode == 65)
    #expect(fixture.edit(.image, .put, [.code: "a", .url: "other"]).exitCode == 65)
    #expect(fixture.edit(.image, .set(isRestoring: false), [.code: "a"]).exitCode == 65)
    #expect(fixture.edit(.image, .set(isRestoring: true), [.code: "a"]).exitCode == 0)
    #expect(try fixture.query("SELECT name, removed FROM ad_image") == ["the first\t0"])
  }

  @Test(arguments: ["tally:x", "x_show", "x_day_click_2026-11-20", "loginLog_2026-11_a_b"])
  func aCodeThatWouldCollideWithAKeyIsRefused(code: String) throws {
    let fixture = try AdStatFixture(.mariadb)
    #expect(fixture.edit(.image, .add, [.code: code, .url: "u"]).exitCode == 65)
    #expect(try fixture.query("SELECT COUNT(*) FROM ad_image") == ["0"])
  }

  @Test(arguments: MySQLServer.available)
  func aGroupThatHasImagesGoesOnlyTogetherWithThem(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.fillShelf()
    let outcome = fixture.edit(.group, .remove(withImages: false), [.group: "g"])
    #expect(count(outcome) == [0, 0, 1])
    #expect(fixture.observer.rejected["group g"]?.contains("still has 2 images") == true)
    #expect(try fixture.query("SELECT removed FROM ad_group") == ["0"])
    #expect(
      count(fixture.edit(.group, .remove(withImages: true), [.group: "g"])) == [3, 0, 0])
    #expect(
      try fixture.query("SELECT code FROM ad_image WHERE removed = 1 ORDER BY code") == ["a", "b"])
    #expect(fixture.edit(.group, .add, [.group: "g"]).exitCode == 65)
    #expect(
      count(fixture.edit(.group, .set(isRestoring: true), [.group: "g"])) == [1, 0, 0])
  }

  @Test func onlyWhatIsThereCanBeNamed() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    fixture.edit(.image, .remove(withImages: false), [.code: "c"])
    for texts in [
      [.code: "nobody"], [.code: "c"], [.group: "none"],
    ] as [[CatalogueField: String]] {
      let style = [.system: "web", .position: "new"].merging(texts) { $1 }
      #expect(fixture.edit(.style, .add, style).exitCode == 65)
    }
    #expect(
      fixture.edit(.image, .add, [.code: "x", .url: "u", .group: "none"]).exitCode == 65)
    #expect(try fixture.query("SELECT COUNT(*) FROM ad_image WHERE code = 'x'") == ["0"])
    // A style of an image that is gone can still be removed.
    #expect(
      fixture.edit(
        .style, .remove(withImages: false), [.system: "web", .position: "side", .code: "c"]
      ).exitCode == 0)
  }

  @Test func aRemovedStyleComesBackAsNew() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    let style: [CatalogueField: String] = [.system: "web", .position: "side", .code: "c"]
    fixture.edit(.style, .remove(withImages: false), style)
    #expect(count(fixture.edit(.style, .add, style.merging([.weight: "4"]) { $1 })) == [1, 0, 0])
    #expect(
      try fixture.query("SELECT weight, removed FROM ad_style WHERE code = 'c'") == ["4\t0"])
  }

  @Test(arguments: MySQLServer.available)
  func aDryRunTellsTheDifferenceAndChangesNothing(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.fillShelf()
    let tables = "CHECKSUM TABLE ad_image, ad_group, ad_style"
    let checksum = try fixture.query(tables)
    var told: [String] = []
    let set = CatalogueMode.set(isRestoring: false)
    fixture.edit(.image, set, [.code: "a", .weight: "9"], isDryRun: true) { told.append($0) }
    fixture.edit(.image, .add, [.code: "new", .url: "u"], isDryRun: true) { told.append($0) }
    fixture.edit(.group, .remove(withImages: true), [.group: "g"], isDryRun: true) {
      told.append($0)
    }
    #expect(
      told == [
        "~ image a: weight '2' -> '9'", "+ image new", "- group g", "- image a", "- image b",
      ])
    #expect(try fixture.query(tables) == checksum)
  }
}
