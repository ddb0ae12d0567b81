import Rules
import Testing

struct TextWidthTests {
  @Test(arguments: [
    ("", 0), ("banner-7", 8), ("größe", 5), ("e\u{301}", 1), ("漢字", 4), ("한국", 4), ("😀", 2),
    ("–", 1), ("ａ", 2), ("ﾊ", 1), ("\\x1B", 4),
  ])
  func aTextTakesAsManyColumnsAsATerminalGivesIt(text: String, columns: Int) {
    #expect(columnCount(text) == columns)
  }
}
