internal import RedisClient

/// What a script or a command answered, read strictly: a reply of another shape is an error.
func optionalBytes(_ reply: RedisReply, of operation: String) throws(RedisError) -> [UInt8]? {
  switch reply {
  case .null: return nil
  case .bytes(let bytes): return bytes
  default: throw unexpected(reply, of: operation)
  }
}

func integer(_ reply: RedisReply, of operation: String) throws(RedisError) -> Int {
  guard case .integer(let value) = reply else { throw unexpected(reply, of: operation) }
  return Int(value)
}

/// The error that a reply stands for which the command should not have given.
func unexpected(_ reply: RedisReply, of operation: String) -> RedisError {
  if case .error(let message) = reply { return refusal(message, of: operation) }
  return RedisError(
    operation: operation, kind: .malformedReply, message: "the reply has an unexpected shape")
}

/// The error of an error reply.
///
/// Inside a script, servers before 7.2 report a missing right by a sentence under the code `ERR`
/// instead of `NOPERM`.
func refusal(_ message: String, of operation: String) -> RedisError {
  let first = String(message.prefix { $0 != " " })
  let lacksRight = message.contains("The user executing the script can't")
  return RedisError(
    operation: operation, kind: .refused(code: lacksRight ? "NOPERM" : first), message: message)
}

extension RedisConnection {
  /// Runs a script that answers with one word.
  @discardableResult
  func verdict(of script: RedisScript, keys: [[UInt8]], _ arguments: [String]) throws(RedisError)
    -> String
  {
    try verdict(
      of: script, RedisScriptCall(keys: keys, arguments: arguments.map { Array($0.utf8) }))
  }

  func verdict(of script: RedisScript, _ call: RedisScriptCall) throws(RedisError) -> String {
    let reply: RedisReply
    do {
      reply = try evaluate(script, call)
    } catch {
      guard case .refused = error.kind else { throw error }
      throw refusal(error.message, of: error.operation)
    }
    guard case .bytes(let word) = reply else { throw unexpected(reply, of: script.name) }
    return String(decoding: word, as: UTF8.self)
  }
}
