internal import Glibc

/// A file in blocks of whole lines, in bounded memory however long it is.
struct LineBlocks {
  private static let blockByteCount = 1 << 20
  /// A line has to be in memory as a whole.
  static let lineByteCountMax = 64 << 20

  private let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Hands over block after block; each ends with a line feed, but for the last one, which may not.
  func forEach(_ interruption: Interruption, _ body: (Span<UInt8>) throws -> Void) throws {
    var buffer = [UInt8](repeating: 0, count: LineBlocks.blockByteCount)
    var filled = 0
    while true {
      let count = try read(into: &buffer, from: filled, interruption)
      guard count > 0 else {
        if filled > 0 { try body(buffer.span.extracting(0..<filled)) }
        return
      }
      let end = lastLineEnd(in: buffer.span, filled..<filled + count)
      filled += count
      if let end {
        try body(buffer.span.extracting(0..<end))
        moveToFront(&buffer, end..<filled)
        filled -= end
      } else if filled == buffer.count {
        guard filled < LineBlocks.lineByteCountMax else {
          throw RefusedKey(
            key: Array("stdin".utf8),
            reason: "has a line of more than \(LineBlocks.lineByteCountMax >> 20) MB")
        }
        buffer += [UInt8](repeating: 0, count: buffer.count)
      }
    }
  }

  /// How long a signal may go unnoticed while nothing comes: it may be handled by another thread.
  private static let pollMilliseconds: Int32 = 100

  /// Waits by `poll`, a while at a time: a read would go on after a signal.
  private func read(
    into buffer: inout [UInt8], from start: Int, _ interruption: Interruption
  ) throws(JobFailure) -> Int {
    while true {
      try interruption.check()
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, LineBlocks.pollMilliseconds)
      if ready == 0 { continue }
      let count =
        ready < 0
        ? -1
        : buffer.withUnsafeMutableBytes { bytes in
          Glibc.read(descriptor, bytes.baseAddress! + start, bytes.count - start)
        }
      if count >= 0 { return count }
      guard errno == EINTR || errno == EAGAIN else {
        throw JobFailure(.inputOutput, "stdin: \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Behind the last line feed of a part.
  private func lastLineEnd(in bytes: Span<UInt8>, _ part: Range<Int>) -> Int? {
    var index = part.upperBound
    while index > part.lowerBound {
      if bytes[index - 1] == UInt8(ascii: "\n") { return index }
      index -= 1
    }
    return nil
  }

  private func moveToFront(_ buffer: inout [UInt8], _ part: Range<Int>) {
    buffer.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      memmove(start, start + part.lowerBound, part.count)
    }
  }
}
