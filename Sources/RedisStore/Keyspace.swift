internal import Rules

/// How this installation names its keys: an optional prefix before every key, and hash tags around
/// codes so that one image lies in one cluster slot.
public struct Keyspace: Sendable, Equatable {
  /// `TALLY_KEY_PREFIX`: stands before every key, tally's own ones included.
  public var prefix: [UInt8]
  /// `TALLY_HASH_TAGS=1`: `{<code>}_show` instead of `<code>_show`.
  public var hashTags: Bool

  public init(prefix: [UInt8] = [], hashTags: Bool = false) {
    self.prefix = prefix
    self.hashTags = hashTags
  }
}
