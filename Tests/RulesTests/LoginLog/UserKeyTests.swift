import Rules
import Testing

struct UserKeyTests {
  @Test(arguments: [(1, 1), (32, 128), (1, 128), (32, 1)])
  func aTypeOf32BytesAndAnIdOf128Fit(typeCount: Int, idCount: Int) {
    let type = [UInt8](repeating: 0x74, count: typeCount)
    let id = [UInt8](repeating: 0x69, count: idCount)
    let key = UserKey(type: type, id: id)
    #expect(key?.type == type)
    #expect(key?.id == id)
  }

  @Test(arguments: [(0, 1), (1, 0), (0, 0), (33, 1), (1, 129), (33, 129)])
  func emptyAndLongerPartsAreRefused(typeCount: Int, idCount: Int) {
    #expect(
      UserKey(
        type: [UInt8](repeating: 0x74, count: typeCount),
        id: [UInt8](repeating: 0x69, count: idCount)) == nil)
  }

  @Test(arguments: ["_", "_a", "a_", "a_b"])
  func aTypeHasNoUnderscore(type: String) {
    #expect(UserKey(type: type.utf8, id: "1".utf8) == nil)
  }

  @Test(arguments: ["_", "a_b", "__", "1 ", "\0", "\u{1F600}"])
  func anIdIsAnyBytesAtAll(id: String) {
    #expect(UserKey(type: "member".utf8, id: id.utf8)?.id == Array(id.utf8))
  }

  @Test func usersThatLookAlikeAreDifferent() throws {
    let parts = [("a", "1"), ("A", "1"), ("a ", "1"), ("a", "1 "), ("a", "01"), ("a1", "1")]
    let keys = try parts.map { try #require(UserKey(type: $0.0.utf8, id: $0.1.utf8)) }
    #expect(Set(keys).count == parts.count)
  }

  @Test func usersAreOrderedByTypeThenById() throws {
    let parts: [([UInt8], [UInt8])] = [
      ([0x41], [0xFF]), ([0x61], [0]), ([0x61], [0, 0]), ([0x61], [0x31]), ([0x61], [0x80]),
      ([0x61, 0], [0]), ([0x62], [0]), ([0xFF], [0]),
    ]
    let keys = try parts.map { try #require(UserKey(type: $0.0, id: $0.1)) }
    #expect(keys.reversed().sorted() == keys)
    #expect(!(keys[0] < keys[0]))
  }
}
