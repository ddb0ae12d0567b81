import Rules
import TestServers
import Testing

struct LoginRunTests {
  private static let november = Month("2026-11")!

  private func login(
    _ type: [UInt8], _ id: [UInt8], _ bitmap: [UInt8] = [0x40], of month: Month = november
  ) throws -> LoginRun.Element {
    LoginRun.Element(
      key: UserMonth(month: month, user: try #require(UserKey(type: type, id: id))),
      value: try LoginBitmap(bytes: bitmap, of: month))
  }

  @Test func anEmptyRunHasNothing() {
    let run = LoginRun([])
    #expect(run.isEmpty && run.stretches.isEmpty && run.slices(of: 3).isEmpty)
  }

  @Test func whatWasReadTwiceIsMergedIntoOne() throws {
    let run = LoginRun([
      try login([97], [55], [0x40]), try login([97], [51]), try login([97], [55], [0x20, 0]),
      try login([97], [55], [0x40]),
    ])
    #expect(Array(run) == [try login([97], [51]), try login([97], [55], [0x60, 0])])
  }

  /// Months before types before ids; bytes as they are, a beginning before what goes on behind it.
  @Test func theOrderIsThatOfThePrimaryKey() throws {
    let ids: [[UInt8]] = [
      [0], [0, 0], [1], [97], [97, 0], [97, 0, 0], [97, 1], [97, 98], [255],
      Array("12345678".utf8), Array("12345678".utf8) + [0], Array("123456780".utf8),
      [UInt8](repeating: 255, count: 128),
    ]
    let types: [[UInt8]] = [[0], [97], [97, 0], [97, 98], [98], [255]]
    let months = [Month("2026-10")!, LoginRunTests.november]
    let logins = try months.flatMap { month in
      try types.flatMap { type in try ids.map { try login(type, $0, of: month) } }
    }
    let sorted = logins.sorted { $0.key < $1.key }
    #expect(Array(LoginRun(logins.shuffled())) == sorted)
    #expect(Array(LoginRun(logins + logins.reversed())) == sorted)
    let stretches = LoginRun(logins).stretches
    #expect(stretches.count == 12 && stretches.allSatisfy { $0.count == ids.count })
    #expect(stretches.flatMap { Array($0) } == sorted)
  }

  @Test(arguments: Seed.ofThisRun)
  func aRunIsWhatADictionarySortedByKeyWouldBe(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let shared = [UInt8](repeating: 120, count: Int.random(in: 0...12, using: &random))
    let logins = try (0..<Int.random(in: 0...200, using: &random)).map { _ in
      let id = (0...Int.random(in: 0...10, using: &random)).map { _ in
        UInt8.random(in: 0...2, using: &random)
      }
      return try login(
        [UInt8.random(in: 97...98, using: &random)], shared + id,
        [UInt8.random(in: 0...127, using: &random)])
    }
    let naive = Dictionary(logins.map { ($0.key, $0.value) }) { $0.merged(with: $1) }
      .sorted { $0.key < $1.key }.map { LoginRun.Element(key: $0.key, value: $0.value) }
    #expect(Array(LoginRun(logins)) == naive)
  }

  @Test func aSliceIsARunOfItsOwn() throws {
    let run = LoginRun(try (0..<10).map { try login([97], [UInt8($0)]) })
    let slices = run.slices(of: 4)
    #expect(slices.map(\.count) == [4, 4, 2])
    #expect(slices.flatMap { Array($0) } == Array(run))
    #expect(slices[1].slices(of: 3).map { Array($0.ids[$0.idRange($0.startIndex)]) } == [[4], [7]])
    #expect(slices[2].stretches.map(\.indices) == [8..<10])
  }

  @Test func aBatchIsFullByItsCountItsBytesOrItsGroups() throws {
    var few = LoginBatch(countMax: 3)
    for id in 0..<3 {
      #expect(!few.isFull)
      let login = try login([97], [UInt8(id)])
      few.add(login.key, login.value)
    }
    #expect(few.isFull)
    #expect(LoginRun(&few).count == 3)
    #expect(few.isEmpty && !few.isFull)

    var long = LoginBatch(countMax: 16)
    for id in 0..<2 {
      #expect(!long.isFull)
      let login = try login([97], [UInt8](repeating: UInt8(id), count: 128))
      long.add(login.key, login.value)
    }
    #expect(long.isFull)

    var manyTypes = LoginBatch(countMax: 5000)
    for number in 0..<1024 {
      #expect(!manyTypes.isFull)
      let login = try login(Array("\(number)".utf8), [1])
      manyTypes.add(login.key, login.value)
    }
    #expect(manyTypes.isFull)
    #expect(Set(LoginRun(&manyTypes).map(\.key)).count == 1024)
  }
}

struct LoginComparisonTests {
  /// Ids are bytes, days are bits.
  private func run(_ logins: [UInt8: UInt32]) -> LoginRun {
    let month = Month("2026-10")!
    return LoginRun(
      logins.map { id, bits in
        let bytes = (0..<4).map { byte in
          UInt8((0..<8).reduce(0) { $0 | (bits >> (8 * byte + $1) & 1 == 1 ? 0x80 >> $1 : 0) })
        }
        return .init(
          key: UserMonth(month: month, user: UserKey(type: [97], id: [id])!),
          value: try! LoginBitmap(bytes: bytes, of: month))
      })
  }

