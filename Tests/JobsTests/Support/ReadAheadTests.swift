import Synchronization
import Testing

@testable import Jobs

struct ReadAheadTests {
  private struct Broken: Error {}

  @Test func everythingThatIsReadIsWorkedOnInItsOrder() throws {
    var seen: [Int] = []
    try readingAhead { hand in
      for number in 0..<1000 { try hand(number) }
    } _: {
      seen.append($0)
    }
    #expect(seen == Array(0..<1000))
  }

  @Test func whatIsReadAheadIsBounded() throws {
    let readCount = Mutex(0)
    var workedCount = 0
    try readingAhead { hand in
      for number in 0..<200 {
        readCount.withLock { $0 += 1 }
        try hand(number)
      }
    } _: { (_: Int) in
      workedCount += 1
      // One under work, one that is read.
      #expect(readCount.withLock { $0 } <= workedCount + 1)
    }
    #expect(workedCount == 200)
  }

  @Test func anErrorOfTheReaderComesBehindWhatItReadBefore() throws {
    var seen: [Int] = []
    #expect(throws: Broken.self) {
      try readingAhead { hand in
        try hand(1)
        try hand(2)
        throw Broken()
      } _: {
        seen.append($0)
      }
    }
    #expect(seen == [1, 2])
  }

  @Test func theReaderIsGoneOnceTheWorkHasFailed() throws {
    let isReading = Mutex(true)
    #expect(throws: Broken.self) {
      try readingAhead { hand in
        defer { isReading.withLock { $0 = false } }
        while true { try hand(1) }
      } _: { (_: Int) in
        throw Broken()
      }
    }
    #expect(isReading.withLock { !$0 })
  }

  @Test func bothOfTwoComeToTheirEndWhateverBecomesOfOne() throws {
    let (failure, aside) = try atOnce {
      throw Broken()
    } aside: {
      7
    }
    #expect(failure is Broken)
    #expect(aside == 7)
  }
}
