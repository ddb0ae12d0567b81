/// What a run keeps to for the sake of those who use the servers meanwhile.
public struct PaceLimits: Sendable {
  /// At most so many keys a second are read, merged, forgotten; nil for as many as it can.
  public var keysPerSecond: Int?

  public init() {}
}
