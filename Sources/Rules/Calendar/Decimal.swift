/// Reads plain ASCII digits, at most nine of them; nil for anything else, also for nothing.
func decimal(_ bytes: Span<UInt8>) -> Int? {
  guard (1...9).contains(bytes.count) else { return nil }
  var value = 0
  for index in bytes.indices {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
    value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
  }
  return value
}

func decimal(_ bytes: ArraySlice<UInt8>) -> Int? { decimal(bytes.span) }

func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

extension Int {
  /// Division that rounds down, also below zero.
  func floorDivided(by divisor: Int) -> Int {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }

  /// What `floorDivided` leaves: 0 ..< divisor.
  func modulo(_ divisor: Int) -> Int { self - floorDivided(by: divisor) * divisor }
}
