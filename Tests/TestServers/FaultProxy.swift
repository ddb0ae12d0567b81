import Foundation
import Glibc

/// Stands between a client and a server, relays whole messages, and lets go wrong what its plan says.
///
/// It listens on a unix socket of its own and goes with its last reference. One thread serves all its
/// connections: a message that is held up holds up all of them, so whoever shall not be hindered goes
/// to the server itself. TLS would blind it.
public final class FaultProxy: Sendable {
  public let socketPath: String
  /// Its other end is closed when the proxy goes, which ends the thread.
  private let line: Int32

  public init(_ wire: Wire, to serverPath: String, plan: FaultPlan) throws {
    let folder = try PrivateFolder.make()
    socketPath = "\(folder)/proxy.sock"
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0, withUnixAddress(socketPath, { bind(listener, $0, $1) }) == 0,
      listen(listener, 64) == 0
    else { throw TestFailure("\(socketPath): \(lastError())") }
    let ends = try makeLine()
    line = ends.ours
    let loop = Loop(
      wire: wire, serverPath: serverPath, plan: plan, listener: listener, line: ends.theirs)
    Thread.detachNewThread {
      loop.run()
      try? PrivateFolder.remove(folder)
    }
  }

  deinit { close(line) }

  public func redisURL(database: Int) -> String { "unix://\(socketPath)?db=\(database)" }

  public func mysqlURL(database: String, user: String = "root") -> String {
    "mysql://\(user)@localhost/\(database)?socket=\(socketPath)"
  }
}

/// The thread's work. Sendable because nobody but that thread touches it once it runs.
private final class Loop: @unchecked Sendable {
  private let wire: FaultProxy.Wire
  private let serverPath: String
  private let plan: FaultPlan
  private let listener: Int32
  private let line: Int32
  private var connections: [FaultConnection] = []

  init(
    wire: FaultProxy.Wire, serverPath: String, plan: FaultPlan, listener: Int32, line: Int32
  ) {
    self.wire = wire
    self.serverPath = serverPath
    self.plan = plan
    self.listener = listener
    self.line = line
  }

  func run() {
    while true {
      let open = [line, listener] + connections.flatMap { [$0.client, $0.server] }
      var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&polled, nfds_t(polled.count), -1) > 0 else { continue }
      if polled[0].revents != 0 { break }
      for (index, connection) in connections.enumerated() {
        if polled[2 + 2 * index].revents != 0 { connection.relayFromClient() }
        // What the client's message brought about may have closed it.
        if !connection.isOver, polled[3 + 2 * index].revents != 0 { connection.relayFromServer() }
      }
      connections.removeAll(where: \.isOver)
      if polled[1].revents != 0 { accept() }
    }
    for connection in connections { connection.close() }
    Glibc.close(listener)
    Glibc.close(line)
  }

  private func accept() {
    let client = Glibc.accept(listener, nil, nil)
    guard client >= 0 else { return }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    if let made = FaultConnection(wire, client: client, serverPath: serverPath, plan: plan) {
      connections.append(made)
    }
  }
}
