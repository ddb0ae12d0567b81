import Foundation
import Rules
import Testing

@testable import Jobs

struct ExpiryLogTests {
  private let folder: LogFolder
  private let day = CivilDay("2026-11-20")!

  init() throws { folder = try LogFolder() }

  private func stem(_ group: LoginGroup) -> [UInt8] { Array("k:".utf8) }

  private func merged(_ ids: [String]) throws -> Merged<LoginRun> {
    let month = try #require(Month("2017-10"))
    return Merged(
      provenHeld: LoginRun(
        try ids.map { id in
          .init(
            key: UserMonth(
              month: month, user: try #require(UserKey(type: [97], id: Array(id.utf8)))),
            value: try LoginBitmap(bytes: [0x40], of: month))
        }))
  }

  private func append(_ ids: [String], to log: ExpiryLog) throws {
    let logged = try log.append(try merged(ids), stem: stem, loggedAt: 0)
    #expect(logged.value.count == ids.count)
  }

  private func loggedIDs() throws -> [String] {
    try folder.lines.map { String(decoding: try ExpiryLogLine($0).key.dropFirst(2), as: UTF8.self) }
  }

  private func failure(_ ids: [String] = ["1"]) -> JobFailure? {
    #expect(throws: JobFailure.self) {
      try append(ids, to: try ExpiryLog(directory: folder.path, day: day))
    }
  }

  @Test func everyBitmapHasItsLineAndNobodyElseMayReadThem() throws {
    try append(["1", "2"], to: try ExpiryLog(directory: folder.path, day: day))
    #expect(try loggedIDs() == ["1", "2"])
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.log)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func nothingIsTouchedBeforeTheFirstLine() throws {
    _ = try ExpiryLog(directory: folder.path, day: day)
    #expect(folder.text == nil)
  }

  @Test func laterLinesComeBehindEarlierOnes() throws {
    let log = try ExpiryLog(directory: folder.path, day: day)
    try append(["1"], to: log)
    try append(["2"], to: log)
    try append(["3"], to: try ExpiryLog(directory: folder.path, day: day))
    #expect(try loggedIDs() == ["1", "2", "3"])
  }

  @Test func linesBeyondOneWriteAreAllThere() throws {
    let ids = (100_000..<103_000).map(String.init)
    try append(ids, to: try ExpiryLog(directory: folder.path, day: day))
    #expect(try loggedIDs() == ids)
  }

  @Test func aTornLastLineIsEndedFirst() throws {
    try folder.put("{\"schema\":1,\"ke")
    try append(["1"], to: try ExpiryLog(directory: folder.path, day: day))
    try #require(folder.lines.count == 2)
    #expect(folder.lines[0] == "{\"schema\":1,\"ke")
    #expect(try ExpiryLogLine(folder.lines[1]).key == Array("k:1".utf8))
  }

  @Test func aFullFileIsAnErrorAndTheNextRunRepairsIt() throws {
    try folder.putFullLog(leaving: 100)
    let log = try ExpiryLog(directory: folder.path, day: day)
    let failure = #expect(throws: JobFailure.self) { try append(["1"], to: log) }
    #expect(failure?.reason == .inputOutput)
    #expect(failure?.message.contains("File too large") == true)
    // What a failed write left behind is unknown, so that this log is not written again.
    let again = #expect(throws: JobFailure.self) { try append(["2"], to: log) }
    #expect(again?.reason == .inputOutput)
  }

  @Test func aMissingDirectoryIsNotMade() throws {
    let missing = folder.path + "/not/there"
    let failure = #expect(throws: JobFailure.self) { try ExpiryLog(directory: missing, day: day) }
    #expect(failure?.reason == .cannotCreate)
    #expect(failure?.message.contains(missing) == true)
    #expect(failure?.hint != nil)
    #expect(!FileManager.default.fileExists(atPath: missing))
  }

  @Test func aDirectoryThatAnybodyMayWriteIsRefused() throws {
    chmod(folder.path, 0o777)
    #expect(failure()?.reason == .noPermission)
    #expect(folder.text == nil)
  }

  @Test func aSymbolicLinkIsRefused() throws {
    let elsewhere = folder.path + "/elsewhere"
    _ = FileManager.default.createFile(atPath: elsewhere, contents: nil)
    symlink(elsewhere, folder.log)
    let failure = failure()
    #expect(failure?.reason == .cannotCreate)
    #expect(failure?.message.hasSuffix("is a symbolic link") == true)
    #expect(FileManager.default.contents(atPath: elsewhere) == Data())
  }

  @Test func aPipeIsRefusedAndHoldsNobody() throws {
    mkfifo(folder.log, 0o600)
    #expect(failure()?.reason == .cannotCreate)
  }

  @Test(.enabled("only root can give a file away") { geteuid() == 0 })
  func aFileOfAnotherUserIsRefused() throws {
    try folder.put("")
    chown(folder.log, 12345, 12345)
    #expect(failure()?.reason == .noPermission)
    #expect(folder.text == "")
  }
}
