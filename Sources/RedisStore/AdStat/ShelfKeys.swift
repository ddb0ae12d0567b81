public import Rules

/// How the keys of the shelf are named.
///
///     <prefix><code>                     setting of an image, a string   (hash tags: <prefix>{<code>})
///     <prefix>adstat:shelf:<system>      what a system may show, a hash: code -> setting
///     <prefix>tally:shelf:empty          positions that were said to show nothing, a hash
extension AdStatKeys {
  var emptyPositions: [UInt8] { keyspace.prefix + "tally:shelf:empty".utf8 }

  public func setting(of code: Code) -> [UInt8] { key(of: code, []) }

  public func shelf(of system: String) -> [UInt8] {
    keyspace.prefix + "adstat:shelf:".utf8 + system.utf8
  }

  /// Why a code cannot have a setting, because its key would be taken for another one: a live counter,
  /// a day hash, or a key of tally's own. Nil where it can.
  ///
  /// Asked of the plain code, so that the answer does not change with the hash tags.
  public static func settingFault(of code: Code) -> String? {
    for beginning in reservedBeginnings where code.bytes.starts(with: beginning) {
      return "codes that begin with \(String(decoding: beginning, as: UTF8.self)) are tally's own"
    }
    let plain = AdStatKeys(Keyspace())
    let isCounter: Bool
    do { isCounter = try plain.liveCounter(code.bytes) != nil } catch { isCounter = true }
    if isCounter { return "codes that end with _show or _click are taken for counters" }
    let isDayHash: Bool
    do { isDayHash = try plain.dayHash(code.bytes) != nil } catch { isDayHash = true }
    return isDayHash ? "codes that end like a day hash are taken for one" : nil
  }
}

/// How a setting is told from what other programs keep: it is a JSON object that begins with this.
public enum ShelfSetting {
  public static let beginning = Array(#"{"tally":"#.utf8)
  /// More than any setting has; a longer value is none of ours.
  static let byteCountMax = 1 << 18

  static func isOurs(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: beginning) && bytes.last == UInt8(ascii: "}")
  }
}