  private func lacking(_ logins: [UInt8: UInt32], in rows: [(id: UInt8, bits: UInt32)]) -> [UInt8] {
    let run = run(logins)
    var comparison = LoginComparison(run)
    for row in rows { comparison.meet([row.id].span, holding: LoginDays(bits: row.bits)) }
    comparison.finish()
    return comparison.lacking.map { run[$0].key.user.id[0] }
  }

  @Test func whatHasNoRowOrARowWithoutOneOfItsDaysIsLacking() {
    let run: [UInt8: UInt32] = [1: 2, 2: 6, 3: 2, 4: 2, 6: 2]
    #expect(lacking(run, in: [(0, 2), (2, 4), (3, 2), (4, 6), (5, 2), (9, 0)]) == [1, 2, 6])
    #expect(lacking([1: 2], in: [(1, 4)]) == [1])
    #expect(lacking([1: 2], in: []) == [1])
    #expect(lacking([1: 2], in: [(1, 6)]) == [])
  }

  @Test(arguments: 1...31)
  func whicheverDayARowLacksItIsLacking(day: Int) {
    let all = UInt32.max << 1
    let others = all & ~(1 << UInt32(day))
    #expect(lacking([1: 1 << UInt32(day)], in: [(1, others)]) == [1])
    #expect(lacking([1: all], in: [(1, others)]) == [1])
    #expect(lacking([1: others], in: [(1, all)]) == [])
  }

  @Test func aBitmapWithoutADayNeedsNoRow() {
    #expect(lacking([1: 0, 2: 2, 3: 0], in: [(3, 0)]) == [2])
  }

  @Test func aRowOutOfOrderIsNeverTakenForProof() {
    #expect(lacking([1: 2, 2: 2], in: [(2, 2), (1, 2)]) == [1])
  }

  @Test(arguments: Seed.ofThisRun)
  func onePassFindsWhatLookingUpEveryKeyFinds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func some() -> [UInt8: UInt32] {
      Dictionary(
        (0..<40).map { _ in
          (UInt8.random(in: 0..<30, using: &random), UInt32.random(in: 0..<4, using: &random) << 1)
        }
      ) { $1 }
    }
    let (logins, rows) = (some(), some())
    let expected = logins.filter { id, bits in bits & ~(rows[id] ?? 0) != 0 }.keys.sorted()
    #expect(
      lacking(logins, in: rows.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) == expected)
  }
}
