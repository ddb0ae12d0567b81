public import Glibc

/// Asks a server on a unix socket whether it is there: sends `request`, returns the first bytes it
/// answers, and nil where nobody does within a second.
func firstBytes(from path: String, sending request: String = "") -> [UInt8]? {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var patience = timeval(tv_sec: 1, tv_usec: 0)
  setsockopt(
    descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  guard connectUnix(descriptor, path) else { return nil }
  let bytes = Array(request.utf8)
  guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
    return nil
  }
  var answer = [UInt8](repeating: 0, count: 512)
  let count = recv(descriptor, &answer, answer.count, 0)
  return count > 0 ? Array(answer[..<count]) : nil
}

private func connectUnix(_ descriptor: Int32, _ path: String) -> Bool {
  withUnixAddress(path) { connect(descriptor, $0, $1) } == 0
}

/// Gives `body` the address of the socket at `path` as C wants it; -1 where the path is too long.
public func withUnixAddress(
  _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let name = Array(path.utf8)
  guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
}

/// The number of a TCP port that was free a moment ago, for the few tests that are about TCP.
public func freeTCPPort() throws -> Int {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isBound = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
    }
  }
  guard isBound else { throw TestFailure("no free TCP port: \(lastError())") }
  return Int(UInt16(bigEndian: address.sin_port))
}
