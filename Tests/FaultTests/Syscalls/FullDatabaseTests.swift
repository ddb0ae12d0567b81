import Glibc
import Jobs
import TestServers
import Testing

/// MySQL on a disk that is full.
struct FullDatabaseTests {
  @Test(.enabled(if: SmallDisk.isAvailable, SmallDisk.need))
  func anArchiveIntoAFullDatabaseTriesAgainLaterAndIsExact() throws {
    let mysql = try MySQLServer(.mariadb, diskMegabytes: 110)
    let world = try AdStatWorld(mysql: mysql)
    // More than the pages that the table has already.
    try world.count(images: 2000)
    world.expectDone(RolloverHour())
    try world.advance(hours: 25)

    let filler = "/proc/\(mysql.processIdentifier ?? 0)/root\(mysql.folder)/data/filler"
    try fillDisk(by: filler)
    let full = try world.run(TallyTool(), AdStatWorld.archive)
    #expect(full.exitCode == 75, "\(full.stderr)")
    #expect(
      full.stderr.hasPrefix("tally: error: mysql merge ad_ctr: error 1114: "), "\(full.stderr)")
    #expect(try world.dayHashCount() == 2000, "what MySQL did not take stays in redis")
    #expect(unlink(filler) == 0)
    try world.archiveTwice()
  }

  /// Writes until there is no room, which leaves less than a page.
  private func fillDisk(by path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw TestFailure("cannot reach the server's disk at \(path)") }
    defer { close(file) }
    let chunk = [UInt8](repeating: 0, count: 1 << 20)
    while write(file, chunk, chunk.count) > 0 {}
    guard errno == ENOSPC else { throw TestFailure("the disk did not fill up: errno \(errno)") }
  }
}
