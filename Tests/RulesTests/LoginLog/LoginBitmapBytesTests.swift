import Rules
import Testing

struct LoginBitmapBytesTests {
  private let october = Month("2017-10")!

  @Test(arguments: [
    [], [0], [0x40], [0x40, 0, 0, 0x40], [0, 0, 0, 1], [0x40, 0, 0, 0, 0, 0],
    [UInt8](repeating: 0, count: 64),
  ])
  func theBytesComeBackExactly(bytes: [UInt8]) throws {
    #expect(try LoginBitmap(bytes: bytes, of: october).bytes == bytes)
  }

  @Test func sixtyFiveBytesAreTooLongEvenWhenEmpty() {
    #expect(throws: LoginBitmapFault.tooLong(byteCount: 65)) {
      try LoginBitmap(bytes: [UInt8](repeating: 0, count: 65), of: october)
    }
  }

  @Test(arguments: [
    ([0x80], "bit 0 is set, which is no day of its month"),
    ([0, 0, 0, 0, 1], "something is set beyond its 4th byte, where 4 hold a month"),
  ])
  func aMalformedBitmapSaysWhatIsWrong(bytes: [UInt8], reason: String) throws {
    let fault = #expect(throws: LoginBitmapFault.self) {
      try LoginBitmap(bytes: bytes, of: october)
    }
    #expect(fault?.description == reason)
  }

  @Test func readingTwiceMergesLikeALaw() throws {
    expectMergeLaws(
      try [[0x40], [0x40, 0, 0, 0x40], [0x20, 0], [0, 0, 0, 0, 0], []].map {
        try LoginBitmap(bytes: $0, of: october)
      })
  }
}

struct UserMonthTests {
  @Test func theOrderIsThatOfThePrimaryKey() throws {
    let ordered = try [
      ("2017-10", "b", "z"), ("2017-11", "a", "1"), ("2017-11", "a", "10"), ("2017-11", "a", "2"),
      ("2017-11", "aa", "0"), ("2018-01", "a", "0"),
    ].map { month, type, id in
      UserMonth(
        month: try #require(Month(month)),
        user: try #require(UserKey(type: Array(type.utf8), id: Array(id.utf8))))
    }
    #expect(ordered.reversed().sorted() == ordered)
  }
}
