public import MySQLClient

/// What a server says of how much it has to do.
public enum ServerLoad {
  /// Values of SHOW GLOBAL STATUS, in the order of `names`; nil for what is not there or no whole number.
  ///
  /// Every account may ask for them.
  public static func values(
    of names: [String], on connection: MySQLConnection
  ) throws(MySQLError) -> [UInt64?] {
    guard !names.isEmpty else { return [] }
    let lowercased = names.map { $0.lowercased() }
    var list: SQL = ""
    for (index, name) in lowercased.enumerated() {
      list.append(index == 0 ? "" : ",")
      list.append("\(text: name)")
    }
    let rows = try connection.rows(
      "SHOW GLOBAL STATUS WHERE LOWER(Variable_name) IN (\(list))", of: 2, label: "look at load")
    var values: [String: UInt64] = [:]
    for row in rows {
      let words = row.map { String(decoding: $0 ?? [], as: UTF8.self) }
      values[words[0].lowercased()] = UInt64(words[1])
    }
    return lowercased.map { values[$0] }
  }
}
