/// How a server is told to replicate another one.
public enum Replica {
  /// What a server needs to be told at its start to be replicated, at this port.
  public static func sourceConfiguration(port: Int) -> [String] {
    ["server-id=1", "log-bin=binlog", "skip_networking=OFF", "port=\(port)"]
  }

  /// Makes the account that a replica reads its source by.
  public static let account = """
    CREATE USER 'replicator'@'127.0.0.1' IDENTIFIED BY 'secret';
    GRANT REPLICATION SLAVE ON *.* TO 'replicator'@'127.0.0.1'
    """

  /// Names the source of a replica, and does not start it.
  public static func source(port: Int, of flavor: MySQLServer.Flavor) -> String {
    switch flavor {
    case .mariadb:
      """
      CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = \(port),
        MASTER_USER = 'replicator', MASTER_PASSWORD = 'secret', MASTER_USE_GTID = slave_pos
      """
    case .mysql:
      """
      CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = \(port),
        SOURCE_USER = 'replicator', SOURCE_PASSWORD = 'secret', GET_SOURCE_PUBLIC_KEY = 1
      """
    }
  }

  /// Keeps a replica behind on purpose. It must have been stopped.
  public static func delay(seconds: Int, _ flavor: MySQLServer.Flavor) -> String {
    switch flavor {
    case .mariadb: "CHANGE MASTER TO MASTER_DELAY = \(seconds)"
    case .mysql: "CHANGE REPLICATION SOURCE TO SOURCE_DELAY = \(seconds)"
    }
  }
}
