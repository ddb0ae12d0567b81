import TestServers
import Testing

/// Random histories of a live service, of runs and of faults, each from its seed.
struct ModelTests {
  @Test(arguments: Soak.seeds)
  func everyCountEndsInMySQLOnceAndNoLoginIsLost(_ seed: UInt64) throws {
    // MySQL for a part of them: its commits take several times as long.
    let flavors = MySQLServer.available
    let flavor = seed % 6 == 0 ? flavors[flavors.count - 1] : .mariadb
    try WorldPool.with(flavor) { world in
      let schedule = try Schedule(seed: seed, in: world)
      let figures = try schedule.play()
      if Soak.isTraced { Soak.say((schedule.trace + ["\(figures)"]).joined(separator: "\n")) }
    }
  }
}
