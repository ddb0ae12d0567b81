import Glibc

/// One run's way to its two servers, on which every request waits until it is let through.
///
/// A run asks one thing at a time and waits for the answer, so that a run whose request is held stands
/// still. Whoever lets the requests of several runs through, one by one, decides in which order they
/// meet the servers: a schedule made from a seed is played again by the same seed.
///
/// Answers are passed on at once. Used by the thread of one schedule alone.
final class Turnstile {
  enum Server: Equatable { case redis, mysql }

  final class Link {
    let server: Server
    fileprivate let toRun: Int32
    /// Nil on the link of a dead run, which leads nowhere.
    fileprivate let toServer: Int32?
    fileprivate(set) var held: [UInt8]?
    /// Since when an answer is due, on the monotonic clock.
    fileprivate(set) var sentAt: ContinuousClock.Instant?
    fileprivate var losesReply = false

    fileprivate init(_ server: Server, toRun: Int32, toServer: Int32?) {
      self.server = server
      self.toRun = toRun
      self.toServer = toServer
    }
  }

  let redisPath: String
  let mysqlPath: String
  /// How many requests came so far, the one that is held among them.
  private(set) var requestCount = 0
  private(set) var links: [Link] = []
  private(set) var isDead = false
  private let listeners: [(server: Server, descriptor: Int32)]
  private let targets: (redis: String, mysql: String)

  /// `path` is where its two sockets come to lie, with one letter more.
  init(path: String, redis: String, mysql: String) throws {
    redisPath = "\(path)r"
    mysqlPath = "\(path)m"
    targets = (redis, mysql)
    listeners = [
      (.redis, try UnixSockets.listen(at: redisPath)),
      (.mysql, try UnixSockets.listen(at: mysqlPath)),
    ]
  }

  deinit {
    for link in links { closeEnds(of: link) }
    for listener in listeners { close(listener.descriptor) }
    unlink(redisPath)
    unlink(mysqlPath)
  }

  /// The request that waits, if one does.
  var heldLink: Link? { links.first { $0.held != nil } }
  /// The link on which an answer is due.
  var awaitedLink: Link? { links.first { $0.sentAt != nil } }

  /// Lets the request that waits through. With `losingReply` the link is cut when its answer comes.
  func forward(losingReply: Bool = false) {
    guard let link = heldLink, let bytes = link.held, let server = link.toServer else { return }
    link.held = nil
    link.sentAt = .now
    link.losesReply = losingReply
    if !UnixSockets.send(bytes, to: server) { cut(link) }
  }

  /// The request that waits is never sent, and its link is cut.
  func loseRequest() {
    if let link = heldLink { cut(link) }
  }

  /// Cuts all links to a server, as it does when it drops a session.
  func cutLinks(to server: Server) {
    for link in links where link.server == server { cut(link) }
  }

  /// What a server sees of a run that was killed: its links end and no new one comes. A thread cannot
  /// be killed; it is told with each new link that it may not come in, which it does not ask twice.
  func die() {
    isDead = true
    for link in links { cut(link) }
  }

  private func cut(_ link: Link) {
    closeEnds(of: link)
    links.removeAll { $0 === link }
  }

  private func closeEnds(of link: Link) {
    UnixSockets.end(link.toRun)
    if let server = link.toServer { UnixSockets.end(server) }
  }
}

// MARK: - Waiting

extension Turnstile {
  /// All descriptors on which something may come.
  fileprivate var descriptors: [Int32] {
    listeners.map(\.descriptor) + links.flatMap { [$0.toRun, $0.toServer].compactMap { $0 } }
  }

  fileprivate func act(on ready: Set<Int32>) throws {
    for link in links {
      if let server = link.toServer, ready.contains(server) { answer(link, from: server) }
    }
    for link in links where ready.contains(link.toRun) { hold(link) }
    for listener in listeners where ready.contains(listener.descriptor) {
      try admit(listener.descriptor, to: listener.server)
    }
  }

  private func answer(_ link: Link, from server: Int32) {
    guard let bytes = UnixSockets.receive(server), !link.losesReply,
      UnixSockets.send(bytes, to: link.toRun)
    else { return cut(link) }
    link.sentAt = nil
  }

  private func hold(_ link: Link) {
    guard let bytes = UnixSockets.receive(link.toRun) else { return cut(link) }
    guard link.toServer != nil else { return }
    if link.held == nil { requestCount += 1 }
    link.held = (link.held ?? []) + bytes
  }

  private func admit(_ listener: Int32, to server: Server) throws {
    guard let run = UnixSockets.accept(listener) else { return }
    if isDead {
      let refusal: [UInt8]
      switch server {
      case .redis: refusal = Array("-NOAUTH this run was killed\r\n".utf8)
      // Three bytes of length, a number, the mark of an error, its code: 1045, access denied.
      case .mysql: refusal = [7, 0, 0, 0, 0xff, 0x15, 0x04] + Array("dead".utf8)
      }
      _ = UnixSockets.send(refusal, to: run)
      links.append(Link(server, toRun: run, toServer: nil))
      return
    }
    let path = server == .redis ? targets.redis : targets.mysql
    guard let open = try UnixSockets.connect(to: path) else {
      UnixSockets.end(run)
      return
    }
    links.append(Link(server, toRun: run, toServer: open))
  }

  /// Waits until something comes at any of the turnstiles, or `bell` rings, and deals with it.
  static func wait(at turnstiles: [Turnstile], bell: Bell, milliseconds: Int32) throws {
    var polled = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
    for turnstile in turnstiles {
      polled += turnstile.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    }
    guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return }
    if polled[0].revents != 0 { bell.silence() }
    let ready = Set(polled.dropFirst().lazy.filter { $0.revents != 0 }.map(\.fd))
    for turnstile in turnstiles { try turnstile.act(on: ready) }
  }
}

/// Wakes whoever waits at the turnstiles: a run that ended sends nothing any more.
final class Bell: Sendable {
  /// Readable while it rings.
  let descriptor: Int32
  private let rope: Int32

  init() throws { (descriptor, rope) = try UnixSockets.pair() }

  deinit {
    close(descriptor)
    close(rope)
  }

  func ring() { _ = write(rope, [1], 1) }

  fileprivate func silence() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) > 0 {}
  }
}
