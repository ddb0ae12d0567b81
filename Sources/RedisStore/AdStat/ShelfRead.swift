public import RedisClient
public import Rules

/// What a system's shelf holds of one image.
public enum ShelfField: Sendable {
  case nothing
  /// The same as lies under its code.
  case setting
  case other
}

/// What Redis holds of some images: under their codes, and on the shelves.
public struct ShelfSight: Sendable {
  /// What is found under each code, in the order they were asked for.
  public fileprivate(set) var held: [HeldSetting] = []
  /// One list a system, as long as `held`; nil where its key is no hash.
  fileprivate var fields: [[ShelfField]?]

  /// What the shelves hold of an image, in the order of the systems; nil where one is no shelf.
  public func fields(at place: Int) -> some Sequence<ShelfField?> {
    fields.lazy.map { $0?[place] }
  }
}

/// Looking at the shelf: bounded reads, a batch of codes at a time.
extension AdStatStore {
  /// Looks at these images, in one pipeline: first under their codes, then at the shelf of each system.
  public func look(at codes: [Code], systems: [String]) throws -> ShelfSight {
    var request = RedisRequest()
    for code in codes {
      let key = keys.setting(of: code)
      // A value of another program may be 512 MB: no more of it is fetched than a setting can have.
      request.begin("GETRANGE", wordCount: 3)
      request.add(key)
      request.add("0")
      request.add(ShelfSetting.byteCountMax)
      request.begin("PTTL", wordCount: 1)
      request.add(key)
    }
    for system in systems {
      request.begin("HMGET", wordCount: 1 + codes.count)
      request.add(keys.shelf(of: system))
      for code in codes { request.add(code.bytes) }
    }
    var sight = ShelfSight(fields: [])
    sight.held.reserveCapacity(codes.count)
    var value = RedisReply.null
    if !codes.isEmpty {
      try connection.pipeline(request) { place, reply in
        if place >= 2 * codes.count {
          sight.fields.append(try fields(of: reply, beside: sight.held))
        } else if place.isMultiple(of: 2) {
          value = reply.copy()
        } else {
          sight.held.append(try heldSetting(value, rest: reply.copy()))
        }
      }
    }
    return sight
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

  /// Nil where the key is no hash.
  private func fields(
    of reply: borrowing RedisReplyView, beside held: [HeldSetting]
  ) throws -> [ShelfField]? {
    guard reply.count == held.count else {
      let other = reply.copy()
      if other.errorCode == "WRONGTYPE" { return nil }
      throw unexpected(other, of: "HMGET")
    }
    var fields: [ShelfField] = []
    fields.reserveCapacity(held.count)
    for place in held.indices {
      let isSetting = reply.withElement(place) { field in
        field.withBytes { held[place].isSetting($0) }
      }
      switch isSetting ?? nil {
      case nil: fields.append(.nothing)
      case true?: fields.append(.setting)
      case false?: fields.append(.other)
      }
    }
    return fields
  }

  static let otherType = "is another type of key, which the shelf does not touch"
  /// Also what is said where a script met it.
  public static let noSetting = "holds what is no setting, which the shelf does not touch"

  /// How many images a system's shelf holds; nil where its key is no hash.
  public func shelvedCount(on system: String) throws(RedisError) -> Int? {
    let reply = try connection.pipeline([RedisCommand("HLEN", [keys.shelf(of: system)])])[0]
    return reply.errorCode == "WRONGTYPE" ? nil : try integer(reply, of: "HLEN")
  }

  /// Walks the codes on a system's shelf, in no order; a code may come twice. What could have no setting
  /// of its own, and so cannot have come from the catalogue, is handed over apart.
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
        if let code = Code(field), AdStatKeys.settingFault(of: code) == nil {
          codes.append(code)
        } else {
          others.append(field)
        }
      }
      try page(codes, others)
      cursor = next
    } while cursor != Array("0".utf8)
  }
}
