import Testing

@testable import Rules

struct JSONObjectsTests {
  private func objects(_ text: String) -> [JSONObjects.Object] {
    var reader = JSONObjects(Array(text.utf8))
    var objects: [JSONObjects.Object] = []
    while let object = reader.next() { objects.append(object) }
    return objects
  }

  @Test(arguments: [
    #"[{"a":"1","b":2},{"a":"3"}]"#, #"{"a":"1","b":2} {"a":"3"}"#,
    #"{"schema":1,"rows":[{"a":"1","b":2},{"a":"3"}]}"#,
    "\u{FEFF}" + #"{ "a" : "1" , "b" : 2 },{"a":"3"}"#,
  ])
  func objectsAreFoundWhereverTheyStand(text: String) {
    #expect(objects(text).map(\.fields) == [["a": "1", "b": "2"], ["a": "3"]])
  }

  @Test func valuesAreTakenAsText() {
    let text = #"{"a":null,"b":true,"c":-5,"d":"\"\\\/\n\tä\u00e4\ud83d\ude00","e":""}"#
    #expect(
      objects(text).map(\.fields) == [
        ["a": "", "b": "true", "c": "-5", "d": "\"\\/\n\tää😀", "e": ""]
      ])
  }

  @Test(arguments: [
    #"{"a":1.5}"#, #"{"a":{"b":1}}"#, #"{"a"}"#, #"{"a":1"#, #"{"a":"x}"#, #"{"a":1,"a":2}"#,
    #"{"a":"\ud83d"}"#, #"{"a":"\x"}"#, #"{"a":01}"#, "{\"a\":\"\t\"}", #"{,}"#, "x",
  ])
  func whatIsNoFlatObjectIsTold(text: String) {
    let found = objects(text + "\n{\"b\":\"1\"}\n")
    #expect(found.first?.line == 1 && found.first?.fields == nil)
    #expect(found.last == .init(line: 2, fields: ["b": "1"]))
  }

  @Test func aBadObjectDoesNotHideTheNextLines() {
    let text = "[\n{\"a\":\"1\"},\n{\"a\":},\n{\"a\":\"3\"}\n]\n"
    #expect(
      objects(text) == [
        .init(line: 2, fields: ["a": "1"]), .init(line: 3, fields: nil),
        .init(line: 4, fields: ["a": "3"]),
      ])
  }
}
