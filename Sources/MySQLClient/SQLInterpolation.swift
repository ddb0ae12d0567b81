extension SQL {
  /// How values become text. A million rows are built with it: no String is made for a value.
  public struct StringInterpolation: StringInterpolationProtocol {
    var bytes: [UInt8] = []

    public init(literalCapacity: Int, interpolationCount: Int) {
      bytes.reserveCapacity(literalCapacity + 24 * interpolationCount)
    }

    public mutating func appendLiteral(_ literal: StaticString) {
      literal.withUTF8Buffer { bytes += $0 }
    }

    /// A string of bytes, as `x'…'`; none as `''`.
    public mutating func appendInterpolation(_ value: [UInt8]) { appendHex(value) }

    /// Text, as the `x'…'` of its UTF-8; compare with VARBINARY columns or wrap in
    /// `CONVERT(… USING utf8mb4)`.
    public mutating func appendInterpolation(text value: String) { appendHex(Array(value.utf8)) }

    /// A whole number, in decimal digits.
    @inlinable
    public mutating func appendInterpolation(_ value: some FixedWidthInteger) {
      guard let magnitude = UInt64(exactly: value.magnitude) else {
        return appendDecimal(wide: String(value))
      }
      appendDecimal(magnitude, isNegative: value < 0)
    }

    /// Another piece of SQL, as it is.
    public mutating func appendInterpolation(_ sql: SQL) { bytes += sql.bytes }

    /// A `DATE` literal, 'YYYY-MM-DD'; the caller gives a text of digits and hyphens only.
    public mutating func appendInterpolation(date: String) {
      let isDate =
        date.utf8.count == 10
        && date.utf8.enumerated().allSatisfy { index, byte in
          index == 4 || index == 7
            ? byte == UInt8(ascii: "-") : UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
      precondition(isDate, "a date must look like 2026-11-20")
      bytes.append(UInt8(ascii: "'"))
      bytes += date.utf8
      bytes.append(UInt8(ascii: "'"))
    }

    /// A name in back quotes; it must match `[A-Za-z0-9_]{1,64}`.
    public mutating func appendInterpolation(name: String) {
      precondition(SQL.isName(name), "a name must match [A-Za-z0-9_]{1,64}")
      bytes.append(UInt8(ascii: "`"))
      bytes += name.utf8
      bytes.append(UInt8(ascii: "`"))
    }

    @usableFromInline
    mutating func appendDecimal(_ magnitude: UInt64, isNegative: Bool) {
      if isNegative { bytes.append(UInt8(ascii: "-")) }
      // From the back, in place: reversing a slice afterwards would copy it, for every number.
      var rest = magnitude
      repeat {
        bytes.append(0)
        rest /= 10
      } while rest > 0
      rest = magnitude
      var position = bytes.count
      repeat {
        position -= 1
        bytes[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
    }

    @usableFromInline
    mutating func appendDecimal(wide digits: String) { bytes += digits.utf8 }

    private mutating func appendHex(_ value: [UInt8]) {
      if !value.isEmpty { bytes.append(UInt8(ascii: "x")) }
      bytes.append(UInt8(ascii: "'"))
      bytes.append(addingCapacity: 2 * value.count) { output in
        for byte in value {
          output.append(SQL.hexDigits[Int(byte >> 4)])
          output.append(SQL.hexDigits[Int(byte & 15)])
        }
      }
      bytes.append(UInt8(ascii: "'"))
    }
  }

  /// Whether a text may stand in back quotes as the name of a table, column or database.
  public static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  private static let hexDigits: InlineArray<16, UInt8> = {
    let digits: StaticString = "0123456789ABCDEF"
    return digits.withUTF8Buffer { buffer in InlineArray { buffer[$0] } }
  }()
}
