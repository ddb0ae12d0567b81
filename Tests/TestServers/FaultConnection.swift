import Glibc

/// One connection through a fault proxy: a client's socket and the one to the server.
final class FaultConnection {
  let client: Int32
  let server: Int32
  private(set) var isOver = false

  private let wire: FaultProxy.Wire
  private let plan: FaultPlan
  private var fromClient: [UInt8] = []
  private var fromServer: [UInt8] = []
  /// Forwarded and not answered yet, in order.
  private var awaited: [FaultMessage] = []

  /// Takes the client's socket over; nil where the plan or the server does not let it connect.
  ///
  /// Connecting is a message too; a MySQL server answers it with its greeting.
  init?(_ wire: FaultProxy.Wire, client: Int32, serverPath: String, plan: FaultPlan) {
    let message = plan.register(wire, "CONNECT")
    let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    self.client = client
    self.server = server
    self.wire = wire
    self.plan = plan
    plan.connected()
    guard plan.strike(message, at: .beforeForwarding) == .goOn,
      withUnixAddress(serverPath, { connect(server, $0, $1) }) == 0,
      plan.strike(message, at: .afterForwarding) == .goOn
    else {
      close()
      return nil
    }
    if wire == .mysql { awaited.append(message) }
  }

  func close() {
    guard !isOver else { return }
    isOver = true
    for socket in [client, server] {
      // Closing alone would leave it open where a child that is just being started has a copy.
      shutdown(socket, Int32(SHUT_RDWR))
      Glibc.close(socket)
    }
    plan.disconnected()
  }

  func relayFromClient() {
    guard receive(from: client, into: &fromClient) else { return close() }
    while let length = wire.lengthOfFirst(fromClient[...]) {
      let bytes = fromClient.prefix(length)
      let message = plan.register(wire, wire.text(of: bytes))
      guard plan.strike(message, at: .beforeForwarding) == .goOn, send(bytes, to: server),
        plan.strike(message, at: .afterForwarding) == .goOn
      else { return close() }
      if wire.isAnswered(message.text) { awaited.append(message) }
      fromClient.removeFirst(length)
    }
  }

  func relayFromServer() {
    let isOpen = receive(from: server, into: &fromServer)
    while let length = wire.lengthOfFirst(fromServer[...]) {
      // Redis answers each command with one value. All packets of a MySQL server belong to the one
      // statement under way, and the first of them says that it was done.
      let answered = awaited.isEmpty ? nil : awaited.removeFirst()
      guard relayReply(fromServer.prefix(length), to: answered) else { return close() }
      fromServer.removeFirst(length)
    }
    if !isOpen { close() }
  }

  private func relayReply(_ bytes: ArraySlice<UInt8>, to message: FaultMessage?) -> Bool {
    guard let message else { return send(bytes, to: client) }
    guard plan.strike(message, at: .beforeReply) == .goOn else { return false }
    let half = bytes.prefix(bytes.count / 2)
    return send(half, to: client) && plan.strike(message, at: .withinReply) == .goOn
      && send(bytes[half.endIndex...], to: client)
  }

  /// False where the other side has gone.
  private func receive(from socket: Int32, into buffer: inout [UInt8]) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    buffer += chunk[..<count]
    return true
  }

  private func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
    let slice = plan.slicesBytes ? 1 : bytes.count
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, min(slice, $0.count), Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
      if plan.slicesBytes { waitUntilRead(socket) }
    }
    return true
  }

  /// Waits a moment for the other side to take what was sent: bytes that lie together in its buffer
  /// would be read together.
  private func waitUntilRead(_ socket: Int32) {
    for _ in 0..<200 {
      // SIOCOUTQ: what was sent and is not read yet.
      var unread: Int32 = 0
      guard ioctl(socket, 0x5411, &unread) == 0, unread > 0 else { return }
      sched_yield()
    }
  }
}
