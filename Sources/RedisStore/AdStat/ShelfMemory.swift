public import RedisClient
public import Rules

/// Which positions were said to show nothing: hash `<prefix>tally:shelf:empty`, a field for each,
/// `<system>` TAB `<position>`.
///
/// Without it every run would say so again, hour after hour.
extension AdStatStore {
  public func positionsSaidEmpty() throws(RedisError) -> Set<ShelfPlan.Position> {
    let reply = try connection.send(RedisCommand("HGETALL", [keys.emptyPositions]))
    guard case .array(let words) = reply else { throw unexpected(reply, of: "HGETALL") }
    var said: Set<ShelfPlan.Position> = []
    for index in stride(from: 0, to: words.count, by: 2) {
      guard case .bytes(let field) = words[index] else {
        throw unexpected(words[index], of: "HGETALL")
      }
      let names = field.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      if names.count == 2 { said.insert(.init(system: names[0], position: names[1])) }
    }
    return said
  }

  /// Remembers `empty` as said, and of what was `said` before nothing else.
  public func remember(
    _ empty: [ShelfPlan.Position], insteadOf said: Set<ShelfPlan.Position>
  ) throws(RedisError) {
    let added = empty.filter { !said.contains($0) }.map(field)
    let over = said.subtracting(empty).map(field)
    if !added.isEmpty {
      _ = try connection.send(
        RedisCommand("HSET", [keys.emptyPositions] + added.flatMap { [$0, [0x31]] }))
    }
    if !over.isEmpty {
      _ = try connection.send(RedisCommand("HDEL", [keys.emptyPositions] + over))
    }
  }

  /// No name has a control character.
  private func field(_ position: ShelfPlan.Position) -> [UInt8] {
    Array("\(position.system)\t\(position.position)".utf8)
  }
}
