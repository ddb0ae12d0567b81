/// Proof that MySQL holds `value`: it was committed, and a fresh connection read it back.
///
/// Only `MySQLStore` makes one, after the read-back; `RedisStore` uses it up when it forgets. It
/// cannot be copied, so "forgotten before merged" and "forgotten twice on one proof" do not
/// compile.
public struct Merged<Value: Sendable>: ~Copyable, Sendable {
  public let value: Value

  package init(provenHeld value: Value) { self.value = value }
}
