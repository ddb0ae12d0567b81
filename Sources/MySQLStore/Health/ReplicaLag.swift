public import MySQLClient

/// How far a replica is behind its source.
public enum ReplicaLag: Equatable, Sendable {
  case seconds(UInt64)
  /// It does not replicate at the moment, so that nobody can tell.
  case standing
  /// It replicates nobody.
  case noReplica

  /// Of several sources that which it is furthest behind.
  ///
  /// The account needs REPLICATION CLIENT on MySQL, REPLICA MONITOR on MariaDB.
  public static func read(on connection: MySQLConnection) throws(MySQLError) -> ReplicaLag {
    let channels = try channels(on: connection)
    var most: UInt64?
    for channel in channels {
      // MySQL has renamed it, MariaDB has not; NULL where a thread of the replication stands still.
      let behind = channel["Seconds_Behind_Source"] ?? channel["Seconds_Behind_Master"]
      guard let behind, let seconds = UInt64(String(decoding: behind, as: UTF8.self)) else {
        return .standing
      }
      most = max(most ?? 0, seconds)
    }
    return most.map { .seconds($0) } ?? .noReplica
  }

  /// A row for each source. Without ALL, MariaDB would show the one without a name alone.
  private static func channels(
    on connection: MySQLConnection
  ) throws(MySQLError) -> [[String: [UInt8]]] {
    do {
      let statement: SQL =
        connection.flavor == .mariadb ? "SHOW ALL REPLICAS STATUS" : "SHOW REPLICA STATUS"
      return try connection.namedRows(statement, label: "look at replica")
    } catch  where error.code == 1064 {
      // MySQL before 8.0.22.
      return try connection.namedRows("SHOW SLAVE STATUS", label: "look at replica")
    }
  }
}
