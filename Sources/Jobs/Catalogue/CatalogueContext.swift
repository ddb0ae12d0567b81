public import MySQLClient
internal import MySQLStore
public import Rules

/// What work on the catalogue is given: MySQL alone, for the catalogue lies nowhere else.
public struct CatalogueContext: Sendable {
  public var mysql: MySQLEndpoint
  /// The clock that times are entered and shown by.
  public var clock: LocalClock
  /// The instant it began, in seconds since 1970.
  public var now: Int
  /// Tells what would change, and writes nothing.
  public var isDryRun: Bool
  public var observer: any JobObserver
  public var interruption: Interruption

  public init(
    mysql: MySQLEndpoint, clock: LocalClock = .utc, now: Int, isDryRun: Bool = false,
    observer: any JobObserver, interruption: Interruption = Interruption()
  ) {
    self.mysql = mysql
    self.clock = clock
    self.now = now
    self.isDryRun = isDryRun
    self.observer = observer
    self.interruption = interruption
  }

  /// The database, looked at before anything is read or written.
  func database(isReading: Bool) throws -> MySQLDatabase {
    var settings = MySQLSessionSettings()
    settings.access = isReading || isDryRun ? .readOnly : .readWrite
    let database = MySQLDatabase(mysql, settings: settings)
    try database.retrying { try SchemaPreflight.check([], on: $0) }
    return database
  }

  /// Does some work on the catalogue and takes its time. `name` is that of the command.
  func run(_ name: String, _ body: (inout RunReport) throws -> Void) -> JobOutcome {
    var report = RunReport(job: name, isDryRun: isDryRun)
    var failure: (any Error)?
    let clock = ContinuousClock()
    let began = clock.now
    do { try body(&report) } catch { failure = error }
    report.seconds = (clock.now - began) / .seconds(1)
    return JobOutcome(report: report, failure: failure)
  }
}
