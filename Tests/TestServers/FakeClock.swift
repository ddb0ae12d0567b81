import Glibc

/// A clock that a test sets, for processes that are started with its `environment`.
///
/// Works by libfaketime, which looks into the clock's file whenever the process asks for the time.
/// Timeouts are not affected: the monotonic clock stays the real one.
public final class FakeClock: Sendable {
  /// What a server or a tool needs in its environment to live by this clock.
  public let environment: [String: String]
  private let folder: String
  private var file: String { "\(folder)/clock" }

  /// A running clock that shows `text`, as in `2026-11-20 09:59:58`, in UTC.
  public init(at text: String) throws {
    guard let preload = Self.preload else {
      throw TestFailure("libfaketime is missing: run `make deps`")
    }
    folder = try PrivateFolder.make()
    environment = [
      // The C library's malloc goes before jemalloc, which asks for the time while it is being set up
      // and so would lock up libfaketime, and Redis with it.
      "LD_PRELOAD": "\(preload) libc.so.6", "FAKETIME_TIMESTAMP_FILE": "\(folder)/clock",
      "FAKETIME_NO_CACHE": "1", "FAKETIME_FMT": "%s", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    ]
    try set(to: text)
  }

  deinit { try? PrivateFolder.remove(folder) }

  /// Moves the clock, also backwards, in UTC; it runs on from there.
  public func set(to text: String) throws { try set(to: Self.seconds(text)) }

  /// The same for an instant in seconds since 1970.
  public func set(to seconds: Int) throws {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    // A distance from the real time, because an absolute one would count from the process' start.
    let distance = Double(seconds - now.tv_sec) - Double(now.tv_nsec) / 1e9
    let sign = distance < 0 ? "" : "+"
    try writeFile(file, "\(sign)\(distance)\n")
  }

  /// Stops the clock at `text`, in UTC.
  public func freeze(at text: String) throws { try writeFile(file, "\(Self.seconds(text))\n") }

  /// `2026-11-20 09:59:58` (UTC) in seconds since 1970.
  public static func seconds(_ text: String) throws -> Int {
    let numbers = text.split { "-: ".contains($0) }.compactMap { Int32($0) }
    guard numbers.count == 6, text.utf8.count == 19 else {
      throw TestFailure("not an instant like 2026-11-20 09:59:58: \(text)")
    }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
    return timegm(&parts)
  }

  /// Debian puts it into the folder of the machine's architecture.
  private static let preload: String? = {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob("/usr/lib/*/faketime/libfaketime.so.1", 0, nil, &found) == 0 else { return nil }
    return found.gl_pathv[0].map { String(cString: $0) }
  }()
}
