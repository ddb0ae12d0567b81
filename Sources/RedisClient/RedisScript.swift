/// A Lua script, sent by its hash and, when the server does not know it, by its text.
public struct RedisScript: Sendable, Equatable {
  /// For messages: `ROLL`.
  public let name: String
  public let source: String

  public init(name: String, source: String) {
    self.name = name
    self.source = source
  }
}

/// One call of a script.
public struct RedisScriptCall: Sendable, Equatable {
  public var keys: [[UInt8]]
  public var arguments: [[UInt8]]

  public init(keys: [[UInt8]], arguments: [[UInt8]]) {
    self.keys = keys
    self.arguments = arguments
  }

  /// `EVALSHA hash numkeys key … argument …`, or EVAL with the text in place of the hash.
  func command(_ name: String, _ script: [UInt8]) -> RedisCommand {
    RedisCommand(name, [script, Array(String(keys.count).utf8)] + keys + arguments)
  }
}
