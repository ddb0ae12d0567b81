internal import Glibc
internal import SystemPackage

// How the expiry log's file is opened and kept whole.
extension FileDescriptor {
  /// Opens the directory that log files lie in; it must be there, ours to write and nobody's to tamper
  /// with. It is not created: a missing mount would otherwise be filled up unseen.
  static func openLogDirectory(_ path: String) throws(JobFailure) -> FileDescriptor {
    let directory: FileDescriptor
    do {
      directory = try .open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
    } catch {
      throw JobFailure(
        error as? Errno == .permissionDenied ? .noPermission : .cannotCreate,
        "cannot open the log directory \(path): \(error)",
        hint: "Create it, owned by the account that runs tally, or set TALLY_LOG_DIR to another.")
    }
    do {
      let status = try directory.stat()
      let isOpenToAll = status.permissions.contains(.otherWrite)
      guard !isOpenToAll || status.permissions.contains(.saveText) else {
        throw JobFailure(
          .noPermission, "the log directory \(path) may be written by anybody",
          hint: "chmod o-w it; whoever writes there could take the log away.")
      }
      // The same question that creating a file will ask, asked before any work.
      guard faccessat(directory.rawValue, ".", W_OK | X_OK, AT_EACCESS) == 0 else {
        throw lastError
      }
      return directory
    } catch {
      try? directory.close()
      if let failure = error as? JobFailure { throw failure }
      throw JobFailure(.noPermission, "cannot write in the log directory \(path): \(error)")
    }
  }

  /// Opens the log for appending, creating it with mode 0600. What is no plain file of our own is
  /// refused: a symbolic link or a pipe that somebody put there would carry the lines elsewhere.
  /// `path` is for messages.
  static func openLog(_ name: String, in directory: FileDescriptor, path: String)
    throws(JobFailure) -> FileDescriptor
  {
    // Non-blocking, so that a pipe without a reader cannot hold the run.
    let flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
    let raw = openat(directory.rawValue, name, flags, 0o600)
    guard raw >= 0 else {
      let error = lastError
      let isDenied = error == .permissionDenied || error == .notPermitted
      throw JobFailure(
        isDenied ? .noPermission : .cannotCreate,
        error == .tooManySymbolicLinkLevels
          ? "\(path) is a symbolic link" : "cannot open \(path): \(error)")
    }
    let file = FileDescriptor(rawValue: raw)
    do {
      let status = try file.stat()
      guard status.type == .regular else {
        throw JobFailure(.cannotCreate, "\(path) is no plain file")
      }
      guard status.userID.rawValue == geteuid() else {
        throw JobFailure(.noPermission, "\(path) belongs to another user")
      }
      return file
    } catch {
      try? file.close()
      throw error as? JobFailure ?? JobFailure(.inputOutput, "cannot look at \(path): \(error)")
    }
  }

  /// Ends a last line that a run cut short by a crash or a full disk left without its newline, so that
  /// the next line stands alone.
  func endTornLine() throws {
    let size = try stat().size
    guard size > 0 else { return }
    let last = try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { buffer in
      try read(fromAbsoluteOffset: Int64(size) - 1, into: buffer) == 1 ? buffer[0] : nil
    }
    if last != UInt8(ascii: "\n") { try writeAll([UInt8(ascii: "\n")]) }
  }

  /// Waits until the disk has everything written so far.
  /// The corresponding C function is `fsync`.
  func sync() throws {
    guard fsync(rawValue) == 0 else { throw lastError }
  }
}

private var lastError: Errno { Errno(rawValue: errno) }
