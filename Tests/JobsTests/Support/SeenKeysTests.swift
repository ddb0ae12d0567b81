import Testing

@testable import Jobs

/// What a walk remembers of the keys it met.
struct SeenKeysTests {
  @Test func aKeyIsNewOnce() {
    var seen = SeenKeys()
    let isNew = ["a", "b", "a"].map { seen.insert($0) }
    #expect(isNew == [true, true, false])
    #expect(seen.contains("a") && !seen.contains("c"))
  }

  @Test func howeverManyTheyAreItRemembersNoMoreThanTwiceItsMost() {
    var seen = SeenKeys(countMax: 1000)
    for key in 0..<100_000 {
      let isNew = seen.insert(key)
      // What SCAN hands over again comes soon.
      let isNewAgain = seen.insert(max(0, key - 999))
      #expect(isNew && !isNewAgain && seen.count < 2000)
    }
  }

  @Test func theUsualRunsKeysAreAllRemembered() {
    var seen = SeenKeys()
    for key in 0..<SeenKeys.defaultCountMax { _ = seen.insert(key) }
    #expect((0..<SeenKeys.defaultCountMax).allSatisfy { seen.contains($0) })
  }
}
