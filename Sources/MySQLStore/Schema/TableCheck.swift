public import MySQLClient

/// One way in which a table is not what merging into it relies on.
public struct TableViolation: Sendable, Equatable, CustomStringConvertible {
  public let table: String
  /// Such as `engine MyISAM`.
  public let found: String
  /// Such as `InnoDB`.
  public let needed: String

  /// `table ad_ctr: engine MyISAM, needed: InnoDB`
  public var description: String { "table \(table): \(found), needed: \(needed)" }
}

/// Compares tables with their shapes, before the first write.
///
/// A table that looks right to a human may still lose counts: MyISAM keeps half a transaction, a text
/// key merges `A` and `a`, a second unique key updates another key's row, a trigger or a generated
/// column changes what was written, a narrower type clips it.
public struct TableCheck {
  private let connection: MySQLConnection

  public init(on connection: MySQLConnection) { self.connection = connection }

  /// Every violation of `shape`; empty where the table can be merged into.
  public func violations(of shape: TableShape) throws(MySQLError) -> [TableViolation] {
    guard let facts = try TableFacts.read(shape.name, on: connection) else {
      return [TableViolation(table: shape.name, found: "no such table", needed: "a table")]
    }
    return shape.violations(in: facts)
  }
}

extension TableShape {
  func violations(in facts: TableFacts) -> [TableViolation] {
    guard facts.kind == "BASE TABLE" else { return [violation(facts.kind.lowercased(), "a table")] }
    return engineViolations(in: facts) + columnViolations(in: facts) + keyViolations(in: facts)
      + facts.triggers.map { violation("trigger \($0)", "no trigger") }
  }

  private func engineViolations(in facts: TableFacts) -> [TableViolation] {
    facts.engine == "InnoDB" ? [] : [violation("engine \(facts.engine)", "InnoDB")]
  }

  /// A column more than expected is let be: a later version of the schema may have added it.
  private func columnViolations(in facts: TableFacts) -> [TableViolation] {
    columns.flatMap { expected in
      guard let column = facts.columns.first(where: { $0.name == expected.name }) else {
        return [violation("no column \(expected.name)", expected.type)]
      }
      return violations(of: column, expected: expected)
    }
  }

  private func violations(of column: TableFacts.Column, expected: Column) -> [TableViolation] {
    var violations: [TableViolation] = []
    if column.type != expected.type {
      violations.append(violation("column \(column.name) \(column.type)", expected.type))
    }
    if column.isNullable {
      violations.append(violation("column \(column.name) may be NULL", "NOT NULL"))
    }
    if column.isGenerated {
      violations.append(violation("column \(column.name) is generated", "a plain column"))
    }
    return violations
  }

  private func keyViolations(in facts: TableFacts) -> [TableViolation] {
    let primary = facts.uniqueKeys.first { $0.name == "PRIMARY" }?.columns ?? []
    let others = facts.uniqueKeys.filter { $0.name != "PRIMARY" }
    var violations: [TableViolation] = []
    if primary != primaryKey {
      violations.append(
        violation(
          primary.isEmpty ? "no primary key" : "primary key (\(list(primary)))",
          "primary key (\(list(primaryKey)))"))
    }
    for key in others where !otherUniqueKeys.contains(key.columns) {
      violations.append(
        violation("unique key \(key.name) (\(list(key.columns)))", "no such unique key"))
    }
    for columns in otherUniqueKeys where !others.contains(where: { $0.columns == columns }) {
      violations.append(
        violation("no unique key (\(list(columns)))", "unique key (\(list(columns)))"))
    }
    return violations
  }

  private func violation(_ found: String, _ needed: String) -> TableViolation {
    TableViolation(table: name, found: found, needed: needed)
  }
}

private func list(_ columns: [String]) -> String { columns.joined(separator: ", ") }
