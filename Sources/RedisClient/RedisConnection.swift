internal import Glibc

/// One connection to a Redis server, opened anew when it broke.
///
/// Every command sent through it may be sent twice: when a reply is lost, the commands that were
/// under way are repeated on a new connection. Send only what is safe to repeat.
///
/// The first connection ignores SIGPIPE for the whole process: a server that hangs up is an error
/// to report, not a reason to die.
public final class RedisConnection {
  public enum Access: Sendable {
    case readWrite
    /// Refuses, before sending, everything that is not on a short list of reading commands.
    case readOnly
  }

  public let endpoint: RedisEndpoint
  public let access: Access

  /// How many links there were so far: a new number means that the server may have changed.
  private(set) var linkCount = 0
  /// The hashes of the scripts that were loaded, by their text.
  var scriptHashes: [String: [UInt8]] = [:]

  private let tries: Int
  private var link: HiredisLink?

  /// Connects, authenticates, selects the database.
  ///
  /// A server that refuses the connection is tried again for a moment only, one that is loading its
  /// data for as long as `connectTimeoutSeconds`. `tries` is for every call from then on: how often
  /// it is sent at most.
  public init(_ endpoint: RedisEndpoint, access: Access = .readWrite, tries: Int = 5)
    throws(RedisError)
  {
    self.endpoint = endpoint
    self.access = access
    self.tries = tries
    Self.sigpipeIsIgnored
    let clock = ContinuousClock()
    let start = clock.now
    var retry = Retry.firstConnect(tries: tries)
    while true {
      do throws(RedisError) {
        _ = try openLink()
        return
      } catch {
        guard error.kind != .timedOut, clock.now - start < .milliseconds(500),
          let pause = retry.pauseSeconds(after: error.kind)
        else { throw error }
        sleep(seconds: pause)
      }
    }
  }

  /// Sends one command; an error reply is thrown.
  public func send(_ command: RedisCommand) throws(RedisError) -> RedisReply {
    try refuseWrites(CollectionOfOne(command))
    var request: [UInt8] = []
    command.append(to: &request)
    let replies = try exchange(request, replyCount: 1, operation: command.summary)
    return try throwingErrors(replies[0], operation: command.summary)
  }

  /// Sends all commands in one go and returns their replies in order; error replies stand in place
  /// as `.error`, so that one bad key does not hide the others.
  ///
  /// Long pipelines go in chunks, so that neither side holds more than a chunk unread; after a break
  /// only the chunk under way is repeated.
  public func pipeline(_ commands: [RedisCommand]) throws(RedisError) -> [RedisReply] {
    try refuseWrites(commands)
    var replies: [RedisReply] = []
    replies.reserveCapacity(commands.count)
    var request: [UInt8] = []
    var start = 0
    while start < commands.count {
      request.removeAll(keepingCapacity: true)
      var end = start
      while end < commands.count, end - start < Self.chunkCommandsMax,
        request.count < Self.chunkBytesMax
      {
        commands[end].append(to: &request)
        end += 1
      }
      let others = end - start - 1
      replies += try exchange(
        request, replyCount: end - start,
        operation: commands[start].summary + (others > 0 ? " and \(others) more" : ""))
      start = end
    }
    return replies
  }

  /// Sends all commands of the request in one go and hands over their replies, each with its place.
  ///
  /// Every reply is handed over once: after a break all commands are sent again, and what was answered
  /// before is passed over. The connection must not be used inside `body`; where `body` throws, the
  /// link is given up and the error passes.
  public func pipeline(
    _ request: RedisRequest, _ body: (Int, borrowing RedisReplyView) throws -> Void
  ) throws {
    if access == .readOnly, let name = request.firstWriting { throw refusal(of: name) }
    var retry = Retry.afterBreak(tries: tries)
    var answeredCount = 0
    while true {
      do {
        return try exchangeOnce(request, &answeredCount, body)
      } catch {
        link = nil
        // Kinds that are worth another try are told by a link alone, never by `body`.
        guard let broken = error as? RedisError,
          let pause = retry.pauseSeconds(after: broken.kind)
        else { throw error }
        sleep(seconds: pause)
      }
    }
  }

  /// What INFO says (all sections tally asks for), read afresh.
  ///
  /// Asked for without sections: several of them at once are known since Redis 7 only.
  public func serverInfo() throws(RedisError) -> RedisServerInfo {
    guard case .bytes(let text) = try send(RedisCommand("INFO")) else {
      throw RedisError(operation: "INFO", kind: .malformedReply, message: "no text came back")
    }
    return RedisServerInfo(text: text)
  }

  /// The server's own clock, TIME, in microseconds since 1970.
  public func serverTimeMicroseconds() throws(RedisError) -> Int64 {
    guard case .array(let parts) = try send(RedisCommand("TIME")), parts.count == 2,
      let seconds = parts[0].decimal, let microseconds = parts[1].decimal,
      // Far past every date, and far from an overflow.
      (0..<1 << 40).contains(seconds), (0..<1_000_000).contains(microseconds)
    else {
      throw RedisError(
        operation: "TIME", kind: .malformedReply, message: "no seconds and microseconds came back")
    }
    return seconds * 1_000_000 + microseconds
  }

