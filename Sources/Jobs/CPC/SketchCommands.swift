internal import Glibc
internal import RedisClient
public import RedisStore
internal import Rules
internal import Sketches

/// What `tally cpc` does to sketches that are strings of Redis.
///
/// Writing is compare-and-set: a sketch is read, changed here, and written only where Redis still holds
/// what was read. Where another writer was quicker it is done again on what that one wrote, so that
/// nobody's items are lost. Dying before the write leaves the key as it was; after it, all is done. A dry
/// run stops before the write, on a connection that could not do it, and answers what it would have.
public struct SketchCommands {
  private let context: JobContext

  public init(_ context: JobContext) { self.context = context }

  /// Adds items. A new key gets `lgK`; one that is there keeps its own. Nil where there was no key and
  /// no item, so that there is none now.
  public func update(
    _ key: [UInt8], with items: ItemSource, lgK: Int, expiry: KeyExpiry
  ) throws -> SketchChange? {
    let store = try store(context.accessToWrite)
    var addition = ItemAddition(items, context.interruption)
    return try change(key, in: store, expiry: expiry) { held in
      try addition.sketch(onto: held, lgK: lgK)
    }
  }

  /// How many different items all of these have seen together; nil where none of the keys is there.
  ///
  /// The estimate of one sketch is its own. That of several is made from their union, which is less
  /// exact.
  public func estimate(_ keys: [[UInt8]]) throws -> SketchEstimate? {
    try union(of: keys, in: try store(.readOnly)).map { SketchEstimate($0) }
  }

  /// Merges the sources into `destination`, and what that holds already; a key that is not there is an
  /// empty one. Nil where there is no sketch at all.
  public func merge(
    _ sources: [[UInt8]], into destination: [UInt8], expiry: KeyExpiry
  ) throws -> SketchChange? {
    let store = try store(context.accessToWrite)
    guard let merged = try union(of: sources, in: store) else {
      return try read(destination, in: store).map { SketchChange(from: $0.sketch, to: $0.sketch) }
    }
    return try change(destination, in: store, expiry: expiry) { held in
      try held?.sketch.joined(with: merged) ?? merged
    }
  }

  private func store(_ access: RedisConnection.Access) throws(RedisError) -> SketchStrings {
    SketchStrings(
      try RedisConnection(context.redis, access: access), keyspace: context.keyspace)
  }

  private func union(of keys: [[UInt8]], in store: SketchStrings) throws -> CPCSketch? {
    var union: CPCSketch?
    for key in keys {
      guard let held = try read(key, in: store) else { continue }
      union = try union?.joined(with: held.sketch) ?? held.sketch
    }
    return union
  }

  private func read(_ key: [UInt8], in store: SketchStrings) throws -> HeldSketch? {
    switch try store.read(key) {
    case .nothing: return nil
    case .unusable(let reason): throw RefusedKey(key: store.key(key), reason: reason)
    case .bytes(let bytes): return try HeldSketch(bytes, under: store.key(key))
    }
  }

  private func change(
    _ key: [UInt8], in store: SketchStrings, expiry: KeyExpiry,
    _ changed: (HeldSketch?) throws -> CPCSketch
  ) throws -> SketchChange? {
    try Contest(key: store.key(key)).untilWritten { () -> Contest.Attempt<SketchChange?> in
      let held = try read(key, in: store)
      let sketch = try changed(held)
      guard held != nil || !sketch.isEmpty else { return .done(nil) }
      let change = SketchChange(from: held?.sketch, to: sketch)
      let image = change.isChanged ? sketch.serialized() : held?.bytes ?? []
      // What is there already needs no write, but may need another time to live.
      if context.isDryRun || image == held?.bytes && expiry == .keep { return .done(change) }
      let isWritten = try store.replace(key, held?.bytes, by: image, expiry: expiry)
      return isWritten ? .done(change) : .overtaken
    }
  }
}

extension JobContext {
  /// What a command that writes may do: in a dry run no more than read.
  var accessToWrite: RedisConnection.Access { isDryRun ? .readOnly : .readWrite }
}

extension HeldSketch {
  init(_ bytes: [UInt8], under key: [UInt8]) throws(RefusedKey) {
    self.bytes = bytes
    do { sketch = try CPCSketch(serialized: bytes) } catch {
      let isHLL = bytes.starts(with: Array("HYLL".utf8))
      throw RefusedKey(
        key: key,
        reason: isHLL ? "holds a HyperLogLog of Redis, no CPC sketch" : "holds \(error)")
    }
  }
}

/// Writers who want the same key: each tries again until it was the quickest, but not for ever.
struct Contest {
  let key: [UInt8]
  /// Of many writers at once one always wins, so that a hundred of them are through by then.
  static let triesMax = 100

  enum Attempt<T> {
    case done(T)
    /// Somebody else wrote the key meanwhile; nothing was done.
    case overtaken
  }

  /// Repeats `attempt` while it is overtaken, with a growing pause that is different for each.
  func untilWritten<T>(_ attempt: () throws -> Attempt<T>) throws -> T {
    for number in 0..<Contest.triesMax {
      if case .done(let value) = try attempt() { return value }
      usleep(UInt32.random(in: 0...min(50_000, 500 << UInt32(min(number, 7)))))
    }
    throw JobFailure(
      .tryAgain, "\(printable(key)) was changed by others \(Contest.triesMax) times in a row",
      hint: "Nothing was written. Run it again, or let one writer collect what the others add.")
  }
}
