/// The CRC-32 of IEEE 802.3, as in zlib and `gzip`: it finds torn and altered lines, not forged ones.
///
/// Polynomial 0xEDB88320 (bits reversed), start and final XOR 0xFFFFFFFF. Eight bytes a step: table `k`
/// says what a byte becomes when `k` zero bytes follow it.
/// Source: <https://www.rfc-editor.org/rfc/rfc1952#section-8>
public func crc32(_ bytes: Span<UInt8>) -> UInt32 {
  let tables = crcTables
  var crc = UInt32.max
  var index = 0
  while index + 8 <= bytes.count {
    var word: UInt64 = 0
    for offset in 0..<8 { word |= UInt64(bytes[index + offset]) << UInt64(8 * offset) }
    word ^= UInt64(crc)
    crc = 0
    for offset in 0..<8 {
      let byte = UInt8(truncatingIfNeeded: word >> UInt64(8 * offset))
      crc ^= tables[(7 - offset) << 8 | Int(byte)]
    }
    index += 8
  }
  while index < bytes.count {
    crc = tables[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])] ^ crc >> 8
    index += 1
  }
  return ~crc
}

public func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 { crc32(Array(bytes).span) }

/// Eight tables of 256, behind one another.
private let crcTables: [UInt32] = {
  var tables: [UInt32] = []
  for byte in UInt32(0)..<256 {
    var crc = byte
    for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    tables.append(crc)
  }
  for index in 256..<8 * 256 {
    let crc = tables[index - 256]
    tables.append(tables[Int(crc & 0xFF)] ^ crc >> 8)
  }
  return tables
}()
