internal import MySQLClient
internal import MySQLStore
internal import Rules

/// Asks MySQL how it bears what is written: the primary for its load, replicas for how far behind they are.
///
/// On connections of its own, which wait for nobody else's and are made anew where they broke.
struct LoadWatch {
  /// A server that does not answer for so long is one that cannot be asked.
  private static let answerSecondsMax = 3

  private let limits: PaceLimits
  private let primary: MySQLDatabase?
  /// Empty where no lag is limited.
  let replicas: [MySQLDatabase]

  init(_ limits: PaceLimits, primary: MySQLEndpoint?) {
    self.limits = limits
    self.primary = primary.map(LoadWatch.database)
    replicas = limits.lagSecondsMax == nil ? [] : limits.replicas.map(LoadWatch.database)
  }

  /// What is beyond its limit, such as `Threads_running is 31, above 25`; nil where nothing is.
  ///
  /// A replica that cannot be asked, or does not replicate, is behind by as much as anybody can think.
  func excess() throws -> String? {
    for (limit, value) in try load() where value > limit.most {
      return "\(limit.name) is \(value), above \(limit.most)"
    }
    for replica in replicas {
      if let excess = try excess(of: replica) { return excess }
    }
    return nil
  }

  /// The primary's values. Throws `JobFailure(.configuration)` for a name that is none.
  func load() throws -> [(limit: LoadLimit, value: UInt64)] {
    guard let primary, !limits.load.isEmpty else { return [] }
    let values = try primary.retrying { try ServerLoad.values(of: limits.load.map(\.name), on: $0) }
    return try zip(limits.load, values).map { limit, value in
      guard let value else {
        throw JobFailure(
          .configuration, "\(limit.name) is no whole number of SHOW GLOBAL STATUS",
          hint: "Name others in TALLY_MAX_LOAD or --max-load, such as Threads_running=25.")
      }
      return (limit, value)
    }
  }

  private func excess(of replica: MySQLDatabase) throws -> String? {
    let lag: ReplicaLag
    do {
      lag = try self.lag(of: replica)
    } catch let error as MySQLError where LoadWatch.mayPass(error) {
      replica.disconnect()
      return "the replica \(replica.endpoint) cannot be asked: \(error)"
    }
    switch lag {
    case .seconds(let seconds):
      let most = limits.lagSecondsMax ?? 0
      guard seconds > UInt64(most) else { return nil }
      return "the replica \(replica.endpoint) is \(seconds) s behind, more than \(most)"
    case .standing: return "the replica \(replica.endpoint) does not replicate"
    case .noReplica: return nil
    }
  }

  /// Throws `JobFailure(.configuration)` where it is no replica at all.
  func lag(of replica: MySQLDatabase) throws -> ReplicaLag {
    let lag = try ReplicaLag.read(on: replica.connection())
    guard lag != .noReplica else {
      throw JobFailure(
        .configuration, "\(replica.endpoint) is not a replica",
        hint: "Name replicas alone in --replica-url and TALLY_REPLICA_URLS.")
    }
    return lag
  }

  private static func mayPass(_ error: MySQLError) -> Bool {
    switch ExitStatus(of: error) {
    case .unavailable, .tryAgain: true
    default: false
    }
  }

  private static func database(_ endpoint: MySQLEndpoint) -> MySQLDatabase {
    var endpoint = endpoint
    endpoint.connectTimeoutSeconds = min(endpoint.connectTimeoutSeconds, answerSecondsMax)
    endpoint.readTimeoutSeconds = min(endpoint.readTimeoutSeconds, answerSecondsMax)
    endpoint.writeTimeoutSeconds = min(endpoint.writeTimeoutSeconds, answerSecondsMax)
    var settings = MySQLSessionSettings()
    settings.access = .readOnly
    return MySQLDatabase(endpoint, settings: settings)
  }
}
