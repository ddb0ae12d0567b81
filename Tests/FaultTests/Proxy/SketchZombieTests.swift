import Jobs
import TestServers
import Testing

/// Archives of sketches that are stopped in the middle, and wake when another one has taken everything
/// and somebody came late.
struct SketchZombieTests {
  private let job = SufferingSketches()

  /// Where an archive stops without holding a lock.
  enum Stop: CaseIterable {
    case sketchesRead, rowsRead, beforeMerging, beforeDeletion

    var place: (moment: Fault.Moment, pieces: [String]) {
      switch self {
      case .sketchesRead: (.beforeReply, ["GET", "cpc:a_2026-11-15"])
      case .rowsRead: (.beforeReply, ["read cpc_day", "'2026-11-15'"])
      case .beforeMerging: (.beforeForwarding, ["START TRANSACTION"])
      case .beforeDeletion: (.beforeForwarding, ["EVALSHA", "cpc:a_2026-11-15"])
      }
    }
  }

  /// The keys that it is about to delete are there, but hold what nobody has merged yet.
  @Test(arguments: Stop.allCases, MySQLServer.available)
  func anArchiveThatWakesLateTakesNobodyAway(stop: Stop, flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    try job.prepare(bench)
    let zombie = try Zombie(
      job.arguments, on: bench, stop.place.moment, having: stop.place.pieces)
    #expect(job.outcome(in: bench.context).report.forgotten == 3)
    let rows = try job.rows(bench)
    try job.liveOn(bench)

    #expect(try zombie.wake().exitCode == 0)
    #expect(try job.rows(bench) == rows)
    #expect(
      try bench.redisKeys() == ["b_uv_2026-11-15", "cpc:a_2026-11-15", "cpc:a_2026-11-18"])
    for _ in 1...2 { #expect(job.outcome(in: bench.context).failure == nil) }
    #expect(try job.defects(bench) == [])
  }

  /// It holds the locks of its rows until the server drops it.
  @Test func anArchiveStoppedInItsTransactionIsDroppedAndOvertaken() throws {
    let mysql = try MySQLServer(.mariadb, configuration: ["idle_write_transaction_timeout=2"])
    let bench = try ProxyBench(.mariadb, mysql: mysql)
    try job.prepare(bench)
    let zombie = try Zombie(job.arguments, on: bench, .beforeForwarding, having: ["COMMIT"])
    let other = job.outcome(in: bench.context)
    #expect(other.failure == nil && other.report.forgotten == 3)

    #expect(try zombie.wake().exitCode == 0)
    #expect(try job.heal(bench) == [])
  }
}
