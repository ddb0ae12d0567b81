internal import Glibc
internal import SystemPackage

/// Sorted records on disk, in a file that has lost its name already: nobody else can open it, and it
/// goes with the process, however that ends.
final class SpillFile {
  private let file: FileDescriptor
  private let directory: String
  private var buffer: [UInt8] = []

  static let bufferBytes = 1 << 16

  init(in directory: String) throws(JobFailure) {
    self.directory = directory
    let path = FilePath("\(directory)/tally-\(UInt64.random(in: 0 ... .max))")
    do {
      file = try .open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: .ownerReadWrite)
    } catch {
      throw JobFailure(
        .cannotCreate, "cannot make a temporary file in \(directory): \(error)",
        hint: "Set TMPDIR to a directory with room for the sorting of many users.")
    }
    unlink(path.string)
  }

  deinit { try? file.close() }

  func append(_ record: LoginRecord) throws(JobFailure) {
    record.append(to: &buffer)
    if buffer.count >= SpillFile.bufferBytes { try flush() }
  }

  func flush() throws(JobFailure) {
    do {
      try file.writeAll(buffer)
      buffer.removeAll(keepingCapacity: true)
    } catch {
      throw JobFailure(
        .inputOutput, "cannot write a temporary file in \(directory): \(error)",
        hint: "Set TMPDIR to a directory with room for the sorting of many users.")
    }
  }

  /// Reads it from the beginning; all must have been flushed.
  func reader() throws(JobFailure) -> RecordReader { try RecordReader(self) }

  /// The bytes from an offset on, 64 KB at most; none at the end.
  fileprivate func bytes(from offset: Int64) throws(JobFailure) -> [UInt8] {
    do {
      return try [UInt8](unsafeUninitializedCapacity: SpillFile.bufferBytes) { buffer, count in
        count = try file.read(
          fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(buffer))
      }
    } catch {
      throw JobFailure(.inputOutput, "cannot read a temporary file in \(directory): \(error)")
    }
  }
}

/// Walks over sorted records, in memory or in a file.
struct RecordReader {
  /// Nil behind the last one.
  private(set) var current: LoginRecord?
  private let records: [LoginRecord]
  private var position = 0
  private let file: SpillFile?
  private var offset: Int64 = 0
  private var bytes: [UInt8] = []

  init(_ records: [LoginRecord]) {
    self.records = records
    file = nil
    current = records.first
  }

  fileprivate init(_ file: SpillFile) throws(JobFailure) {
    records = []
    self.file = file
    try advance()
  }

  /// Both must have a current record.
  func isBefore(_ other: RecordReader) -> Bool {
    guard let current, let otherRecord = other.current else { return current != nil }
    return current < otherRecord
  }

  mutating func advance() throws(JobFailure) {
    guard let file else {
      position += 1
      current = position < records.count ? records[position] : nil
      return
    }
    if let next = LoginRecord.read(bytes[position...]) {
      position += next.byteCount
      current = next.record
      return
    }
    // What is left of a record at the end of the buffer is read again with what follows.
    offset += Int64(position)
    position = 0
    bytes = try file.bytes(from: offset)
    guard let next = LoginRecord.read(bytes[...]) else {
      guard bytes.isEmpty else {
        throw JobFailure(.inputOutput, "a temporary file ends in the middle of a record")
      }
      current = nil
      return
    }
    position = next.byteCount
    current = next.record
  }
}
