internal import Rules
internal import SystemPackage

/// The file that keeps what leaves Redis: `loginlog-expired-<YYYY-MM-DD>.jsonl`, one line a bitmap.
///
/// Its name never derives from a key. It is opened when the first line is due and only ever grows.
final class ExpiryLog {
  /// The file's name; the day is the local day on which the run began.
  let name: String
  private let path: String
  private let directory: FileDescriptor
  private var state = State.unopened

  private enum State {
    case unopened
    case open(FileDescriptor)
    /// A write or an fsync failed: what is on the disk is unknown, and a second fsync of the same
    /// descriptor may report success for pages that were lost.
    case broken
  }

  /// Looks at the directory and touches nothing, so that a wrong one is refused before any work.
  init(directory path: String, day: CivilDay) throws(JobFailure) {
    name = "loginlog-expired-\(day).jsonl"
    self.path = path + "/" + name
    directory = try FileDescriptor.openLogDirectory(path)
  }

  deinit {
    if case .open(let file) = state { try? file.close() }
    try? directory.close()
  }

  /// Appends a line for every bitmap, whose key is the stem of its group and its id, and waits until the disk has them; only then gives the receipt
  /// back, so that nothing can be forgotten that was not logged.
  ///
  /// If the run dies in here, lines stand in the file for bitmaps that are still in Redis. The next run
  /// logs them again, which is harmless: putting lines back is an OR.
  func append(
    _ merged: consuming Merged<LoginRun>, stem: (LoginGroup) -> [UInt8], loggedAt: Int
  ) throws(JobFailure) -> Merged<LoginRun> {
    let file = try openedFile()
    state = .broken
    do {
      let run = merged.value
      let lines = run.groups.map {
        ExpiryLogLine.Writer(of: $0, stem: stem($0), loggedAt: loggedAt)
      }
      var buffer: [UInt8] = []
      for index in run.indices {
        let id = run.ids.span.extracting(run.idRange(index))
        lines[run.group(index)].append(id, run.bitmap(index), to: &buffer)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count > 1 << 18 {
          try file.writeAll(buffer)
          buffer.removeAll(keepingCapacity: true)
        }
      }
      try file.writeAll(buffer)
      try file.sync()
    } catch {
      try? file.close()
      throw JobFailure(
        .inputOutput, "cannot write \(path): \(error)",
        hint: "Nothing was deleted for want of a log line; make room and run again.")
    }
    state = .open(file)
    return merged
  }

  private func openedFile() throws(JobFailure) -> FileDescriptor {
    switch state {
    case .open(let file): return file
    case .broken: throw JobFailure(.inputOutput, "\(path) failed before and is not written again")
    case .unopened: break
    }
    let file = try FileDescriptor.openLog(name, in: directory, path: path)
    do {
      try file.endTornLine()
      // A file whose name is not on the disk is lost with all its lines. Also for a file that was
      // there: the run that made it may have died before this.
      try directory.sync()
    } catch {
      try? file.close()
      state = .broken
      throw JobFailure(.inputOutput, "cannot write \(path): \(error)")
    }
    state = .open(file)
    return file
  }
}
