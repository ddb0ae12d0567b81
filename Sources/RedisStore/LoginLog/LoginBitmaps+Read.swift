internal import RedisClient
internal import Rules

// How a walk over the keys becomes bitmaps.
extension LoginBitmaps {
  /// Whether a key is a bitmap's, and of a month that is wanted.
  func select(
    _ key: Span<UInt8>, where isWanted: (Month) -> Bool, _ found: (Finding) -> Void
  ) -> Bool {
    do throws(LoginKeyFault) {
      return isWanted(try keys.parts(of: key).month)
    } catch {
      found(.malformed(key: copy(key), reason: error.description))
      return false
    }
  }

  /// Adds what came back for a key to the batch. False where it is nothing at all: an empty string, or no
  /// key any more, for which GETRANGE answers alike.
  func take(
    _ key: Span<UInt8>, _ reply: borrowing RedisReplyView, into batch: inout LoginBatch,
    _ found: (Finding) -> Void
  ) throws -> Bool {
    let isSomething: Bool? = reply.withBytes { bytes in
      guard !bytes.isEmpty else { return false }
      do throws(LoginBitmapFault) {
        try add(key, bytes, to: &batch)
      } catch {
        found(.malformed(key: copy(key), reason: error.description))
      }
      return true
    }
    if let isSomething { return isSomething }
    let other = reply.copy()
    guard other.errorCode == "WRONGTYPE" else { throw unexpected(other, of: "GETRANGE") }
    found(.malformed(key: copy(key), reason: "it is no string"))
    return true
  }

  /// Those of the keys that are there hold a bitmap without a day.
  func takeEmpty(_ keys: [[UInt8]], into batch: inout LoginBatch) throws {
    guard !keys.isEmpty else { return }
    let types = try connection.pipeline(keys.map { RedisCommand("TYPE", [$0]) })
    for (key, type) in zip(keys, types) where type != .status("none") {
      guard case .status = type else { throw unexpected(type, of: "TYPE") }
      try add(key.span, [UInt8]().span, to: &batch)
    }
  }

  func reportTTLs(of page: KeyPage, _ found: (Finding) -> Void) throws {
    let keys = (0..<page.count).map { Array(page.bytes[page.range($0)]) }
    let replies = try connection.pipeline(keys.map { RedisCommand("PTTL", [$0]) })
    for (key, reply) in zip(keys, replies) {
      // -1: no TTL; -2: no such key any more.
      guard case .integer(let milliseconds) = reply else { throw unexpected(reply, of: "PTTL") }
      if milliseconds >= 0 { found(.expiring(key: key, milliseconds: milliseconds)) }
    }
  }

  /// `key` is one that was selected.
  private func add(_ key: Span<UInt8>, _ bytes: Span<UInt8>, to batch: inout LoginBatch)
    throws(LoginBitmapFault)
  {
    guard let parts = try? keys.parts(of: key) else { return }
    let bitmap = try LoginBitmap(bytes: bytes, of: parts.month)
    batch.add(
      parts.month, type: key.extracting(parts.type), id: key.extracting(parts.id), bitmap)
  }

  func copy(_ key: Span<UInt8>) -> [UInt8] { key.withUnsafeBufferPointer { Array($0) } }
}

extension RedisRequest {
  /// One byte more than is accepted, so that a longer value shows itself.
  mutating func addRead(of key: Span<UInt8>) {
    begin("GETRANGE", wordCount: 3)
    add(key)
    add("0")
    add(LoginBitmap.byteCountMax)
  }
}
