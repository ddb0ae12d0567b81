import Testing

@testable import Rules

struct CSVTests {
  private func rows(_ text: String) -> [CSVReader.Row] {
    var reader = CSVReader(Array(text.utf8))
    var rows: [CSVReader.Row] = []
    while let row = reader.next() { rows.append(row) }
    return rows
  }

  private func row(_ line: Int, _ fields: [String]?) -> CSVReader.Row {
    .init(line: line, fields: fields.map { $0.map { Array($0.utf8) } })
  }

  @Test func fieldsAreReadAsTheyStand() {
    #expect(rows("a,b\r\n1,2\n") == [row(1, ["a", "b"]), row(2, ["1", "2"])])
    #expect(rows("\u{FEFF}a,\n,b") == [row(1, ["a", ""]), row(2, ["", "b"])])
    #expect(rows("\n\na\r\n\r\nb") == [row(3, ["a"]), row(5, ["b"])])
    #expect(rows("") == [])
  }

  @Test func quotesHoldCommasLineEndsAndQuotes() {
    #expect(
      rows("\"a,\"\"b\"\"\r\nc\",d\r\ne,f\r\n") == [
        row(1, ["a,\"b\"\r\nc", "d"]), row(3, ["e", "f"]),
      ])
    #expect(rows("\"\",x") == [row(1, ["", "x"])])
    #expect(rows("a\"b,c") == [row(1, ["a\"b", "c"])])
  }

  @Test func aStrayQuoteSpoilsItsOwnLineOnly() {
    #expect(
      rows("\"a\"x,1\n2,3\n\"open,4\n5,6") == [
        row(1, nil), row(2, ["2", "3"]), row(3, nil), row(4, ["5", "6"]),
      ])
  }

  @Test func whatIsWrittenIsReadAgain() {
    let odd = [
      "", "a", "a,b", "\"", "a\r\nb", "=1+1", "+1", "-1", "@x", "\tx", "'=1", "''-1", "'a", "ä😀",
      " a ", "\rx", "a\"\u{301}", "\"\u{301}", "'=\u{301}",
    ]
    let read = rows(csvRow(odd))
    #expect(read.count == 1)
    #expect(
      read[0].fields?.map { withoutFormulaGuard(String(decoding: $0, as: UTF8.self)) } == odd)
  }

  @Test func nothingThatIsWrittenIsAFormula() {
    #expect(csvRow(["=cmd()", "-2", "@a", "+b", "'=x"]) == "'=cmd(),'-2,'@a,'+b,''=x\r\n")
  }
}
