public import MySQLClient
internal import MySQLStore
internal import Rules

extension Doctor {
  /// Whether the limits that are set can be kept to: values that the primary has, replicas that tell how
  /// far behind they are. Nothing where none is set.
  public static func look(at limits: PaceLimits, primary: MySQLEndpoint?) -> [Finding] {
    let watch = LoadWatch(limits, primary: primary)
    return (limits.load.isEmpty ? [] : [load(watch)]) + watch.replicas.map { lag(of: $0, watch) }
  }

  private static func load(_ watch: LoadWatch) -> Finding {
    let needed = "values that the server has"
    do {
      let found = try watch.load().map { "\($0.limit.name) is \($0.value) of \($0.limit.most)" }
      return Finding(
        "mysql", "load", .fine, found: found.joined(separator: ", "), needed: needed)
    } catch {
      return Finding("mysql", "load", stoppedBy: error, needed: needed)
    }
  }

  private static func lag(of replica: MySQLDatabase, _ watch: LoadWatch) -> Finding {
    let needed = "a replica that says how far behind it is"
    do {
      switch try watch.lag(of: replica) {
      case .seconds(let seconds):
        return Finding(
          "mysql", "replica", .fine, found: "\(replica.endpoint), \(seconds) s behind",
          needed: needed)
      case .standing, .noReplica:
        return Finding(
          "mysql", "replica", .failing, found: "\(replica.endpoint) does not replicate",
          needed: needed, mend: "Find out what stopped it, and start it again.")
      }
    } catch {
      return Finding("mysql", "replica", stoppedBy: error, needed: needed)
    }
  }
}
