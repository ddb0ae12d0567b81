import Foundation
import TestServers
import Testing

@testable import tally

/// The file with the settings: what is read from it, and which files are refused.
struct EnvFileTests {
  @Test func valuesAreReadAsAShellReadsThem() throws {
    let file = try TemporaryFile(
      """
      # a comment
      TALLY_A=plain
        export TALLY_B='a & b'

      TALLY_C="x=y#z"
      TALLY_D=
      TALLY_A=the last one counts
      """)
    #expect(
      try readEnvFile(file.path) == [
        "TALLY_A": "the last one counts", "TALLY_B": "a & b", "TALLY_C": "x=y#z", "TALLY_D": "",
      ])
  }

  @Test(arguments: ["TALLY_A", "=x", "1A=x", "TALLY A=x", "geheim"])
  func aLineThatIsNoSettingIsRefusedByItsNumberOnly(line: String) throws {
    let file = try TemporaryFile("TALLY_X=1\n\(line)\n")
    let output = try TallyTool().run(["loginlog", "expire", "--env-file", file.path])
    #expect(output.exitCode == 78)
    #expect(output.stderr.contains("\(file.path): line 2 is not KEY=value"))
    #expect(!output.stderr.contains("geheim"))
  }

  @Test func aQuoteEndsAValueWhateverMarkStandsBeforeIt() throws {
    let file = try TemporaryFile("TALLY_A=\"x\u{605}\"\r\nTALLY_B=\"y\u{301}\" \r\n")
    #expect(try readEnvFile(file.path) == ["TALLY_A": "x\u{605}", "TALLY_B": "y\u{301}"])
  }

  @Test func aValueThatIsNoUTF8IsRefusedByItsLineOnly() throws {
    let file = try TemporaryFile("")
    try Data("TALLY_A=1\nTALLY_REDIS_PASSWORD=geheim\u{0}".utf8.map { $0 == 0 ? 0xFC : $0 })
      .write(to: URL(filePath: file.path))
    let output = try TallyTool().run(["loginlog", "expire", "--env-file", file.path])
    #expect(output.exitCode == 78)
    #expect(output.stderr.contains("line 2 is not UTF-8"))
    #expect(!output.stderr.contains("geheim"))
  }

  @Test(arguments: [0o644, 0o640, 0o604, 0o660, 0o601])
  func aFileThatOthersMayTouchIsRefused(mode: Int) throws {
    let file = try TemporaryFile("TALLY_REDIS_PASSWORD=geheim\n", mode: mode)
    let output = try TallyTool().run(["loginlog", "expire", "--env-file", file.path])
    #expect(output.exitCode == 77)
    #expect(output.stderr.contains("(mode \(String(mode, radix: 8)))"))
    #expect(output.stderr.contains("chmod 600 \(file.path)"))
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func aFileOfAnotherUserIsRefused() throws {
    let file = try TemporaryFile("TALLY_REDIS_PASSWORD=geheim\n")
    #expect(chown(file.path, 12_345, 12_345) == 0)
    let output = try TallyTool().run(["loginlog", "expire", "--env-file", file.path])
    #expect(output.exitCode == 77)
    #expect(output.stderr.contains("belongs to user 12345"))
  }

  @Test func aPipeIsRefusedAtOnce() throws {
    let folder = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(folder) }
    #expect(mkfifo("\(folder)/f", 0o600) == 0)
    let output = try TallyTool().run(
      ["loginlog", "expire", "--env-file", "\(folder)/f"], timeoutSeconds: 20)
    #expect(output.exitCode == 77)
    #expect(output.stderr.contains("not a regular file"))
  }

  @Test func aPathThatWouldDriveTheTerminalIsEscaped() throws {
    let output = try TallyTool().run(["loginlog", "expire", "--env-file", "/nowhere/\u{1B}[31m\nx"])
    #expect(output.exitCode == 78)
    #expect(output.stderr.contains(#"/nowhere/\u{1B}[31m\nx: "#))
    #expect(output.stderr.split(separator: "\n").count == 1)
  }

  @Test func aMissingFileIsAMatterOfConfiguration() throws {
    let output = try TallyTool().run(["loginlog", "expire", "--env-file", "/nowhere/tally.env"])
    #expect(output.exitCode == 78)
    #expect(
      output.stderr == "tally: error: env file /nowhere/tally.env: No such file or directory\n")
  }
}
