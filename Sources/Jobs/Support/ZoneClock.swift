internal import Glibc
public import Rules

/// Reads a time zone's rules from the system's zone data.
///
/// The zone file is read here and not by the C library, for two reasons: the library silently counts
/// in UTC where a zone is missing, and it knows one zone a process, changed through the environment.
///
/// A zone that is not installed is an error (exit 78), never UTC. `UTC` itself needs no file.
public func localClock(zone name: String) throws(JobFailure) -> LocalClock {
  if name == "UTC" { return .utc }
  guard isZoneName(name) else {
    throw JobFailure(
      .configuration, "time zone \(printable(name.utf8)): no name of a zone",
      hint: "Accepted are names such as UTC, Europe/Berlin or America/New_York.")
  }
  let directory = zoneDirectory()
  guard let bytes = contents(of: "\(directory)/\(name)") else {
    let hasZones =
      access("\(directory)/Etc/UTC", R_OK) == 0 || access("\(directory)/UTC", R_OK) == 0
    throw JobFailure(
      .configuration, "time zone \(name): not found in \(directory)",
      hint: hasZones
        ? "Names are those of the IANA data base, such as Europe/Berlin; case matters."
        : "The zone data are not installed: install the package tzdata.")
  }
  guard let zone = ZoneFile(bytes) else {
    throw JobFailure(
      .configuration, "time zone \(name): \(directory)/\(name) is no zone file that tally can read",
      hint: "Install the package tzdata anew.")
  }
  return LocalClock { zone.utcOffsetSeconds(at: $0) }
}

/// The zone of this machine, by which cron starts the jobs: that of TZ, else of `/etc/localtime`, else
/// UTC, as the C library does.
func machineClock() -> LocalClock {
  if let name = getenv("TZ").map({ String(cString: $0) }), !name.isEmpty {
    return (try? localClock(zone: name.hasPrefix(":") ? String(name.dropFirst()) : name)) ?? .utc
  }
  guard let zone = contents(of: "/etc/localtime").flatMap({ ZoneFile($0) }) else { return .utc }
  return LocalClock { zone.utcOffsetSeconds(at: $0) }
}

/// Relative, without `.` or `..`, and of the characters that zone names have: nothing that could lead
/// out of the directory, and no rule such as `EST5EDT4,M3.2.0`.
private func isZoneName(_ name: String) -> Bool {
  guard (1...64).contains(name.utf8.count) else { return false }
  return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
    !part.isEmpty && part.utf8.first != UInt8(ascii: "-")
      && part.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
          UInt8(ascii: "+"):
          true
        default: false
        }
      }
  }
}

private func zoneDirectory() -> String {
  getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
}

/// All of a regular file of at most 1 MB, far more than any zone needs; nil where it cannot be read.
private func contents(of path: String) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
    status.st_size <= 1 << 20
  else { return nil }
  var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
  return read(descriptor, &bytes, bytes.count) == bytes.count ? bytes : nil
}
