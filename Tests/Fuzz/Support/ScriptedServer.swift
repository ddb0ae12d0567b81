import Foundation
import Synchronization
import TestServers

/// A server on a unix socket that says what it was told to as soon as somebody connects, hangs up, and
/// listens to nothing: whatever the client asks, the next bytes are its answer.
final class ScriptedServer: Sendable {
  let socketPath: String
  private let script = Mutex<[UInt8]>([])
  /// One exchange a time.
  private let turn = Mutex(())

  /// Serves until the process ends.
  init() throws {
    socketPath = "\(try PrivateFolder.make())/s"
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard withUnixAddress(socketPath, { bind(listener, $0, $1) }) == 0, listen(listener, 8) == 0
    else { throw TestFailure("no scripted server") }
    Thread.detachNewThread { [self] in
      while true { serve(accept(listener, nil, nil)) }
    }
  }

  /// Runs `client`, which connects to a server that says `bytes`.
  func saying<Result>(_ bytes: [UInt8], to client: () throws -> Result) rethrows -> Result {
    try turn.withLock { _ in
      script.withLock { $0 = bytes }
      return try client()
    }
  }

  private func serve(_ client: Int32) {
    defer { close(client) }
    var rest = script.withLock { $0 }[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes {
        send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
    shutdown(client, Int32(SHUT_WR))
    // Closed with something unread, the client might lose what was said.
    var unread = [UInt8](repeating: 0, count: 4096)
    while recv(client, &unread, unread.count, 0) > 0 {}
  }
}
