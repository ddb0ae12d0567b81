internal import Glibc

/// Works on what was read while a thread of its own reads on, so that both servers have something to do.
///
/// One item is worked on and one is read, no third: the thread stands still until what it hands over is
/// taken. An error of `read` arrives behind what was handed over before it; where `work` throws, `read` is
/// ended at the item it hands over. Either way the thread is gone when this returns.
func readingAhead<Item: Sendable>(
  _ read: @escaping @Sendable (_ hand: (Item) throws -> Void) throws -> Void,
  _ work: (Item) throws -> Void
) throws {
  let counter = Counter<Item>()
  let thread = try BackgroundThread {
    do {
      try read(counter.put)
      counter.close(nil)
    } catch {
      counter.close(error)
    }
  }
  defer {
    counter.abandon()
    thread.join()
  }
  while let item = try counter.take() { try work(item) }
}

/// Thrown where one would hand over an item that nobody waits for any more.
private struct NobodyWaits: Error {}

/// Between two threads, as in a shop: one puts an item down, the other takes it away.
private final class Counter<Item: Sendable>: @unchecked Sendable {  // because of the lock
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var item: Item?
  private var (isClosed, isAbandoned) = (false, false)
  private var failure: (any Error)?

  init() {
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
    changed = .allocate(capacity: 1)
    changed.initialize(to: pthread_cond_t())
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    changed.deallocate()
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func put(_ new: Item) throws {
    try locked {
      item = new
      pthread_cond_broadcast(changed)
      while item != nil, !isAbandoned { pthread_cond_wait(changed, lock) }
      if isAbandoned { throw NobodyWaits() }
    }
  }

  /// Nil when there is nothing more to come.
  func take() throws -> Item? {
    try locked {
      while item == nil, !isClosed { pthread_cond_wait(changed, lock) }
      defer { item = nil }
      if item == nil, let failure { throw failure }
      return item
    }
  }

  func close(_ failure: (any Error)?) {
    locked { (isClosed, self.failure) = (true, failure) }
  }

  func abandon() {
    locked { (isAbandoned, item) = (true, nil) }
  }

  /// Whatever happens in here wakes the other side.
  private func locked<T>(_ body: () throws -> T) rethrows -> T {
    pthread_mutex_lock(lock)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(lock)
    }
    return try body()
  }
}
