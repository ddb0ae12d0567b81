extension RedisConnection {
  /// Runs one script: EVALSHA, and EVAL where the server answers NOSCRIPT. An error reply is thrown.
  public func evaluate(_ script: RedisScript, _ call: RedisScriptCall) throws(RedisError)
    -> RedisReply
  {
    try throwingErrors(try evaluate(script, [call])[0], operation: "script \(script.name)")
  }

  /// Runs one script many times in one pipeline; error replies stand in place as `.error`.
  ///
  /// A server that restarted or flushed its scripts answers NOSCRIPT without having run anything:
  /// these calls are sent again with the whole text.
  public func evaluate(_ script: RedisScript, _ calls: [RedisScriptCall]) throws(RedisError)
    -> [RedisReply]
  {
    guard !calls.isEmpty else { return [] }
    let source = Array(script.source.utf8)
    guard let hash = try hash(of: script) else {
      return try pipeline(calls.map { $0.command("EVAL", source) })
    }
    var replies = try pipeline(calls.map { $0.command("EVALSHA", hash) })
    let unknown = replies.indices.filter { replies[$0].errorCode == "NOSCRIPT" }
    let repeated = try pipeline(unknown.map { calls[$0].command("EVAL", source) })
    for (index, reply) in zip(unknown, repeated) { replies[index] = reply }
    return replies
  }

  /// Loads a script once a connection and returns its hash, or nil where loading is not allowed.
  private func hash(of script: RedisScript) throws(RedisError) -> [UInt8]? {
    if let known = scriptHashes[script.source] { return known }
    let load = RedisCommand("SCRIPT", [Array("LOAD".utf8), Array(script.source.utf8)])
    let operation = "script \(script.name)"
    let reply = try pipeline([load])[0]
    if reply.errorCode == "NOPERM" { return nil }
    guard case .bytes(let hash) = try throwingErrors(reply, operation: operation) else {
      throw RedisError(operation: operation, kind: .malformedReply, message: "no hash came back")
    }
    scriptHashes[script.source] = hash
    return hash
  }
}
