import Foundation
import TestServers
import Testing

/// `env` put before it lets any program stand in for the tool.
struct TallyToolTests {
  @Test func theToolIsFoundBesideTheTests() throws {
    #expect(FileManager.default.isExecutableFile(atPath: TallyTool.path))
  }

  @Test func muchOutputOnBothStreamsBlocksNobody() throws {
    let output = try shell("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 7")
    #expect(output.exitCode == 7)
    #expect(output.stdout.utf8.count == 3_000_000)
    #expect(output.stderr.utf8.count == 3_000_000)
  }

  @Test func theEnvironmentIsTheGivenOneAlone() throws {
    let tool = TallyTool(wrapper: ["sh", "-c", "env | cut -d= -f1 | sort | tr '\\n' ' '"])
    let output = try tool.run([], environment: ["TALLY_REDIS_URL": "x"])
    #expect(output.stdout == "HOME PATH PWD SWIFT_BACKTRACE TALLY_REDIS_URL ")
  }

  @Test func theToolLivesByTheClockItIsGivenAndKeepsItsArguments() throws {
    let clock = try FakeClock(at: "2024-02-29 12:00:00")
    let date = try TallyTool(wrapper: ["sh", "-c", "date -u +%F"])
      .run([], environment: clock.environment)
    #expect(date.stdout == "2024-02-29\n")
    let help = try TallyTool().run(["migrate", "--help"], environment: clock.environment)
    #expect(help.stdout.contains("USAGE: tally migrate"))
  }

  @Test func aToolThatHangsIsKilled() throws {
    let tool = TallyTool(wrapper: ["sh", "-c", "sleep 600"])
    #expect(throws: TestFailure.self) { try tool.run([], timeoutSeconds: 0.2) }
  }

  @Test func aRunningToolTakesSignals() throws {
    let running = try TallyTool(wrapper: ["sh", "-c", "echo up; exec sleep 600"]).start([])
    #expect(eventually { running.stdout == "up\n" })
    running.signal(SIGTERM)
    #expect(try running.wait().exitCode == 128 + SIGTERM)
  }

  @Test func aTerminalIsATerminal() throws {
    let script = "stty size; tty >&2; test -t 1 && echo out; test -t 2 && echo err >&2; exit 3"
    let tool = TallyTool(wrapper: ["sh", "-c", script])
    let both = try tool.runOnTerminal([])
    #expect(both.stdout.hasPrefix("24 80\r\n/dev/pts/"))
    #expect(both.stdout.hasSuffix("out\r\nerr\r\n"))
    #expect(both.exitCode == 3)
    let one = try tool.runOnTerminal([], capturingStdout: true)
    #expect(one.stdout == "24 80\n")
    #expect(one.stderr.hasSuffix("err\r\n"))
  }

  private func shell(_ script: String) throws -> TallyTool.Output {
    try TallyTool(wrapper: ["sh", "-c", script]).run([])
  }
}
