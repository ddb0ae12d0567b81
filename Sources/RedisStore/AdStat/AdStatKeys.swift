public import Rules

/// The live counter of one image and one metric: a string that the service increments.
public struct LiveCounter: Hashable, Sendable {
  public let code: Code
  public let metric: Metric

  public init(code: Code, metric: Metric) {
    self.code = code
    self.metric = metric
  }
}

/// Where the counts of one image, one metric and one local day are collected.
public struct DayHashName: Hashable, Sendable {
  public let code: Code
  public let metric: Metric
  public let day: CivilDay

  public init(code: Code, metric: Metric, day: CivilDay) {
    self.code = code
    self.metric = metric
    self.day = day
  }
}

/// Why a key that ends like one of ours is none.
public enum AdStatKeyFault: Error, Equatable, Sendable, CustomStringConvertible {
  case emptyCode
  case codeTooLong(byteCount: Int)
  case noHashTag
  case noSuchDay

  public var description: String {
    switch self {
    case .emptyCode: "names no code"
    case .codeTooLong(let count): "has a code of \(count) bytes; at most \(Code.byteCountMax) fit"
    case .noHashTag: "has no {} around its code, although TALLY_HASH_TAGS is set"
    case .noSuchDay: "names a day that no calendar has"
    }
  }
}

/// How the keys of ad statistics are named.
///
///     <prefix><code>_show                       live counter     (hash tags: <prefix>{<code>}_show)
///     <prefix><code>_day_click_<YYYY-MM-DD>     day hash
///     <prefix>tally:adstat                      state
///
/// A key is read from its end, so that a code may hold `_show`, `_day_` or a date itself. Behind the
/// prefix, names that begin with `loginLog_`, `tally:`, `adstat:` or `cpc:` belong to other parts of
/// tally and are never counters; with a prefix, keys without it are not ours.
public struct AdStatKeys: Sendable, Equatable {
  public let keyspace: Keyspace

  public init(_ keyspace: Keyspace) { self.keyspace = keyspace }

  /// Names that are never counters or day hashes.
  public static let reservedBeginnings = ["loginLog_", "tally:", "adstat:", "cpc:"]
    .map { Array($0.utf8) }

  public var state: [UInt8] { keyspace.prefix + "tally:adstat".utf8 }

  public func key(of counter: LiveCounter) -> [UInt8] {
    key(of: counter.code, KeyEndings.live[counter.metric])
  }

  public func key(of hash: DayHashName) -> [UInt8] {
    key(of: hash.code, KeyEndings(of: hash.day)[hash.metric])
  }

  /// For many keys with one ending.
  func key(of code: Code, _ ending: [UInt8]) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(keyspace.prefix.count + code.bytes.count + ending.count + 2)
    key += keyspace.prefix
    if keyspace.hashTags { key.append(UInt8(ascii: "{")) }
    key += code.bytes
    if keyspace.hashTags { key.append(UInt8(ascii: "}")) }
    key += ending
    return key
  }

  /// Nil where the key is none of ours.
  public func liveCounter(_ key: [UInt8]) throws(AdStatKeyFault) -> LiveCounter? {
    guard let name = ownName(key), let (rest, metric) = KeyEndings.live.cut(from: name) else {
      return nil
    }
    return LiveCounter(code: try code(rest), metric: metric)
  }

  /// Nil where the key is none of ours.
  public func dayHash(_ key: [UInt8]) throws(AdStatKeyFault) -> DayHashName? {
    guard let name = ownName(key), name.count > 11, isDate(name.suffix(10)),
      name[name.endIndex - 11] == UInt8(ascii: "_"),
      let (rest, metric) = KeyEndings.dayless.cut(from: name.dropLast(11))
    else { return nil }
    let code = try code(rest)
    guard let day = CivilDay(bytes: name.suffix(10)) else { throw .noSuchDay }
    return DayHashName(code: code, metric: metric, day: day)
  }

  /// `NNNN-NN-NN`, whether the calendar has such a day or not.
  func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.indices.allSatisfy { index in
      switch index - bytes.startIndex {
      case 4, 7: bytes[index] == UInt8(ascii: "-")
      default: (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
      }
    }
  }

  /// What stands behind the prefix; nil where the key has not the prefix or is reserved.
  func ownName(_ key: [UInt8]) -> ArraySlice<UInt8>? {
    guard key.starts(with: keyspace.prefix) else { return nil }
    let name = key.dropFirst(keyspace.prefix.count)
    return AdStatKeys.reservedBeginnings.contains { name.starts(with: $0) } ? nil : name
  }

  func code(_ rest: ArraySlice<UInt8>) throws(AdStatKeyFault) -> Code {
    var bytes = rest
    if keyspace.hashTags {
      guard bytes.count >= 2, bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}")
      else { throw .noHashTag }
      bytes = bytes.dropFirst().dropLast()
    }
    guard !bytes.isEmpty else { throw .emptyCode }
    guard let code = Code(bytes) else { throw .codeTooLong(byteCount: bytes.count) }
    return code
  }
}

/// What stands behind the code in a key, for each metric: made once, for millions of keys.
struct KeyEndings {
  private let show: [UInt8]
  private let click: [UInt8]

  /// `_show`
  static let live = KeyEndings(before: "_")
  /// `_day_show`, which a date follows.
  static let dayless = KeyEndings(before: "_day_")

  /// `_day_show_2026-11-20`
  init(of day: CivilDay) { self.init(before: "_day_", after: "_\(day)") }

  private init(before: String, after: String = "") {
    show = Array("\(before)\(Metric.show.rawValue)\(after)".utf8)
    click = Array("\(before)\(Metric.click.rawValue)\(after)".utf8)
  }

  subscript(metric: Metric) -> [UInt8] { metric == .show ? show : click }

  /// What stands before the ending, and whose it is; nil where `name` has none.
  func cut(from name: ArraySlice<UInt8>) -> (rest: ArraySlice<UInt8>, metric: Metric)? {
    for metric in Metric.allCases {
      let ending = self[metric]
      if name.suffix(ending.count).elementsEqual(ending) {
        return (name.dropLast(ending.count), metric)
      }
    }
    return nil
  }
}
