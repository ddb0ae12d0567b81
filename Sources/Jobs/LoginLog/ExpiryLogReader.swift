internal import Glibc
internal import Rules
internal import SystemPackage

/// Reads expiry logs line by line, in bounded memory: the disk's way back from a deletion.
struct ExpiryLogReader {
  /// One line, as it stands in the file or why it is none.
  enum Line {
    case bitmap(ExpiryLogLine)
    case refused(ExpiryLogFault)
    /// Longer than any line that was ever written; its content was passed over.
    case tooLong
  }

  /// A key of 1 KB, escaped and in hex, needs less than 10 KB.
  static let lineBytesMax = 1 << 16
  private static let chunkBytes = 1 << 18

  let path: String

  /// Throws where the file cannot be read, before anything is done with another one.
  func check() throws(JobFailure) { try? open().close() }

  /// Hands over every line that is not blank, with its number from 1. Line ends of others (CR LF) are
  /// accepted: the checksum tells whether anything else was touched.
  func forEachLine(_ body: (Int, Line) throws -> Void) throws {
    let file = try open()
    defer { try? file.close() }
    var rest: [UInt8] = []
    var number = 0
    var isPassingOver = false
    func end(_ line: ArraySlice<UInt8>) throws {
      number += 1
      defer { isPassingOver = false }
      if let read = isPassingOver ? .tooLong : ExpiryLogReader.read(line) { try body(number, read) }
    }
    while true {
      let chunk = try nextChunk(of: file)
      guard !chunk.isEmpty else { break }
      var start = chunk.startIndex
      while let newline = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try end(rest + chunk[start..<newline])
        rest.removeAll(keepingCapacity: true)
        start = newline + 1
      }
      if !isPassingOver { rest += chunk[start...] }
      if rest.count > ExpiryLogReader.lineBytesMax {
        isPassingOver = true
        rest.removeAll()
      }
    }
    if !rest.isEmpty || isPassingOver { try end(rest[...]) }
  }

  /// Nil for a blank line, which is what a repaired end leaves behind.
  private static func read(_ line: ArraySlice<UInt8>) -> Line? {
    guard line.count <= lineBytesMax else { return .tooLong }
    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    guard !line.isEmpty else { return nil }
    do throws(ExpiryLogFault) {
      return .bitmap(try ExpiryLogLine(String(decoding: line, as: UTF8.self)))
    } catch {
      return .refused(error)
    }
  }

  private func open() throws(JobFailure) -> FileDescriptor {
    do {
      return try .open(FilePath(path), .readOnly, options: .closeOnExec)
    } catch {
      let isDenied = error as? Errno == .permissionDenied
      throw JobFailure(
        isDenied ? .noPermission : .inputOutput, "cannot open \(path): \(error)")
    }
  }

  private func nextChunk(of file: FileDescriptor) throws(JobFailure) -> [UInt8] {
    do {
      return try [UInt8](unsafeUninitializedCapacity: ExpiryLogReader.chunkBytes) { buffer, count in
        count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
    } catch {
      throw JobFailure(.inputOutput, "cannot read \(path): \(error)")
    }
  }
}

extension ExpiryLogFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .torn: "the line is torn"
    case .wrongChecksum: "its checksum is wrong: it was altered or damaged"
    case .unknownSchema: "it was written by a later version of tally"
    case .missingField: "a field is missing"
    }
  }
}
