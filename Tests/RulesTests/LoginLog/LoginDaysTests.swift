import Rules
import TestServers
import Testing

struct LoginDaysTests {
  @Test(arguments: Seed.ofThisRun)
  func daysObeyTheLawsOfMerging(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    // Eight bits overlap often, 32 cover the whole range.
    expectMergeLaws((0..<3).map { _ in LoginDays(bits: .random(in: 0..<8, using: &random)) })
    expectMergeLaws(
      (0..<3).map { _ in LoginDays(bits: .random(in: 0...UInt32.max, using: &random)) })
  }

  @Test func mergingKeepsEveryLogin() {
    #expect(
      LoginDays(bits: 0b0110).merged(with: LoginDays(bits: 0b1010)) == LoginDays(bits: 0b1110))
  }

  @Test(
    arguments: [
      (0, []), (1 << 1, [1]), (1 << 31, [31]), (1 << 1 | 1 << 31, [1, 31]),
      (0xFFFF_FFFE, Array(1...31)),
    ] as [(UInt32, [Int])])
  func bitDStandsForDayD(bits: UInt32, days: [Int]) {
    let login = LoginDays(bits: bits)
    #expect(login.daysOfMonth == days)
    #expect(login.dayCount == days.count)
    #expect(login.isEmpty == days.isEmpty)
    for day in 1...31 { #expect(login.contains(day: day) == days.contains(day)) }
  }

  @Test(arguments: [Int.min, -1, 0, 32, 33, 64, Int.max])
  func whatIsNoDayOfAMonthIsNeverContained(day: Int) {
    #expect(!LoginDays(bits: .max).contains(day: day))
  }
}

struct LoginDaysReadingTests {
  @Test(
    arguments: [
      ([], []), ([0], []), ([0, 0, 0, 0], []),
      ([0b0100_0000], [1]), ([0b0000_0001], [7]), ([0, 0b1000_0000], [8]),
      ([0, 0, 0, 0b0000_0001], [31]), ([0, 0, 0, 0b1000_0000], [24]),
      ([0b0100_0000, 0, 0, 0b0000_0001], [1, 31]),
      ([0x7F, 0xFF, 0xFF, 0xFF], Array(1...31)),
      ([0x40, 0, 0, 0, 0], [1]), ([0x40, 0, 0, 0, 0, 0, 0, 0, 0], [1]),
    ] as [([UInt8], [Int])])
  func theHighestBitOfTheFirstByteIsDayZero(bitmap: [UInt8], days: [Int]) throws {
    #expect(try read(bitmap, of: "2026-10").daysOfMonth == days)
  }

  @Test func everyDaySetAloneIsReadAsThatDay() throws {
    for day in 1...31 {
      let days = try read(settingBit(day), of: "2026-12")
      #expect(days.daysOfMonth == [day])
      #expect(days.bits == 1 << UInt32(day))
    }
  }

  @Test(arguments: [1, 4, 5, 100])
  func bitZeroIsNoDay(byteCount: Int) throws {
    let bitmap = [0x80] + [UInt8](repeating: 0, count: byteCount - 1)
    #expect(throws: LoginBitmapFault.dayOutsideMonth(day: 0)) {
      try read(bitmap, of: "2026-10")
    }
  }

  @Test(
    arguments: [
      ("2026-01", 31), ("2026-02", 28), ("2028-02", 29), ("2000-02", 29), ("2100-02", 28),
      ("2026-03", 31), ("2026-04", 30), ("2026-06", 30), ("2026-09", 30), ("2026-11", 30),
      ("2026-12", 31),
    ])
  func aDayAfterTheLastOfItsMonthIsRefused(month: String, dayCount: Int) throws {
    #expect(try read(settingBit(dayCount), of: month).daysOfMonth == [dayCount])
    for day in dayCount + 1..<32 {
      #expect(throws: LoginBitmapFault.dayOutsideMonth(day: day)) {
        try read(settingBit(day), of: month)
      }
    }
  }

  @Test(arguments: [(32, 5), (39, 5), (40, 6), (799, 100)])
  func somethingBeyondFourBytesIsTooLong(bit: Int, byteCount: Int) throws {
    #expect(throws: LoginBitmapFault.tooLong(byteCount: byteCount)) {
      try read(settingBit(bit), of: "2026-10")
    }
  }

  @Test func lengthIsThatOfTheWholeValueAndNotWhereItIsSet() {
    #expect(throws: LoginBitmapFault.tooLong(byteCount: 7)) {
      try read([0x40, 0, 0, 0, 1, 0, 0], of: "2026-10")
    }
  }

  @Test(arguments: Seed.ofThisRun)
  func aBitmapWrittenBitByBitIsReadBack(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let days = Set((0..<8).map { _ in Int.random(in: 1...31, using: &random) })
    var bitmap: [UInt8] = []
    for day in days { setBit(day, of: &bitmap) }
    #expect(try read(bitmap, of: "2026-07").daysOfMonth == days.sorted())
  }

  @Test func aSliceIsReadFromItsOwnStart() throws {
    let bytes: [UInt8] = [0xFF, 0xFF, 0x40, 0x01]
    let month = try #require(Month("2026-10"))
    #expect(try LoginDays(bitmap: bytes[2...], of: month).daysOfMonth == [1, 15])
  }
}

private func read(_ bitmap: [UInt8], of month: String) throws -> LoginDays {
  try LoginDays(bitmap: bitmap, of: #require(Month(month)))
}

/// What `SETBIT key offset 1` makes of a missing key.
private func settingBit(_ offset: Int) -> [UInt8] {
  var bitmap: [UInt8] = []
  setBit(offset, of: &bitmap)
  return bitmap
}

/// `SETBIT key offset 1`: grows the value by zeros; offset 0 is the highest bit of the first byte.
private func setBit(_ offset: Int, of bitmap: inout [UInt8]) {
  while bitmap.count <= offset / 8 { bitmap.append(0) }
  bitmap[offset / 8] |= 1 << UInt8(7 - offset % 8)
}
