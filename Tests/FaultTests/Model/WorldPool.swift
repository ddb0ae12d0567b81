import Synchronization
import TestServers

/// Worlds that were used and may be used again, so that a schedule need not start servers.
enum WorldPool {
  /// From then on Redis' log is long enough for a restart to take its time.
  private static let usesMax = 150

  private static let idle = Mutex<[World]>([])

  /// MariaDB servers are the world's own and may be killed; MySQL, which takes seconds to start, is the
  /// one of the whole test run.
  static func with<T>(_ flavor: MySQLServer.Flavor, _ body: (World) throws -> T) throws -> T {
    let used = idle.withLock { worlds in
      worlds.firstIndex { $0.flavor == flavor }.map { worlds.remove(at: $0) }
    }
    let world = try used ?? World(flavor, ownsMySQL: flavor == .mariadb)
    let result = try body(world)
    // One in which something failed is not used again.
    if world.useCount < usesMax { idle.withLock { $0.append(world) } }
    return result
  }
}
