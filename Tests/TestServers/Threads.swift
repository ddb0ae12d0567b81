import Foundation

/// Runs blocking work on a thread of its own: the test runner's few threads would run one after the
/// other what is to run at once.
public func onThread<T: Sendable>(
  _ work: @escaping @Sendable () throws -> T
) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
  }
}

/// Runs the works at once, each on a thread of its own, and returns what they returned, in any order.
public func atOnce<T: Sendable>(
  _ works: [@Sendable () throws -> T]
) async throws -> [T] {
  try await withThrowingTaskGroup(of: T.self) { group in
    for work in works { group.addTask { try await onThread(work) } }
    return try await group.reduce(into: []) { $0.append($1) }
  }
}
