import Foundation
import Synchronization
import TestServers

/// A server that speaks just enough of the protocol to greet a client, let it in, and ask it for a
/// file whatever the client asked for. It keeps every byte it is sent.
///
/// A packet is 3 bytes of length, 1 of sequence, then its content. It offers no TLS.
/// Source: <https://mariadb.com/kb/en/clientserver-protocol/>
final class RogueServer: Sendable {
  let socketPath: String
  private let folder: String
  private let listener: Int32
  private let received = Mutex<[UInt8]>([])
  private let isOver = Atomic(false)

  /// What the first statement is answered with.
  init(answer: [UInt8]) throws {
    folder = try PrivateFolder.make()
    socketPath = "\(folder)/rogue.sock"
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
    let isListening = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isListening, listen(listener, 1) == 0 else { throw TestFailure("no rogue server") }
    Thread.detachNewThread { [self, listener] in
      let client = accept(listener, nil, nil)
      serve(client, answer)
      close(client)
      isOver.store(true, ordering: .sequentiallyConsistent)
    }
  }

  deinit {
    close(listener)
    try? PrivateFolder.remove(folder)
  }

  /// Everything the client sent until it went away; nil where it is still there.
  func bytesReceived() -> [UInt8]? {
    let ended = eventually(within: 10) { isOver.load(ordering: .sequentiallyConsistent) }
    return ended ? received.withLock { $0 } : nil
  }

  private func serve(_ client: Int32, _ answer: [UInt8]) {
    send(RogueServer.greeting, 0, client)
    guard receive(client) else { return }
    send(RogueServer.ok, 2, client)
    guard receive(client) else { return }
    send(answer, 1, client)
    // What follows the request for a file is what the rogue is after.
    if receive(client) { send(RogueServer.ok, 3, client) }
    while receive(client) {}
  }

  private func send(_ content: [UInt8], _ sequence: UInt8, _ client: Int32) {
    let packet = [UInt8(content.count & 255), UInt8(content.count >> 8), 0, sequence] + content
    _ = Foundation.send(client, packet, packet.count, Int32(MSG_NOSIGNAL))
  }

  /// False where the client went away.
  private func receive(_ client: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(client, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    received.withLock { $0 += buffer[..<count] }
    return true
  }

  /// Protocol 10, the capabilities of a modern server but CLIENT_SSL (0x0800), native passwords.
  private static let greeting: [UInt8] =
    [10] + Array("10.11.0-MariaDB\0".utf8) + [1, 0, 0, 0] + Array("12345678\0".utf8)
    + [0xFE, 0xF7, 45, 2, 0, 0xFF, 0x81, 21] + [UInt8](repeating: 0, count: 10)
    + Array("901234567890\0mysql_native_password\0".utf8)

  private static let ok: [UInt8] = [0, 0, 0, 2, 0, 0, 0]
}
