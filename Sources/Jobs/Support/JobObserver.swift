/// Who is told what a job does while it does it: the door prints it, a test collects it.
public protocol JobObserver: Sendable {
  /// Called often; `total` is an estimate, nil where there is none.
  func progressed(_ step: StaticString, done: Int, total: Int?)
  /// Something a person should know and that changes no exit code: a gap, a TTL, a new lineage.
  func warned(_ message: String)
  /// Something worth a line only when asked for (`--log-level info`).
  func noted(_ message: String)
  /// One item that stays where it is. `key` is the Redis key, as bytes.
  func rejected(_ key: [UInt8], because reason: String)
  /// One item of which the two stores hold different things.
  func differed(_ key: [UInt8], how: String)
}

extension JobObserver {
  /// Only a comparison meets differences: other observers need not tell them from what is rejected.
  public func differed(_ key: [UInt8], how: String) { rejected(key, because: how) }
}
