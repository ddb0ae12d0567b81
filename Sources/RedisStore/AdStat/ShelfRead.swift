public import RedisClient
public import Rules

/// Looking at the shelf: bounded reads, a batch of codes at a time.
extension AdStatStore {
  /// What is found under each code.
  public func heldSettings(of codes: [Code]) throws(RedisError) -> [HeldSetting] {
    let last = Array("\(ShelfSetting.byteCountMax)".utf8)
    // A value of another program may be 512 MB: no more of it is fetched than a setting can have.
    let replies = try connection.pipeline(
      codes.flatMap { code in
        let key = keys.setting(of: code)
        return [
          RedisCommand("GETRANGE", [key, Array("0".utf8), last]), RedisCommand("PTTL", [key]),
        ]
      })
    var held: [HeldSetting] = []
    for index in codes.indices {
      held.append(try heldSetting(replies[2 * index], rest: replies[2 * index + 1]))
    }
    return held
  }

  private func heldSetting(_ value: RedisReply, rest: RedisReply) throws(RedisError) -> HeldSetting
  {
    if value.errorCode == "WRONGTYPE" { return .foreign(AdStatStore.otherType) }
    guard case .bytes(let bytes) = value else { throw unexpected(value, of: "GETRANGE") }
    let milliseconds = try integer(rest, of: "PTTL")
    // Nothing is there, or it expired between the two looks.
    if milliseconds == -2 { return .nothing }
    guard ShelfSetting.isOurs(bytes) else { return .foreign(AdStatStore.noSetting) }
    return .setting(bytes, secondsLeft: milliseconds < 0 ? nil : milliseconds / 1000)
  }

  static let otherType = "is another type of key, which the shelf does not touch"
  /// Also what is said where a script met it.
  public static let noSetting = "holds what is no setting, which the shelf does not touch"

  /// What a system's shelf holds of each code; nil where its key is no hash.
  public func shelved(_ codes: [Code], on system: String) throws(RedisError) -> [[UInt8]?]? {
    guard !codes.isEmpty else { return [] }
    let reply = try connection.pipeline([
      RedisCommand("HMGET", [keys.shelf(of: system)] + codes.map(\.bytes))
    ])[0]
    if reply.errorCode == "WRONGTYPE" { return nil }
    guard case .array(let values) = reply, values.count == codes.count else {
      throw unexpected(reply, of: "HMGET")
    }
    var settings: [[UInt8]?] = []
    for value in values { settings.append(try optionalBytes(value, of: "HMGET")) }
    return settings
  }

  /// How many images a system's shelf holds; nil where its key is no hash.
  public func shelvedCount(on system: String) throws(RedisError) -> Int? {
    let reply = try connection.pipeline([RedisCommand("HLEN", [keys.shelf(of: system)])])[0]
    return reply.errorCode == "WRONGTYPE" ? nil : try integer(reply, of: "HLEN")
  }

  /// Walks the codes on a system's shelf, in no order; a code may come twice. What is no code, and
  /// cannot have come from the catalogue, is handed over apart.
  ///
  /// A server that restarts meanwhile may leave some out: the next run finds them.
  public func walkShelf(
    of system: String, _ page: (_ codes: [Code], _ others: [[UInt8]]) throws -> Void
  ) throws {
    var cursor = Array("0".utf8)
    repeat {
      let reply = try connection.send(
        RedisCommand(
          "HSCAN", [keys.shelf(of: system), cursor, Array("COUNT".utf8), Array("1000".utf8)]))
      guard case .array(let parts) = reply, parts.count == 2, case .bytes(let next) = parts[0],
        case .array(let words) = parts[1], words.count.isMultiple(of: 2)
      else { throw unexpected(reply, of: "HSCAN") }
      var codes: [Code] = []
      var others: [[UInt8]] = []
      for index in stride(from: 0, to: words.count, by: 2) {
        guard case .bytes(let field) = words[index] else {
          throw unexpected(words[index], of: "HSCAN")
        }
        if let code = Code(field) { codes.append(code) } else { others.append(field) }
      }
      try page(codes, others)
      cursor = next
    } while cursor != Array("0".utf8)
  }
}
