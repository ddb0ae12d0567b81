/// A value that a MySQL server tells of itself, and the most it may be while a job writes:
/// `Threads_running=25`.
public struct LoadLimit: Equatable, Sendable, CustomStringConvertible {
  /// As SHOW GLOBAL STATUS has it, in any case of letters.
  public let name: String
  public let most: UInt64

  /// Nil for what is no name, `=` and whole number.
  public init?(_ text: some StringProtocol) {
    let halves = text.split(separator: "=", omittingEmptySubsequences: false)
    guard halves.count == 2, (1...64).contains(halves[0].utf8.count),
      halves[0].utf8.allSatisfy(LoadLimit.isOfName),
      halves[1].utf8.allSatisfy({ (48...57).contains($0) }), let most = UInt64(halves[1])
    else { return nil }
    name = String(halves[0])
    self.most = most
  }

  /// Several, with commas between; nil where one of them is none.
  public static func list(_ text: String) -> [LoadLimit]? {
    var limits: [LoadLimit] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let limit = LoadLimit(part) else { return nil }
      limits.append(limit)
    }
    return limits
  }

  public var description: String { "\(name)=\(most)" }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
