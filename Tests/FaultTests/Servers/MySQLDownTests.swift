import TestServers
import Testing

/// The MySQL server itself goes down, or stands still, at any step of a run: the run meets it again
/// or ends with a code that says "again", and nothing is lost or doubled.
///
/// The short form strikes at a few steps; the long one on every server, and as often as time allows: a
/// server that stands still is given up after seconds.
struct MySQLDownTests {
  private static let moments = [Fault.Moment.beforeForwarding, .afterForwarding, .beforeReply]

  /// Something that writes to MySQL, on one of the servers.
  struct Writer: Sendable, CustomTestStringConvertible {
    let subject: any Suffering
    let flavor: MySQLServer.Flavor
    var testDescription: String { "\(subject) on \(flavor)" }

    private static let subjects: [any Suffering] = [
      SufferingJob.archiveDay, SufferingJob.syncWeek, SufferingJob.expire, SufferingMigration(),
    ]
    static let all: [Writer] = MySQLServer.available.flatMap { flavor in
      subjects.map { Writer(subject: $0, flavor: flavor) }
    }
    /// MySQL takes its time to start: one of them there.
    static let some =
      FaultDepth.isFull ? all : Array(all.prefix(subjects.count + 1))
    /// Standing still takes its time on any: for the others `MySQLLockTests` does it once each.
    static let few = FaultDepth.isFull ? all : Array(all.prefix(1))
  }

  /// SIGKILL, and up again at once.
  @Test(arguments: Writer.some)
  func aServerKilledAtAnyStepIsMetAgain(writer: Writer) throws {
    try strike(writer, strides: (13, 1), exitCodes: [0, 75]) { server in
      server.kill()
      try server.restart()
    } settled: { _ in
    }
  }

  /// SIGKILL, and down until the run gave up.
  @Test(arguments: Writer.some)
  func aServerThatStaysDownIsGivenUp(writer: Writer) throws {
    try strike(writer, strides: (23, 2), exitCodes: [0, 69, 75]) {
      $0.kill()
    } settled: {
      if $0.processIdentifier == nil { try $0.restart() }
    }
  }

  /// SIGSTOP: connections are taken and nothing is answered. Five tries of a second or two each, and
  /// the row of the history, stay far below the half minute that is waited for the end.
  @Test(arguments: Writer.few)
  func aServerStoppedAtAnyStepIsGivenUpWithinItsLimit(writer: Writer) throws {
    try strike(
      writer, strides: (29, 7), exitCodes: [0, 75],
      parameters: "&connect-timeout=1&read-timeout=1&write-timeout=1"
    ) {
      $0.suspend()
    } settled: {
      $0.resume()
    }
  }

  /// Does `harm` to the server at one message after the other; `settled` puts it right when the run
  /// has ended.
  private func strike(
    _ writer: Writer, strides: (short: Int, full: Int), exitCodes: Set<Int32>,
    parameters: String = "",
    _ harm: @escaping @Sendable (MySQLServer) throws -> Void,
    settled: @escaping @Sendable (MySQLServer) throws -> Void
  ) throws {
    let server = try MySQLServer(writer.flavor)
    let loop = FaultLoop(
      subject: writer.subject, flavor: writer.flavor, moments: Self.moments,
      stride: strides.short, fullStride: strides.full, ownServer: server)
    try loop.run(exitCodes: exitCodes) { bench, moment, number in
      bench.plan.begin([
        Fault(moment, number: number) {
          (try? harm(server)) == nil ? .cut : .goOn
        }
      ])
      let url = bench.mysqlProxy.mysqlURL(database: bench.database) + parameters
      let output = try TallyTool().run(
        writer.subject.arguments,
        environment: bench.environment.merging(["TALLY_MYSQL_URL": url]) { $1 },
        timeoutSeconds: 30)
      try settled(server)
      return output.exitCode
    }
  }
}
