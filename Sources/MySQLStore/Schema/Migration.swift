internal import SchemaFiles

/// One step of the schema: a file of `sql/`, and the row that says it was applied.
public struct Migration: Sendable, Equatable {
  public let version: Int
  /// Such as `0001-adstat`.
  public let name: String
  /// The file's text, comments included.
  let text: String

  /// In the order they are applied; versions count up from 0.
  public static let all = SchemaFile.all.map {
    Migration(version: $0.version, name: $0.name, text: $0.text)
  }

  /// Each statement alone, without its `;`, the one that records the migration last.
  ///
  /// A file's statements can all be repeated: where we die between two of them (each commits at once,
  /// being DDL), the record is missing and the next run applies the whole file again.
  public var statements: [String] { Self.split(text) + [record] }

  /// What a person would run: the file as it is, and the statement that records it.
  public var script: String { "\(text)\n\(record);\n" }

  /// Changes nothing where the row is there already.
  private var record: String {
    """
    INSERT INTO tally_schema (version, name, applied_at)
    VALUES (\(version), '\(name)', UTC_TIMESTAMP())
    ON DUPLICATE KEY UPDATE version = tally_schema.version
    """
  }

  /// Splits a file of `sql/` into statements: each ends with a `;` that ends a line; lines that begin
  /// with `--` are comments.
  static func split(_ text: String) -> [String] {
    var statements: [String] = []
    var lines: [Substring] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("--") {
      guard line.hasSuffix(";") else {
        lines.append(line)
        continue
      }
      lines.append(line.dropLast())
      statements.append(lines.joined(separator: "\n"))
      lines = []
    }
    return statements
  }
}
