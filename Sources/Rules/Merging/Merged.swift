/// Proof that MySQL holds `value`: it was committed, and a fresh connection read it back.
///
/// Only `MySQLStore` makes one, after the read-back; `RedisStore` uses it up when it forgets. It
/// cannot be copied, so "forgotten before merged" and "forgotten twice on one proof" do not
/// compile.
public struct Merged<Value: Sendable>: ~Copyable, Sendable {
  public let value: Value

  package init(provenHeld value: Value) { self.value = value }
}

extension Merged<LoginRun> {
  /// The same proof in slices: what is proven of a run is proven of each part of it.
  public consuming func forEachSlice(
    of countMax: Int, _ body: (consuming Merged<LoginRun>) throws -> Void
  ) rethrows {
    for slice in value.slices(of: countMax) { try body(Merged(provenHeld: slice)) }
  }
}
