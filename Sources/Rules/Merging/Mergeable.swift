/// A value that only grows: merging it twice, in any order, in any grouping, gives the same.
///
/// The law of the house stands on this: every live structure is merged into MySQL by such a merge
/// and forgotten in Redis only when a fresh read-back proved that MySQL holds it. A step that dies,
/// hangs, repeats or runs twice cannot change the total.
public protocol Mergeable: Equatable, Sendable {
  /// The smallest value that holds everything `self` and `other` hold.
  func merged(with other: Self) -> Self
}

extension Mergeable {
  /// True where merging `other` would add nothing.
  public func holds(_ other: Self) -> Bool { merged(with: other) == self }
}
