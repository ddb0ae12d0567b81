internal import Rules

extension ExpiryLogLine {
  /// Writes the lines of one group. What is alike in all of them is made into text once.
  struct Writer {
    private let stem: [UInt8]
    private let stemHex: [UInt8]
    /// From the month to the beginning of the id.
    private let middle: [UInt8]
    /// From the time to the beginning of the checksum.
    private let end: [UInt8]

    /// `stem` is what the keys of the group begin with; the id follows.
    init(of group: LoginGroup, stem: some Collection<UInt8>, loggedAt: Int) {
      self.stem = Array(stem)
      stemHex = Array(hex(stem).utf8)
      var json = JSONText()
      json.add("month", group.month.description)
      json.add("type", String(decoding: group.type, as: UTF8.self))
      middle = Array("\",\(json.open.dropFirst()),\"id\":".utf8)
      end = Array(",\"logged_at\":\"\(utcText(loggedAt))\"".utf8)
    }

    /// Appends the line of one bitmap, without a newline. Its key is the stem and the id.
    func append(_ id: Span<UInt8>, _ bitmap: LoginBitmap, to line: inout [UInt8]) {
      append(keyEnd: id, id, bitmap, to: &line)
    }

    /// The same for a key that is the stem and `keyEnd`.
    func append(
      keyEnd: Span<UInt8>, _ id: Span<UInt8>, _ bitmap: LoginBitmap, to line: inout [UInt8]
    ) {
      let start = line.count
      line.append(#"{"schema":1,"key":"#)
      appendQuoted(stem, keyEnd, to: &line)
      line.append(#","key_hex":""#)
      line += stemHex
      for index in keyEnd.indices { line.append(hexOf: keyEnd[index]) }
      line += middle
      appendQuoted([], id, to: &line)
      line.append(#","bitmap":""#)
      for position in 0..<bitmap.byteCount { line.append(hexOf: bitmap.byte(position)) }
      line.append(#"","days":["#)
      append(bitmap.days, to: &line)
      line.append("]")
      line += end
      let checksum = crc32(line.span.extracting(start..<line.count))
      line.append(#","checksum":""#)
      for byte in 0..<4 {
        line.append(hexOf: UInt8(truncatingIfNeeded: checksum >> (24 - 8 * byte)))
      }
      line.append(#""}"#)
    }

    private func append(_ days: LoginDays, to line: inout [UInt8]) {
      var isFirst = true
      for day in 1...31 where days.contains(day: day) {
        if !isFirst { line.append(UInt8(ascii: ",")) }
        if day > 9 { line.append(UInt8(ascii: "0") + UInt8(day / 10)) }
        line.append(UInt8(ascii: "0") + UInt8(day % 10))
        isFirst = false
      }
    }

    /// The text of both parts together as a JSON string. Nearly always it is made of plain letters and
    /// digits, which stand for themselves.
    private func appendQuoted(_ first: [UInt8], _ second: Span<UInt8>, to line: inout [UInt8]) {
      let start = line.count
      line.append(UInt8(ascii: "\""))
      line += first
      for index in second.indices { line.append(second[index]) }
      guard line[(start + 1)...].allSatisfy(standsForItself) else {
        let text = String(decoding: line[(start + 1)...], as: UTF8.self)
        line.removeSubrange(start...)
        line += JSONText.quoted(text).utf8
        return
      }
      line.append(UInt8(ascii: "\""))
    }
  }
}

private func standsForItself(_ byte: UInt8) -> Bool {
  (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

extension [UInt8] {
  fileprivate mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { self += $0 }
  }
}

/// `2026-11-20T03:04:05Z`
private func utcText(_ instant: Int) -> String {
  let day = LocalClock.utc.day(at: instant)
  let second = instant - day.index * 86_400
  let parts = [second / 3600, second / 60 % 60, second % 60]
  return "\(day)T" + parts.map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":") + "Z"
}
