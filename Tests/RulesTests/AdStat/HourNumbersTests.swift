import Rules
import Testing

struct HourNumbersTests {
  @Test func eachHourHasItsNumberAndTheOthersNone() {
    var numbers = HourNumbers()
    #expect(numbers.isEmpty)
    numbers[23] = .max
    numbers[0] = 0
    numbers[7] = 5
    #expect(numbers.map(\.hour) == [0, 7, 23])
    #expect(numbers.map(\.count) == [0, 5, .max])
    #expect(numbers[0] == 0)
    #expect(numbers[1] == nil)
    #expect(numbers.count == 3)
  }

  @Test func anHourCanLoseItsNumber() {
    var numbers = HourNumbers()
    numbers[7] = 5
    numbers[7] = nil
    #expect(numbers == HourNumbers())
    #expect(numbers[7] == nil)
  }
}
