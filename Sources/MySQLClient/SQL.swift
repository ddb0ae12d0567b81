/// The text of a statement, built so that data cannot become code.
///
/// Literal parts are the program's own; every interpolated value is written as a hex literal
/// (`x'616263'`, exact whatever the sql_mode) or as a decimal number.
public struct SQL: Sendable, Equatable, ExpressibleByStringInterpolation {
  public private(set) var bytes: [UInt8]

  public init(stringLiteral value: StaticString) { bytes = value.withUTF8Buffer { Array($0) } }
  public init(stringInterpolation: StringInterpolation) { bytes = stringInterpolation.bytes }
  /// A piece of the program's own text, such as a file of `sql/`.
  public init(trusted text: String) { bytes = Array(text.utf8) }

  init(bytes: [UInt8]) { self.bytes = bytes }

  public mutating func append(_ other: SQL) { bytes += other.bytes }
}
