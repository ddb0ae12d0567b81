internal import Glibc

/// Does both at the same time, `aside` on a thread of its own; both come to their end, whatever becomes of
/// the other one.
func atOnce<T: Sendable>(
  _ here: () throws -> Void, aside: @escaping @Sendable () -> T
) throws(JobFailure) -> (failure: (any Error)?, aside: T) {
  let slot = Slot<T>()
  let thread = try BackgroundThread { slot.value = aside() }
  var failure: (any Error)?
  do {
    try here()
  } catch {
    failure = error
  }
  thread.join()
  return (failure, slot.value!)  // because the thread came to its end
}

private final class Slot<T: Sendable>: @unchecked Sendable {  // because it is read after the join
  var value: T?
}

/// A thread that must be joined.
struct BackgroundThread: ~Copyable {
  private let thread: pthread_t

  init(_ body: @escaping @Sendable () -> Void) throws(JobFailure) {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    let failure = pthread_create(
      &thread, nil,
      { box in
        Unmanaged<Box>.fromOpaque(box!).takeRetainedValue().body()  // because it was given one
        return nil
      }, box.toOpaque())
    guard failure == 0 else {
      box.release()
      throw JobFailure(.tryAgain, "the system gives no thread: error \(failure)")
    }
    self.thread = thread
  }

  func join() { pthread_join(thread, nil) }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
