import Glibc

/// Where a test may put what it wants to find again.
public enum PrivateFolder {
  /// Makes an empty folder that only this user may enter, with a path short enough for a unix socket
  /// in it (107 bytes at most). In memory where there is room: a test's servers need no disk.
  ///
  /// Whoever makes one removes it when done; what is left goes with the test run, however that ends.
  public static func make() throws -> String {
    var template = Array("\(try runFolder.get())/XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp: \(lastError())") }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Removes the folder and all that is in it.
  public static func remove(_ path: String) throws {
    _ = try Child.run(["rm", "-rf", "--", path])
  }

  /// Removed by a shell that waits for this process to close its end of the line. It tries for a while:
  /// a server that is just being killed may still write into its folder.
  private static let runFolder = Result {
    var template = Array("\(base)/tally-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp in \(base): \(lastError())") }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let ends = try makeLine()
    defer { close(ends.theirs) }
    let script =
      "read -r _; for _ in 1 2 3 4 5 6 7 8 9; do rm -rf -- \"$1\" && break; sleep 0.3; done"
    _ = try Child(["sh", "-c", script, "sweeper", folder], stdin: .descriptor(ends.theirs))
    return folder
  }

  static let base: String = {
    let inMemory = "/dev/shm"
    if access(inMemory, W_OK) == 0, freeBytes(inMemory) > 2 << 30 { return inMemory }
    let asked = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return asked.isEmpty || asked.utf8.count > 60 ? "/tmp" : asked
  }()

  private static func freeBytes(_ path: String) -> UInt {
    var volume = statvfs()
    guard statvfs(path, &volume) == 0 else { return 0 }
    return volume.f_bavail * volume.f_frsize
  }
}

/// Something of the test set-up did not work; never thrown by what is being tested.
public struct TestFailure: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

func lastError() -> String { String(cString: strerror(errno)) }

/// Asks again and again until `isTrue`, for at most `seconds`.
public func eventually(within seconds: Double = 30, _ isTrue: () throws -> Bool) rethrows -> Bool {
  let end = monotonicSeconds() + seconds
  repeat {
    if try isTrue() { return true }
    usleep(2000)
  } while monotonicSeconds() < end
  return false
}

func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}
