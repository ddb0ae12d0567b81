import Foundation
import Jobs
import MySQLClient
import Rules
import TestServers
import Testing

/// What is done to the catalogue and the shelf in tests.
extension AdStatFixture {
  var catalogue: CatalogueContext {
    CatalogueContext(
      mysql: context.mysql!,  // because these fixtures are made with a flavour
      clock: context.clock, now: context.now, observer: observer)
  }

  @discardableResult
  func shelve(isDryRun: Bool = false) -> JobOutcome { perform(Shelve(), isDryRun: isDryRun) }

  /// Edits by options, as in `url=u up_time=2026-11-20`.
  @discardableResult
  func edit(
    _ kind: CatalogueKind, _ mode: CatalogueMode, _ texts: [CatalogueField: String],
    isDryRun: Bool = false, told: (String) throws -> Void = { _ in }
  ) -> JobOutcome {
    var catalogue = catalogue
    catalogue.isDryRun = isDryRun
    return CatalogueEdit.run(
      "test", [CatalogueEntry(kind, texts)], mode: mode, in: catalogue, told: told)
  }

  func addImage(_ code: String, _ texts: [CatalogueField: String] = [:]) {
    edit(.image, .add, [.code: code, .url: "https://x/\(code)"].merging(texts) { $1 })
  }

  func setImage(_ code: String, _ texts: [CatalogueField: String]) {
    edit(.image, .set(isRestoring: false), [.code: code].merging(texts) { $1 })
  }

  func addStyle(
    _ system: String, _ position: String, code: String = "", group: String = "",
    weight: String = "1"
  ) {
    edit(
      .style, .add,
      [.system: system, .position: position, .code: code, .group: group, .weight: weight])
  }

  /// What a system shows: code -> position -> weight, as the service reads it by one HGETALL.
  func shelf(_ system: String) throws -> [String: [String: Int]] {
    var shown: [String: [String: Int]] = [:]
    for (code, text) in try hash("adstat:shelf:\(system)") ?? [:] {
      let setting = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      let systems = setting?["systems"] as? [String: [String: Int]]
      shown[code] = systems?[system] ?? [:]
    }
    return shown
  }

  /// A setting's field, as text.
  func setting(_ code: String, _ field: String) throws -> String? {
    guard let text = try value(code) else { return nil }
    let setting = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return setting?[field].map { "\($0)" }
  }

  /// A group g of a (weight 2) and b, shown by web at the top; c at its side; a in the app; and one
  /// image that no system shows.
  func fillShelf() throws {
    edit(.group, .add, [.group: "g"])
    addImage("a", [.group: "g", .weight: "2"])
    addImage("b", [.group: "g"])
    addImage("c")
    addImage("alone")
    addStyle("web", "top", group: "g", weight: "3")
    addStyle("web", "side", code: "c")
    addStyle("app", "start", code: "a")
    #expect(observer.rejected.isEmpty)
  }
}
