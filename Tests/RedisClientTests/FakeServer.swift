import Foundation
import Glibc
import Synchronization
import Testing

/// A server that answers each request with the next bytes of a list, whatever was asked: for
/// replies that no real Redis would give.
///
/// Every connection starts the list anew. After the last answer the server hangs up, or says nothing
/// more. It listens on a unix socket in a folder of its own.
final class FakeServer: Sendable {
  enum End: Sendable {
    case hangUp
    case silence
    /// Sends these bytes over and over, until the other side hangs up.
    case flood([UInt8])
  }

  let socketPath: String
  private let folder: URL
  private let listener: Int32
  private let connections = Mutex(0)
  private let received = Mutex<[UInt8]>([])

  /// How many clients have connected so far.
  var connectionCount: Int { connections.withLock { $0 } }
  /// All that clients sent so far.
  var request: String { received.withLock { String(decoding: $0, as: UTF8.self) } }

  init(_ answers: [String], then end: End = .hangUp) throws {
    folder = URL(filePath: "/tmp").appending(component: "fake-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    let path = folder.appending(component: "s").path
    socketPath = path
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    listener = descriptor
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0 && listen(descriptor, 8) == 0)
    let thread = Thread { [weak self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0, let self else { return }
        self.connections.withLock { $0 += 1 }
        Thread { self.serve(client, answers.map { Array($0.utf8) }, end) }.start()
      }
    }
    thread.start()
  }

  deinit {
    // Wakes the accepting thread, which a close alone would leave waiting.
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    try? FileManager.default.removeItem(at: folder)
  }

  private func serve(_ client: Int32, _ answers: [[UInt8]], _ end: End) {
    defer { close(client) }
    for answer in answers {
      guard read(client), write(answer, to: client) else { return }
    }
    switch end {
    case .hangUp: return
    case .silence: while read(client) {}
    case .flood(let bytes): while write(bytes, to: client) {}
    }
  }

  /// One request is one read: the tests send short ones and wait for their replies.
  private func read(_ client: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(client, &buffer, buffer.count)
    guard count > 0 else { return false }
    received.withLock { $0 += buffer[..<count] }
    return true
  }

  private func write(_ bytes: [UInt8], to client: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
