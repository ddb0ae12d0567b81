/// The CRC-32 of IEEE 802.3, as in zlib and `gzip`: it finds torn and altered lines, not forged ones.
///
/// Polynomial 0xEDB88320 (bits reversed), start and final XOR 0xFFFFFFFF.
/// Source: <https://www.rfc-editor.org/rfc/rfc1952#section-8>
public func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var crc = UInt32.max
  for byte in bytes { crc = crcTable[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8 }
  return ~crc
}

private let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
}
