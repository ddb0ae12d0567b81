import Testing

/// The walls between the rooms, where the compiler does not hold them: it lets any target import the
/// C modules and the targets it sees through another.
struct ArchitectureTests {
  @Test(arguments: Law.all)
  func everySourceFileKeepsTheLaw(_ law: Law) {
    #expect(SourceFile.all.flatMap(law.violations) == [])
  }

  @Test(arguments: Law.all)
  func aFileThatBreaksTheLawIsNoticed(_ law: Law) {
    #expect(law.violations(law.counterexample).count == 1)
  }

  @Test func everyRoomHasItsWallsAndEveryWallARoom() {
    #expect(Set(SourceFile.all.map(\.room)) == Set(Law.walls.keys))
  }

  @Test func commentsAreFreeToNameWhatCodeMayNot() {
    let file = SourceFile(
      path: "Rules/A.swift", text: "/// As `SELECT`.\n  // print(1)\nlet a = 1\n")
    #expect(Law.all.flatMap { $0.violations(file) } == [])
    #expect(file.lineCount == 3)
  }

  @Test(arguments: [
    ("import Glibc", "Glibc"), ("public import Rules", "Rules"),
    ("@testable internal import Jobs", "Jobs"), ("import struct Foundation.Date", "Foundation"),
    ("package import SystemPackage", "SystemPackage"),
  ])
  func everyWayToImportIsRead(_ line: String, _ module: String) {
    #expect(SourceFile(path: "Rules/A.swift", text: line).imports == [module])
  }
}