  /// An error reply as a thrown error, every other one as it is.
  func throwingErrors(
    _ reply: RedisReply, operation: @autoclosure () -> String
  ) throws(RedisError) -> RedisReply {
    guard case .error(let message) = reply else { return reply }
    throw RedisError(
      operation: operation(), kind: .refused(code: reply.errorCode ?? ""),
      message: printable(Array(message.utf8), limit: 500))
  }

  private static let chunkCommandsMax = 1000
  private static let chunkBytesMax = 1 << 20

  private static let sigpipeIsIgnored: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

  private func refuseWrites(_ commands: some Sequence<RedisCommand>) throws(RedisError) {
    guard access == .readOnly else { return }
    for command in commands where !ReadOnlyCommands.allows(command) {
      throw refusal(of: command.summary)
    }
  }

  private func refusal(of operation: String) -> RedisError {
    RedisError(
      operation: operation, kind: .readOnlyConnection,
      message: "this connection only reads, nothing was sent")
  }
}

// MARK: - Links

extension RedisConnection {
  /// Writes `request` and reads its replies, on a new link when the old one broke.
  private func exchange(
    _ request: [UInt8], replyCount: Int, operation: @autoclosure () -> String
  ) throws(RedisError) -> [RedisReply] {
    var retry = Retry.afterBreak(tries: tries)
    while true {
      do throws(RedisError) {
        return try exchangeOnce(request, replyCount: replyCount, operation: operation)
      } catch {
        link = nil
        guard let pause = retry.pauseSeconds(after: error.kind) else { throw error }
        sleep(seconds: pause)
      }
    }
  }

  private func exchangeOnce(
    _ request: [UInt8], replyCount: Int, operation: () -> String
  ) throws(RedisError) -> [RedisReply] {
    let link = if let link { link } else { try openLink() }
    do throws(HiredisLink.Failure) {
      try link.send(request)
      var replies: [RedisReply] = []
      replies.reserveCapacity(replyCount)
      for _ in 0..<replyCount { replies.append(try link.receive()) }
      // A replica that has just begun to load answers all commands so; none was carried out.
      if case .error(let message)? = replies.first, message.hasPrefix("LOADING") {
        throw HiredisLink.Failure(kind: .refused(code: "LOADING"), message: message)
      }
      return replies
    } catch {
      throw RedisError(operation: operation(), kind: error.kind, message: error.message)
    }
  }

  private func exchangeOnce(
    _ request: RedisRequest, _ answeredCount: inout Int,
    _ body: (Int, borrowing RedisReplyView) throws -> Void
  ) throws {
    let link = if let link { link } else { try openLink() }
    do {
      try link.send(request.bytes)
      for place in 0..<request.commandCount {
        try link.receive { reply in
          // A replica that has just begun to load answers all commands so; none was carried out.
          if place == 0, let message = reply.errorMessage, message.hasPrefix("LOADING") {
            throw HiredisLink.Failure(kind: .refused(code: "LOADING"), message: message)
          }
          guard place >= answeredCount else { return }
          answeredCount = place + 1
          try body(place, reply)
        }
      }
    } catch let failure as HiredisLink.Failure {
      throw RedisError(
        operation: request.summary, kind: failure.kind, message: failure.message)
    }
  }

  private func openLink() throws(RedisError) -> HiredisLink {
    do throws(HiredisLink.Failure) {
      let link = try HiredisLink(endpoint)
      // Greeting is part of connecting; a server that stands still is found out by its timeout.
      try link.allowSilence(seconds: endpoint.connectTimeoutSeconds)
      try greet(link)
      try link.allowSilence(seconds: endpoint.replyTimeoutSeconds)
      self.link = link
      linkCount += 1
      return link
    } catch {
      throw RedisError(operation: "connect \(endpoint)", kind: error.kind, message: error.message)
    }
  }

  /// AUTH and SELECT as far as needed, and PING until the server has loaded its data.
  private func greet(_ link: HiredisLink) throws(HiredisLink.Failure) {
    if endpoint.user != nil || endpoint.password != nil {
      let user = endpoint.user.map { [Array($0.utf8)] } ?? []
      let words = user + [Array((endpoint.password ?? "").utf8)]
      try demand(RedisCommand("AUTH", words), on: link)
    }
    if endpoint.database != 0 {
      try demand(RedisCommand("SELECT", [Array(String(endpoint.database).utf8)]), on: link)
    }
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(endpoint.connectTimeoutSeconds)
    while true {
      do throws(HiredisLink.Failure) {
        return try demand(RedisCommand("PING"), on: link)
      } catch {
        switch error.kind {
        case .refused(code: "LOADING") where clock.now < deadline: sleep(seconds: 0.1)
        // PING is refused, but others may do: its answer was all we asked for.
        case .refused(code: "NOPERM"), .refused(code: "MISCONF"), .refused(code: "MASTERDOWN"):
          return
        default: throw error
        }
      }
    }
  }

  private func demand(_ command: RedisCommand, on link: HiredisLink) throws(HiredisLink.Failure) {
    var request: [UInt8] = []
    command.append(to: &request)
    try link.send(request)
    let reply = try link.receive()
    guard case .error(let message) = reply else { return }
    throw HiredisLink.Failure(
      kind: .refused(code: reply.errorCode ?? ""),
      message: printable(Array(message.utf8), limit: 500))
  }

  private func sleep(seconds: Double) {
    usleep(UInt32(seconds * 1_000_000))
  }
}
