/// Writes `text` so that SCAN's MATCH takes every byte of it literally.
public func escapedGlob(_ text: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(text.count)
  for byte in text {
    if special.contains(byte) { result.append(UInt8(ascii: "\\")) }
    result.append(byte)
  }
  return result
}

/// What means something in Redis' globs; `^` and `-` only within brackets, where a backslash is as
/// good.
private let special = Array("*?[]\\^-".utf8)
