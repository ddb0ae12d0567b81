/// What a merged table must look like for merging into it to be safe.
///
/// The tables themselves are made by `sql/`; this says again, of those that counts are merged into,
/// what a job relies on. A test holds the two together.
public struct TableShape: Sendable {
  public struct Column: Sendable, Equatable {
    public let name: String
    /// As the server's catalogue tells it, without a display width: `bigint unsigned`.
    public let type: String
  }

  public let name: String
  public let columns: [Column]
  public let primaryKey: [String]
  /// Besides the primary key. A table that rows are merged into has none: an upsert could update the
  /// row of another key.
  public let otherUniqueKeys: [[String]]

  public static let adCtr = TableShape(
    "ad_ctr", primaryKey: ["day", "code", "hour", "epoch"],
    columns: [
      ("day", "date"), ("hour", "tinyint unsigned"), ("code", "varbinary(128)"),
      ("epoch", "smallint unsigned"), ("show_count", "bigint unsigned"),
      ("click_count", "bigint unsigned"),
    ])

  public static let adSource = TableShape(
    "ad_source", primaryKey: ["epoch"], otherUniqueKeys: [["lineage"]],
    columns: [
      ("epoch", "smallint unsigned"), ("lineage", "varbinary(32)"), ("seq", "bigint unsigned"),
      ("confirmed", "bigint unsigned"), ("first_seen", "datetime"),
    ])

  public static let loginMonth = TableShape(
    "login_month", primaryKey: ["month", "user_type", "user_id"],
    columns: [
      ("month", "date"), ("user_type", "varbinary(32)"), ("user_id", "varbinary(128)"),
      ("days", "int unsigned"), ("synced_at", "datetime"),
    ])

  public static let cpcDay = TableShape(
    "cpc_day", primaryKey: ["day", "kind", "name", "lg_k", "seed"],
    columns: [
      ("day", "date"), ("kind", "enum('cpc','hll')"), ("name", "varbinary(128)"),
      ("lg_k", "tinyint unsigned"), ("seed", "bigint unsigned"), ("sketch", "mediumblob"),
      ("estimate", "double"), ("lower_bound", "double"), ("upper_bound", "double"),
    ])

  public static let all = [adCtr, adSource, loginMonth, cpcDay]

  private init(
    _ name: String, primaryKey: [String], otherUniqueKeys: [[String]] = [],
    columns: [(name: String, type: String)]
  ) {
    self.name = name
    self.columns = columns.map { Column(name: $0.name, type: $0.type) }
    self.primaryKey = primaryKey
    self.otherUniqueKeys = otherUniqueKeys
  }
}
