/// The files of this folder, compiled into the binary: the one home of tally's tables and views.
///
/// A new file is named in Package.swift and here, at the end. A released file is never edited: what
/// has to change is changed by a later one.
public struct SchemaFile: Sendable {
  /// Counts up from 0 without a gap; the number in front of the file's name.
  public let version: Int
  /// The file's name without `.sql`, such as `0001-adstat`.
  public let name: String
  /// The whole text, comments included.
  public let text: String

  /// In the order they are applied. The package manager makes the constants, and turns a leading
  /// digit into `_`.
  public static let all: [SchemaFile] = [
    SchemaFile(0, "0000-schema", PackageResources._000_schema_sql),
    SchemaFile(1, "0001-adstat", PackageResources._001_adstat_sql),
    SchemaFile(2, "0002-loginlog", PackageResources._002_loginlog_sql),
    SchemaFile(3, "0003-catalogue", PackageResources._003_catalogue_sql),
    SchemaFile(4, "0004-run", PackageResources._004_run_sql),
    SchemaFile(5, "0005-cpc", PackageResources._005_cpc_sql),
  ]

  private init(_ version: Int, _ name: String, _ bytes: [UInt8]) {
    self.version = version
    self.name = name
    text = String(decoding: bytes, as: UTF8.self)
  }
}
