import Foundation

/// One Swift file below `Sources`, as the laws look at it.
struct SourceFile: Sendable {
  /// Below `Sources`: `Rules/Calendar/CivilDay.swift`.
  let path: String
  let lineCount: Int
  /// The lines that are more than a comment, without the space around them, numbered from 1.
  let code: [(number: Int, text: String)]

  init(path: String, text: String) {
    self.path = path
    // A line end at the very end of the text begins no further line.
    let text = text.hasSuffix("\n") ? text.dropLast() : text[...]
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    lineCount = lines.count
    code = lines.enumerated().compactMap { index, line in
      let text = line.trimmingCharacters(in: .whitespaces)
      return text.isEmpty || text.hasPrefix("//") ? nil : (index + 1, text)
    }
  }

  /// The target: `Rules`.
  var room: String { String(path.prefix { $0 != "/" }) }

  /// The imported modules, submodules and single declarations under the name of their module.
  var imports: [String] {
    code.filter { $0.text.contains("import ") }.compactMap { line in
      let match = line.text.wholeMatch(
        of: /(?:@\w+ +|public +|package +|internal +|private +)*import +(?:\w+ +)?(\w+)[\w.]*/)
      return match.map { String($0.1) }
    }
  }

  /// Where the pattern occurs, comments aside, as `path:line: text`. An NSRegularExpression, because
  /// Swift's own is a hundred times slower in a debug build.
  func occurrences(of pattern: String) -> [String] {
    guard let expression = try? NSRegularExpression(pattern: pattern) else {
      return ["no pattern: \(pattern)"]
    }
    return code.filter { line in
      let whole = NSRange(line.text.startIndex..., in: line.text)
      return expression.firstMatch(in: line.text, range: whole) != nil
    }.map { "\(path):\($0.number): \($0.text)" }
  }

  /// All of them, read once.
  static let all: [SourceFile] = {
    let package = URL(filePath: #filePath).appending(path: "../../..").standardized
    let folder = package.appending(path: "Sources").path
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
      (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8))
        .map { SourceFile(path: name, text: $0) }
    }
  }()
}
