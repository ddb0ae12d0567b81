import Foundation
import Jobs
import RedisClient
import TestServers
import Testing

/// Disks that are really full, and files that may not grow.
struct FullDiskTests {
  /// RLIMIT_FSIZE: the first write is cut short, the next one would raise SIGXFSZ, which kills unless
  /// it is ignored, and then fails.
  @Test func aLogThatMayNotGrowDeletesNothingAndIsRepaired() throws {
    let world = try LoginWorld()
    try world.logIn(newUsers: 30)
    let clock = try FakeClock(at: "2026-11-20 03:00:00")
    let tool = TallyTool(wrapper: ["bash", "-c", #"ulimit -f 2; exec "$0" "$@""#])
    let output = try world.run(tool, LoginWorld.expire, clock.environment)
    #expect(output.exitCode == 74, "\(output.stderr)")
    #expect(output.stderr.contains("File too large"))
    #expect(try world.bitmapCount() == 30)
    #expect(FileManager.default.contents(atPath: world.log)?.count == 2048)
    try world.expireTwice()
    try world.expectRowsExact()
    #expect(try world.badLineCount() == 1, "the line that was cut, and none besides")
  }

  @Test(.enabled(if: SmallDisk.isAvailable, SmallDisk.need))
  func aFullLogDiskDeletesNothingAndIsRepaired() throws {
    let world = try LoginWorld()
    try world.logIn(newUsers: 100)
    let disk = "\(world.folder)/disk"
    #expect(mkdir(disk, 0o700) == 0)
    // The disk is this script's alone: all three runs are in it. The last page takes half a line.
    let script = #"""
      mount -t tmpfs -o size=16k,mode=700 tmpfs "$0" || exit 99
      "$@"; echo "exit $?"
      tail -c 1 "$0"/*.jsonl | wc -l
      mount -o remount,size=1m "$0"
      "$@"; echo "exit $?"
      "$@"; echo "exit $?"
      cp "$0"/*.jsonl "$0/.."
      """#
    let tool = TallyTool(wrapper: ["unshare", "--mount", "sh", "-c", script, disk])
    let output = try world.run(tool, LoginWorld.expire + ["--json"], ["TALLY_LOG_DIR": disk])
    let lines = output.stdout.split(separator: "\n")
    #expect(lines.filter { !$0.hasPrefix("{") } == ["exit 74", "0", "exit 0", "exit 0"])
    #expect(
      lines.first?.contains(#""found":100,"changed":100,"unchanged":0,"forgotten":0,"#) == true)
    #expect(output.stderr.contains("No space left on device"))
    #expect(rmdir(disk) == 0)
    #expect(try world.badLineCount() == 1, "the line that was cut, and none besides")
    try world.expireTwice()
    try world.expectRowsExact()
  }

  /// What a crash of the machine, an editor or a copy by another system may leave in a log, and how many
  /// lines of it cannot be read. The lines of the next run stand alone behind it all.
  @Test(arguments: [
    (#"{"schema":1,"key":"loginLog_2026-0"#, 1), ("garbage\nmore\r\n", 2), ("\r\n", 1), ("\n\n", 0),
    (String(repeating: "\0", count: 4096), 1), ("\u{FF}\u{FE}\n{\"schema\":1,", 2),
  ])
  func whatTheLogHeldBeforeSpoilsNoLine(text: String, badLineCount: Int) throws {
    let world = try LoginWorld()
    try world.logIn(newUsers: 3)
    try Data(text.utf8).write(to: URL(fileURLWithPath: world.log))
    try world.expireTwice()
    #expect(try world.badLineCount() == badLineCount)
    #expect(try world.lineCount() == 3 + badLineCount)
  }

  /// stdout on a full disk: the report is lost, which is an error, and nothing else.
  @Test(arguments: [AdStatWorld.rollover, AdStatWorld.archive, LoginWorld.expire])
  func aRunWhoseReportIsLostHasDoneItsWork(job: [String]) throws {
    let tool = TallyTool(wrapper: ["sh", "-c", #"exec "$0" "$@" >/dev/full"#])
    if job == LoginWorld.expire {
      let world = try LoginWorld()
      try world.logIn(newUsers: 3)
      #expect(try world.run(tool, job + ["--json"]).exitCode == 74)
      #expect(try world.bitmapCount() == 0)
      return try world.expireTwice()
    }
    let world = try AdStatWorld()
    try world.count()
    if job == AdStatWorld.rollover {
      #expect(try world.run(tool, job + ["--json"]).exitCode == 74)
      return try world.rollOverTwice()
    }
    try world.rollOverTwice()
    try world.advance(hours: 25)
    #expect(try world.run(tool, job + ["--json"]).exitCode == 74)
    try world.archiveTwice()
  }
}
