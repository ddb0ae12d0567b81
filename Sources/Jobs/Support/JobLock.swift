internal import Glibc
internal import RedisClient
internal import RedisStore

/// One run of a job at a time: an flock on a file of its own, which ends with the process however it
/// ends.
///
/// It only saves work. Two runs at once would still end in the same totals, which is why `--no-lock`
/// exists and why a lock file that lies elsewhere for another user does no harm.
struct JobLock: ~Copyable {
  private let file: OwnedDescriptor

  /// Takes the lock of `job` on the Redis that `context` works on, or throws at once:
  /// `tryAgain` where another run holds it, `cannotCreate` or `noPermission` where the directory or
  /// the file is not what it should be.
  init(job: String, context: JobContext, directory path: String) throws(JobFailure) {
    let directory = try LockDirectory(path)
    let name = JobLock.fileName(job: job, context: context)
    let place = "\(path)/\(name)"
    // O_NONBLOCK: opening a FIFO that somebody put there must not wait for ever.
    let opened = openat(
      directory.descriptor.number, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
      0o600)
    guard opened >= 0 else { throw JobLock.refusal(place, errno) }
    let file = OwnedDescriptor(opened)
    try JobLock.checkFile(opened, place)
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      guard code == EWOULDBLOCK else { throw JobLock.refusal(place, code) }
      throw JobFailure(
        .tryAgain, "another `tally \(job)` is running (\(JobLock.holder(opened)), \(place))",
        hint: "Wait for it to end; --no-lock runs beside it, which is safe but does the work twice."
      )
    }
    JobLock.writeHolder(opened)
    self.file = file
  }

  /// `adstat-archive-day-6f1c….lock`: the job, and what Redis and which keys it works on.
  static func fileName(job: String, context: JobContext) -> String {
    let address =
      switch context.redis.address {
      case .tcp(let host, let port): "tcp \(host):\(port)"
      case .unix(let path): "unix \(path)"
      }
    let place = Array("\(address) \(context.redis.database) ".utf8) + context.keyspace.prefix
    let digits = String(fnv1a(place), radix: 16)
    let hash = String(repeating: "0", count: 16 - digits.count) + digits
    return job.split(separator: " ").joined(separator: "-") + "-\(hash).lock"
  }

  /// What the lock of a job would stop at, without making anything. A directory that is not there yet
  /// is looked for in the one it would be made in.
  static func fault(ofDirectory path: String) -> JobFailure? {
    do {
      _ = try LockDirectory(existing: path)
      return access(path, W_OK | X_OK) == 0 ? nil : refusal(path, errno)
    } catch {
      guard access(path, F_OK) != 0, errno == ENOENT else { return error }
      var parent = path[...]
      repeat {
        parent = parent.lastIndex(of: "/").map { parent[..<$0] } ?? "."
        if parent.isEmpty { parent = "/" }
      } while access(String(parent), F_OK) != 0 && parent != "/" && parent != "."
      return access(String(parent), W_OK | X_OK) == 0 ? nil : refusal(path, errno)
    }
  }

  private static func checkFile(_ descriptor: Int32, _ place: String) throws(JobFailure) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw refusal(place, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw JobFailure(.cannotCreate, "lock \(place): not a regular file", hint: "Remove it.")
    }
    guard status.st_uid == geteuid() else {
      throw JobFailure(
        .noPermission, "lock \(place): belongs to user \(status.st_uid), not to us", hint: oneUser)
    }
  }

  static func refusal(_ place: String, _ code: Int32) -> JobFailure {
    JobFailure(
      code == EACCES || code == EPERM ? .noPermission : .cannotCreate,
      "lock \(place): \(String(cString: strerror(code)))", hint: oneUser)
  }

  static let oneUser =
    "Run tally as one user, or name a directory of its own with --lock-dir or TALLY_LOCK_DIR."

  /// The process id stands in the file for people; what holds is the flock.
  private static func writeHolder(_ descriptor: Int32) {
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0 else { return }
    _ = pwrite(descriptor, text, text.count, 0)
  }

  private static func holder(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? "process unknown" : "process \(String(decoding: digits, as: UTF8.self))"
  }
}

/// The directory of the lock files, made with mode 0700 where it is missing.
private struct LockDirectory: ~Copyable {
  let descriptor: OwnedDescriptor

  init(_ path: String) throws(JobFailure) {
    LockDirectory.make(path)
    try self.init(existing: path)
  }

  init(existing path: String) throws(JobFailure) {
    let opened = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard opened >= 0 else { throw JobLock.refusal(path, errno) }
    let descriptor = OwnedDescriptor(opened)
    var status = stat()
    guard fstat(opened, &status) == 0 else { throw JobLock.refusal(path, errno) }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw JobFailure(
        .noPermission, "lock directory \(path): belongs to user \(status.st_uid), not to us",
        hint: JobLock.oneUser)
    }
    guard status.st_mode & 0o022 == 0 else {
      throw JobFailure(
        .noPermission, "lock directory \(path): others may write in it",
        hint: "Take that right away, `chmod go-w \(path)`, or name another with --lock-dir.")
    }
    self.descriptor = descriptor
  }

  /// As `mkdir -p`. A failure shows when the directory is opened, with the reason that matters.
  private static func make(_ path: String) {
    var position = path.startIndex
    while position < path.endIndex {
      let end = path[position...].dropFirst().firstIndex(of: "/") ?? path.endIndex
      mkdir(String(path[..<end]), 0o700)
      position = end
    }
  }
}

/// A file descriptor that is closed when its owner goes.
private struct OwnedDescriptor: ~Copyable {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close(number) }
}

/// The 64-bit FNV-1a hash: short, and the same on every machine and in every release.
/// Source: <https://www.rfc-editor.org/rfc/rfc9923>
private func fnv1a(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
