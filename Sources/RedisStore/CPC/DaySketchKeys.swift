internal import RedisClient
internal import Rules

/// How the keys of a day's sketches are named.
///
///     <prefix>cpc:<name>_<YYYY-MM-DD>     CPC sketch, by `tally cpc update`
///     <prefix><code>_uv_<YYYY-MM-DD>      HyperLogLog, by the live service (hash tags: {<code>}_uv_…)
///
/// A key is read from its end, so that a name may hold `_`, `_uv_` or a date itself. What begins with
/// `cpc:` and does not end in a date is a sketch of no day, and none of ours.
struct DaySketchKeys: Sendable {
  private let adStat: AdStatKeys
  private let prefix: [UInt8]

  private static let cpcBeginning = Array("cpc:".utf8)
  private static let hllEnding = Array("_uv".utf8)

  init(_ keyspace: Keyspace) {
    adStat = AdStatKeys(keyspace)
    prefix = keyspace.prefix
  }

  /// One walk for both kinds. It meets day hashes, too, which are passed over.
  var pattern: [UInt8] {
    let digits = { (count: Int) in String(repeating: "[0-9]", count: count) }
    return escapedGlob(prefix) + "*_\(digits(4))-\(digits(2))-\(digits(2))".utf8
  }

  func key(of name: DaySketchName) -> [UInt8] {
    let day = Array("_\(name.day)".utf8)
    switch name.kind {
    case .cpc: return prefix + DaySketchKeys.cpcBeginning + name.name.bytes + day
    case .hll: return adStat.key(of: name.name, DaySketchKeys.hllEnding + day)
    }
  }

  /// Nil where the key is none of ours.
  func name(of key: [UInt8]) throws(AdStatKeyFault) -> DaySketchName? {
    guard key.starts(with: prefix), key.count - prefix.count > 11,
      key[key.count - 11] == UInt8(ascii: "_"), adStat.isDate(key.suffix(10))
    else { return nil }
    let rest = key.dropFirst(prefix.count).dropLast(11)
    let day = CivilDay(bytes: key.suffix(10))
    if rest.starts(with: DaySketchKeys.cpcBeginning) {
      let name = rest.dropFirst(DaySketchKeys.cpcBeginning.count)
      guard !name.isEmpty else { throw .emptyCode }
      guard let name = Code(name) else { throw .codeTooLong(byteCount: name.count) }
      guard let day else { throw .noSuchDay }
      return DaySketchName(day: day, kind: .cpc, name: name)
    }
    guard rest.suffix(DaySketchKeys.hllEnding.count).elementsEqual(DaySketchKeys.hllEnding),
      adStat.ownName(key) != nil
    else { return nil }
    let code = try adStat.code(rest.dropLast(DaySketchKeys.hllEnding.count))
    guard let day else { throw .noSuchDay }
    return DaySketchName(day: day, kind: .hll, name: code)
  }
}
