import Synchronization

/// A value that is found out at most once.
final class Once<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  /// The value; asks `find` where there is none yet, and again next time when that answers nil.
  func get(_ find: () -> Value?) -> Value? {
    value.withLock { value in
      if value == nil { value = find() }
      return value
    }
  }

  func ifUnset(_ body: () -> Void) {
    value.withLock { if $0 == nil { body() } }
  }
}
