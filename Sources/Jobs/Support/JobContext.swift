public import MySQLClient
public import RedisClient
public import RedisStore
public import Rules

/// All that a job is given: where the servers are, how time and keys are named, who is told.
public struct JobContext: Sendable {
  public var redis: RedisEndpoint
  /// Nil where none is configured: only `rollover-hour` can do without.
  public var mysql: MySQLEndpoint?
  public var keyspace: Keyspace
  public var clock: LocalClock
  /// The instant the run began, by this machine's clock, in seconds since 1970.
  public var now: Int
  /// Reads everything, decides everything, writes nothing on either side.
  public var isDryRun: Bool
  /// Where lock files lie; nil with `--no-lock`.
  public var lockDirectory: String?
  public var observer: any JobObserver
  public var interruption: Interruption
  /// What the run keeps to for the sake of others.
  public var pace: Pace

  public init(
    redis: RedisEndpoint, mysql: MySQLEndpoint?, keyspace: Keyspace = Keyspace(),
    clock: LocalClock = .utc, now: Int, isDryRun: Bool = false, lockDirectory: String? = nil,
    observer: any JobObserver, interruption: Interruption = Interruption(),
    limits: PaceLimits = PaceLimits()
  ) {
    self.redis = redis
    self.mysql = mysql
    self.keyspace = keyspace
    self.clock = clock
    self.now = now
    self.isDryRun = isDryRun
    self.lockDirectory = lockDirectory
    self.observer = observer
    self.interruption = interruption
    pace = Pace(limits, primary: mysql)
  }
}
