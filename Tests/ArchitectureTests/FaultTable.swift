import Foundation

/// The table of faults in `Tests/FaultTests/README.md`, and the tests there are.
enum FaultTable {
  private static let tests = URL(filePath: #filePath).appending(path: "../..").standardized

  static let text = read(tests.appending(path: "FaultTests/README.md"))

  /// The numbered lines, each with its columns.
  static let rows: [(number: Int, columns: [String])] = text.split(separator: "\n").compactMap {
    line in
    let columns = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    return columns.first.flatMap { Int($0) }.map { ($0, Array(columns.dropFirst())) }
  }

  /// All that looks like `ArchiveDayTests.aSecondRunChangesNoRow`.
  static func namedTests(in text: String) -> [String] {
    text.matches(of: /`(\w+Tests\.\w+)`/).map { String($0.1) }
  }

  /// Every test of every suite, as the table names them.
  static let existingTests: Set<String> = {
    let names = FileManager.default.enumerator(atPath: tests.path)?.compactMap { $0 as? String }
    return (names ?? []).filter { $0.hasSuffix("Tests.swift") }.reduce(into: []) { found, name in
      found.formUnion(tests(in: read(tests.appending(path: name))))
    }
  }()

  /// The suites of the folder of faults.
  static var faultSuites: Set<String> {
    let folder = tests.appending(path: "FaultTests")
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return (names ?? []).filter { $0.hasSuffix("Tests.swift") }.reduce(into: []) { found, name in
      for test in tests(in: read(folder.appending(path: name))) {
        found.insert(String(test.prefix { $0 != "." }))
      }
    }
  }

  /// What follows `@Test`, up to the next suite, belongs to the last suite before it.
  static func tests(in source: String) -> [String] {
    var suite = ""
    var found: [String] = []
    var isTest = false
    for line in source.split(separator: "\n") {
      if line.contains("struct "),
        let match = line.firstMatch(of: /^(?:@Suite.* )?struct (\w+)/)
      {
        suite = String(match.1)
      }
      if line.contains("@Test") { isTest = true }
      if isTest, let match = line.firstMatch(of: /^  (?:@Test.* )?func (\w+)/) {
        found.append("\(suite).\(match.1)")
        isTest = false
      }
    }
    return found
  }

  private static func read(_ file: URL) -> String {
    (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }
}
