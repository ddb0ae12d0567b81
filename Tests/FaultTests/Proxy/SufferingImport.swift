import Foundation
import Jobs
import TestServers

/// An import of the catalogue: of each kind one row to add, one to change and one that is right.
struct SufferingImport: Suffering {
  let description = "adstat import"
  let arguments: [String]
  private let bytes: [UInt8]

  init() throws {
    bytes = Array(SufferingImport.file.utf8)
    let path = "\(try PrivateFolder.make())/catalogue.csv"
    try Data(bytes).write(to: URL(filePath: path))
    arguments = ["adstat", "import", path]
  }

  private static let file = """
    kind,system,position,group,code,url,weight,note,removed
    group,,,new,,,,,
    group,,,known,,,,changed,
    group,,,right,,,,,
    image,,,new,a,u,2,,
    image,,,known,known,u,3,,
    image,,,right,right,u,1,,
    image,,,,gone,u,1,,1
    style,web,top,,a,,4,,
    style,web,top,,known,,5,,
    style,web,top,right,,,1,,

    """

  func run(in context: JobContext, logDirectory: String) -> (code: Int32, complaint: String) {
    guard let mysql = context.mysql else { return (78, "no mysql") }
    let outcome = CatalogueImport(bytes, as: .csv).run(
      in: CatalogueContext(mysql: mysql, now: context.now, observer: context.observer)
    ) { _ in }
    let complaint = outcome.failure.map { "\($0)" } ?? "\(outcome.report.rejected) rejected"
    return (ExitStatus(of: outcome).code, complaint)
  }

  func prepare(_ bench: ProxyBench) throws {
    for table in ["ad_image", "ad_group", "ad_style"] { try bench.sql("DELETE FROM \(table)") }
    try bench.sql(
      """
      INSERT INTO ad_group (id, name, create_time, update_time) VALUES
      (1, 'known', NOW(), NOW()), (2, 'right', NOW(), NOW())
      """)
    try bench.sql(
      """
      INSERT INTO ad_image (code, name, url, group_id, create_time, update_time) VALUES
      ('known', 'known', 'u', 2, NOW(), NOW()), ('right', 'right', 'u', 2, NOW(), NOW()),
      ('gone', 'gone', 'u', 0, NOW(), NOW())
      """)
    try bench.sql(
      """
      INSERT INTO ad_style (system_name, position, group_id, code, create_time, update_time) VALUES
      ('web', 'top', 0, 'known', NOW(), NOW()), ('web', 'top', 2, '', NOW(), NOW())
      """)
  }

  func liveOn(_ bench: ProxyBench) throws {}

  func defects(_ bench: ProxyBench) throws -> [String] {
    // A number is given to a group once, also where its transaction came to nothing.
    let group = "COALESCE((SELECT name FROM ad_group g WHERE g.id = i.group_id), '-')"
    let held =
      try bench.sql("SELECT 'group', name, note, removed FROM ad_group")
      + bench.sql("SELECT 'image', code, name, \(group), weight, removed FROM ad_image i")
      + bench.sql("SELECT 'style', position, \(group), code, weight, removed FROM ad_style i")
    return differences(
      held: held,
      expected: [
        "group new  0", "group known changed 0", "group right  0",
        "image a a new 2 0", "image known known known 3 0", "image right right right 1 0",
        "image gone gone - 1 1",
        "style top - a 4 0", "style top - known 5 0", "style top right  1 0",
      ])
  }
}
