import Foundation
import Jobs
import Testing

struct JSONTextTests {
  @Test func fieldsKeepTheirOrder() {
    var json = JSONText()
    json.add("schema", 1)
    json.add("job", "loginlog expire")
    json.add("dry_run", false)
    json.add("seconds", 0.25)
    json.add("days", [1, 25])
    json.add("names", ["a", "b\"c"])
    #expect(
      json.description
        == #"{"schema":1,"job":"loginlog expire","dry_run":false,"seconds":0.25,"#
        + #""days":[1,25],"names":["a","b\"c"]}"#)
  }

  @Test func anEmptyObjectIsTwoBraces() { #expect(JSONText().description == "{}") }

  @Test(arguments: [
    ("\u{1B}[2J", #""\u001B[2J""#), ("a\nb\r\t", #""a\nb\r\t""#), ("\u{0}", #""\u0000""#),
    ("\u{7F}\u{9B}", #""\u007F\u009B""#), ("\u{202E}", #""\u202E""#), ("ä😀", "\"ä😀\""),
    ("\\", #""\\""#),
  ])
  func whatCouldDriveATerminalIsEscaped(text: String, escaped: String) {
    var json = JSONText()
    json.add("t", text)
    #expect(json.description == #"{"t":\#(escaped)}"#)
  }

  @Test(arguments: [0, 1e-9, 1e22, 12345.678, -0.5])
  func numbersAreReadBackAsTheyWere(value: Double) throws {
    var json = JSONText()
    json.add("v", value)
    let read = try JSONDecoder().decode([String: Double].self, from: Data(json.description.utf8))
    #expect(read == ["v": value])
  }

  @Test func whatIsNoNumberIsNull() {
    var json = JSONText()
    json.add("v", Double.infinity)
    #expect(json.description == #"{"v":null}"#)
  }
}
