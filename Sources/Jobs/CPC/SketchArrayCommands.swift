internal import RedisClient
public import RedisStore
internal import Rules
internal import Sketches

/// What `tally cpc array` does: a sketch for each window of time, the oldest of which are dropped.
///
/// Writing is compare-and-set, window by window, as with sketches that are strings; a dry run stops before
/// it.
public struct SketchArrayCommands {
  private let context: JobContext

  /// One number a window.
  public struct Series: Equatable, Sendable {
    /// When the first window begins, in ms since 1970.
    public let start: Int
    public let windowMilliseconds: Int
    public let estimates: [Double]
  }

  /// So many windows may be asked for at once, those without anything among them.
  public static let seriesCountMax = 100_000

  public init(_ context: JobContext) { self.context = context }

  /// Adds items to the window that `time` belongs to. A new key gets `shape`; one that is there keeps
  /// its own. Nil where there was no window and no item, so that there is none now.
  public func update(
    _ key: [UInt8], at time: Int, with items: ItemSource, shape: SketchArrays.Shape,
    expiry: KeyExpiry
  ) throws -> SketchChange? {
    let store = try store(context.accessToWrite)
    var addition = ItemAddition(items, context.interruption)
    return try Contest(key: store.key(key)).untilWritten { () -> Contest.Attempt<SketchChange?> in
      let known = try read(key, in: store)
      let shape = known ?? shape
      let start = shape.window(of: time)
      let held = known == nil ? nil : try window(start, of: key, in: store)
      let sketch = try addition.sketch(onto: held, lgK: shape.lgK)
      guard held != nil || !sketch.isEmpty else { return .done(nil) }
      let change = SketchChange(from: held?.sketch, to: sketch)
      let image = change.isChanged ? sketch.serialized() : held?.bytes ?? []
      if image == held?.bytes, context.isDryRun || expiry == .keep { return .done(change) }
      if context.isDryRun {
        guard try !store.isTooOld(start, of: key, shape) else {
          throw tooOld(start, store.key(key), shape)
        }
        return .done(change)
      }
      switch try store.replace(
        start, of: key, shape, isNew: known == nil, held?.bytes, by: image, expiry: expiry)
      {
      case .written: return .done(change)
      case .changed: return .overtaken
      case .tooOld: throw tooOld(start, store.key(key), shape)
      }
    }
  }

  private func tooOld(_ start: Int, _ key: [UInt8], _ shape: SketchArrays.Shape) -> RefusedKey {
    RefusedKey(
      key: key,
      reason: "keeps \(shape.size) windows of \(shape.windowMilliseconds) ms, all of which are "
        + "newer than the one at \(start)")
  }

  /// Of the window that `time` belongs to; nil where there is no such key.
  public func estimate(_ key: [UInt8], at time: Int) throws -> SketchEstimate? {
    let store = try store(.readOnly)
    guard let shape = try read(key, in: store) else { return nil }
    let held = try window(shape.window(of: time), of: key, in: store)
    return held.map { SketchEstimate($0.sketch) } ?? .zero
  }

  /// Of each window from that of `first` to that of `last`; nil where there is no such key.
  public func series(_ key: [UInt8], from first: Int, to last: Int) throws -> Series? {
    let store = try store(.readOnly)
    guard let shape = try read(key, in: store) else { return nil }
    let (start, end) = (shape.window(of: first), shape.window(of: last))
    let count = (end - start) / shape.windowMilliseconds + 1
    guard count <= SketchArrayCommands.seriesCountMax else {
      throw JobFailure(
        .usage, "\(count) windows of \(shape.windowMilliseconds) ms lie between the two times",
        hint: "At most \(SketchArrayCommands.seriesCountMax) are told at once.")
    }
    let starts = (0..<count).map { start + $0 * shape.windowMilliseconds }
    var estimates: [Double] = []
    try forEachWindow(starts, of: key, in: store) { estimates.append($0?.sketch.estimate ?? 0) }
    return Series(
      start: start, windowMilliseconds: shape.windowMilliseconds, estimates: estimates)
  }

  /// Of the window that `time` belongs to and those before it, `count` in all, merged; nil where there
  /// is no such key.
  public func merged(_ key: [UInt8], at time: Int, count: Int) throws -> SketchEstimate? {
    let store = try store(.readOnly)
    guard let shape = try read(key, in: store) else { return nil }
    let last = shape.window(of: time)
    let starts = (0..<count).map { last - $0 * shape.windowMilliseconds }.filter { $0 >= 0 }
    var union: CPCSketch?
    try forEachWindow(starts, of: key, in: store) { held in
      guard let sketch = held?.sketch else { return }
      union = try union?.joined(with: sketch) ?? sketch
    }
    return union.map { SketchEstimate($0) } ?? .zero
  }

  private func store(_ access: RedisConnection.Access) throws(RedisError) -> SketchArrays {
    SketchArrays(
      try RedisConnection(context.redis, access: access), keyspace: context.keyspace)
  }

  private func read(_ key: [UInt8], in store: SketchArrays) throws -> SketchArrays.Shape? {
    switch try store.read(key) {
    case .nothing: return nil
    case .array(let shape): return shape
    case .unusable(let reason): throw RefusedKey(key: store.key(key), reason: reason)
    }
  }

  private func window(
    _ start: Int, of key: [UInt8], in store: SketchArrays
  ) throws -> HeldSketch? {
    var found: HeldSketch?
    try forEachWindow([start], of: key, in: store) { found = $0 }
    return found
  }

  private func forEachWindow(
    _ starts: [Int], of key: [UInt8], in store: SketchArrays,
    _ body: (HeldSketch?) throws -> Void
  ) throws {
    try store.forEachWindow(starts, of: key) { start, image in
      let name = store.key(key) + Array(" \(start)".utf8)
      try body(try image.map { try HeldSketch($0, under: name) })
    }
  }
}
