public import MySQLClient
public import Rules

/// What a run keeps to for the sake of those who use the servers meanwhile.
public struct PaceLimits: Sendable {
  /// At most so many keys a second are read, merged, forgotten; nil for as many as it can.
  public var keysPerSecond: Int?
  /// What the primary's values may be at most while rows are written.
  public var load: [LoadLimit] = []
  /// How far replicas may be behind while rows are written; nil where nobody asks.
  public var lagSecondsMax: Int?
  public var replicas: [MySQLEndpoint] = []
  /// A pause that becomes longer than this ends the run.
  public var pauseSecondsMax = PaceLimits.defaultPauseSecondsMax

  public static let defaultPauseSecondsMax = 600

  public init() {}

  var watchesServers: Bool { !load.isEmpty || lagSecondsMax != nil }
}
