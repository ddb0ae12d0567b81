/// Puts the exit codes at the end of a help text: the parser shows a command's discussion before its
/// options, but the codes are what one scrolls to the end for.
///
/// What has none, such as a completion script, stays as it is.
func exitStatusLast(_ help: String) -> String {
  guard help.contains("\n\nEXIT STATUS\n") else { return help }
  let paragraphs = help.split(separator: "\n\n", omittingEmptySubsequences: false)
  let codes = paragraphs.filter { $0.hasPrefix("EXIT STATUS") }
  let rest = paragraphs.filter { !$0.hasPrefix("EXIT STATUS") && !$0.isEmpty }
  return (rest + codes).map { $0.trimmingNewlines() }.joined(separator: "\n\n")
}

/// The parser's message on one line; its list of accepted values, one a line, becomes `a, b, c`.
func oneLine(_ message: String) -> String {
  let lines = message.split(separator: "\n").map { $0.drop { $0 == " " } }
  let values = lines.filter { $0.hasPrefix("- ") }.map { $0.dropFirst(2) }
  let words = lines.filter { !$0.hasPrefix("- ") }.joined(separator: " ")
  return values.isEmpty ? words : words + " " + values.joined(separator: ", ")
}

/// The last line of the parser's full message, which names the help of the command in question.
func helpPointer(in fullMessage: String) -> String? {
  guard let last = fullMessage.split(separator: "\n").last?.drop(while: { $0 == " " }),
    last.hasPrefix("See ")
  else { return nil }
  return String(last)
}

extension Substring {
  fileprivate func trimmingNewlines() -> Substring {
    var text = self
    while text.first == "\n" { text.removeFirst() }
    while text.last == "\n" { text.removeLast() }
    return text
  }
}
