internal import CHiredis
internal import Glibc

/// One open socket with hiredis' buffers around it; closed when it goes out of use.
///
/// After any failure the link is of no more use: hiredis keeps the error for ever, and a reply that
/// comes late would be taken for the answer to the next command.
final class HiredisLink {
  /// What broke, before anybody has said during which operation.
  struct Failure: Error {
    let kind: RedisError.Kind
    let message: String
  }

  private let context: UnsafeMutablePointer<redisContext>
  private let tree: UnsafeMutablePointer<ReplyTree>
  private var silenceSeconds: Double = 0
  /// While somebody looks at a reply, the next one must not take its place.
  private var isLookedAt = false

  /// Opens the socket; says nothing to the server yet.
  ///
  /// The corresponding C functions are `redisConnectWithTimeout` and `redisConnectUnixWithTimeout`.
  init(_ endpoint: RedisEndpoint) throws(Failure) {
    guard let context = try Self.open(endpoint) else {
      throw Failure(kind: .unreachable, message: "no memory for a connection")
    }
    guard context.pointee.err == 0 else {
      // hiredis hands out a context even when connecting failed, and only its error may be read.
      let timedOut = context.pointee.err == Self.timeoutCode || errno == ETIMEDOUT
      let message =
        timedOut
        ? "no connection within \(endpoint.connectTimeoutSeconds) s" : Self.message(of: context)
      redisFree(context)
      throw Failure(kind: .unreachable, message: message)
    }
    self.context = context
    tree = .allocate(capacity: 1)
    tree.initialize(to: ReplyTree())
    ReplyConstructors.install(tree, in: context.pointee.reader)
  }

  deinit {
    redisFree(context)
    tree.deinitialize(count: 1)
    tree.deallocate()
  }

  /// Sets how long a read or write may stand still.
  ///
  /// The corresponding C function is `redisSetTimeout`.
  func allowSilence(seconds: Double) throws(Failure) {
    silenceSeconds = seconds
    guard redisSetTimeout(context, timeval(seconds: seconds)) == REDIS_OK else { throw failure() }
  }

  /// Writes commands that are RESP already.
  ///
  /// The corresponding C functions are `redisAppendFormattedCommand` and `redisBufferWrite`.
  func send(_ request: [UInt8]) throws(Failure) {
    let appended = request.withUnsafeBytes {
      redisAppendFormattedCommand(context, $0.bindMemory(to: CChar.self).baseAddress, $0.count)
    }
    guard appended == REDIS_OK else { throw failure() }
    var isDone: Int32 = 0
    while isDone == 0 {
      guard redisBufferWrite(context, &isDone) == REDIS_OK else { throw failure() }
    }
  }

  /// Reads the next reply and copies it.
  func receive() throws(Failure) -> RedisReply {
    try readNext()
    return RedisReplyView(tree).copy()
  }

  /// Reads the next reply and lets `body` look at it.
  func receive<T>(_ body: (borrowing RedisReplyView) throws -> T) throws -> T {
    try readNext()
    isLookedAt = true
    defer { isLookedAt = false }
    return try body(RedisReplyView(tree))
  }

  /// Reads the next reply into the tree.
  ///
  /// The corresponding C functions are `redisGetReplyFromReader` and `redisBufferRead`.
  private func readNext() throws(Failure) {
    precondition(!isLookedAt, "a command on a connection of which a reply is looked at")
    tree.pointee.beginReply()
    var receivedBytes = 0
    while true {
      var reply: UnsafeMutableRawPointer?
      guard redisGetReplyFromReader(context, &reply) == REDIS_OK else { throw failure() }
      if reply != nil { return }
      let bufferedBytes = context.pointee.reader.pointee.len
      guard redisBufferRead(context) == REDIS_OK else { throw failure() }
      receivedBytes += max(0, context.pointee.reader.pointee.len - bufferedBytes)
      guard receivedBytes <= ReplyLimits.bytesMax else {
        throw Failure(
          kind: .malformedReply, message: "a reply of more than \(ReplyLimits.bytesMax) bytes")
      }
    }
  }

  private static func open(
    _ endpoint: RedisEndpoint
  ) throws(Failure) -> UnsafeMutablePointer<redisContext>? {
    guard !endpoint.tls else {
      throw Failure(
        kind: .unreachable,
        message: "this program was built without TLS for redis; use redis:// or a local tunnel")
    }
    let timeout = timeval(seconds: endpoint.connectTimeoutSeconds)
    // What a failed connect leaves here tells a timeout from a refusal.
    errno = 0
    switch endpoint.address {
    case .tcp(let host, let port):
      return redisConnectWithTimeout(host, Int32(port), timeout)
    case .unix(let path):
      // hiredis would cut a longer path silently and connect somewhere else.
      guard path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else {
        throw Failure(kind: .unreachable, message: "the path of the socket is too long")
      }
      return redisConnectUnixWithTimeout(path, timeout)
    }
  }

  /// `REDIS_ERR_TIMEOUT`, which hiredis 0.14 does not have: there it is EAGAIN.
  private static let timeoutCode: Int32 = 6

  /// Reads the error of the call that failed just now; `errno` must not be older than that.
  private func failure() -> Failure {
    let reason = errno
    let code = context.pointee.err
    if let refusal = tree.pointee.refusal {
      return Failure(kind: .malformedReply, message: refusal)
    }
    if code == Self.timeoutCode || code == REDIS_ERR_IO && [EAGAIN, ETIMEDOUT].contains(reason) {
      return Failure(kind: .timedOut, message: "no answer within \(silenceSeconds) s")
    }
    let isIO = code == REDIS_ERR_IO || code == REDIS_ERR_EOF
    return Failure(
      kind: isIO ? .disconnected : .malformedReply, message: Self.message(of: context))
  }

  private static func message(of context: UnsafeMutablePointer<redisContext>) -> String {
    let text = withUnsafeBytes(of: context.pointee.errstr) { Array($0.prefix { $0 != 0 }) }
    let message = printable(text)
    return message.prefix(1).lowercased() + message.dropFirst()
  }
}

extension timeval {
  /// Between a millisecond, because zero means for ever, and a day.
  fileprivate init(seconds: Double) {
    let microseconds = Int(max(0.001, min(seconds, 86_400)) * 1_000_000)
    self.init(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
  }
}
