/// The accounts that tally needs, as statements for whoever administers the server.
public enum Grants {
  /// What the account that migrates needs. DROP is asked for by CREATE OR REPLACE VIEW; ALTER and
  /// INDEX are for later versions of the schema.
  static let migrating = "SELECT, INSERT, UPDATE, CREATE, CREATE VIEW, ALTER, INDEX, DROP"

  /// What the account that the jobs run under needs. Nothing is ever deleted.
  static let working = "SELECT, INSERT, UPDATE"

  /// Creates both accounts and gives them their rights on `database`. Passwords and host are marked
  /// places, to be filled in by hand.
  public static func script(database: String) -> String {
    """
    -- Two accounts: one runs `tally migrate`, the other one all the jobs.
    -- Replace both passwords, and localhost where tally runs on another host than the server.
    -- A backslash before _ or % keeps the name from being read as a pattern; leave it out where
    -- partial_revokes is on (MySQL).

    CREATE USER IF NOT EXISTS 'tally_migrate'@'localhost' IDENTIFIED BY 'REPLACE-THIS-PASSWORD-1';
    GRANT \(migrating) ON \(quoted(database)).*
      TO 'tally_migrate'@'localhost';

    CREATE USER IF NOT EXISTS 'tally'@'localhost' IDENTIFIED BY 'REPLACE-THIS-PASSWORD-2';
    GRANT \(working) ON \(quoted(database)).* TO 'tally'@'localhost';

    -- For --max-lag alone, on each replica:
    --   MariaDB: GRANT REPLICA MONITOR ON *.* TO 'tally'@'localhost';
    --   MySQL:   GRANT REPLICATION CLIENT ON *.* TO 'tally'@'localhost';

    """
  }

  /// A database's name as GRANT reads it: in back quotes, wildcards taken for themselves.
  private static func quoted(_ database: String) -> String {
    var text = ""
    for character in database.unicodeScalars {
      switch character {
      case "_", "%": text += "\\\(character)"
      case "`": text += "``"
      default: text.unicodeScalars.append(character)
      }
    }
    return "`\(text)`"
  }
}
