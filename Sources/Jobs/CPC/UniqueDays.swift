internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
public import Rules
internal import Sketches

/// The different people of one image on one day, or of several days or images merged: 16 kB.
public struct Viewers: Equatable, Sendable {
  private var sketch = HyperLogLog()

  /// Nobody.
  public init() {}

  init(_ sketch: HyperLogLog) { self.sketch = sketch }

  /// Adds everybody of another one. Whoever is in both counts once.
  public mutating func merge(_ other: Viewers) { sketch.merge(other.sketch) }

  /// How many they are; with a standard error of 0.81 %, however many were merged.
  public var count: ViewerCount {
    ViewerCount(
      estimate: Double(sketch.estimate), lowerBound: sketch.lowerBound(kappa: .two),
      upperBound: sketch.upperBound(kappa: .two))
  }
}

/// Who saw which image on which day, from `cpc_day` and from what Redis still holds.
///
/// These are the HyperLogLogs that the live service keeps under an image's code, and they alone: a CPC
/// sketch has a name of its own, which is no image's, and cannot be merged with a HyperLogLog. A day may
/// lie in both stores, or partly in each: the union of the two is right in every case. Nothing is written.
public struct UniqueDays {
  /// Up to so many pairs of an image and a day are looked up one by one; for more, all keys are walked.
  private static let lookupsMax = 20_000

  private let context: JobContext
  private let table: CPCDay
  /// Nil where Redis is not to be asked.
  private let store: DaySketches?

  /// - Parameter isArchivedOnly: from MySQL alone; Redis is not asked, and may be down.
  public init(_ context: JobContext, isArchivedOnly: Bool = false) throws {
    self.context = context
    table = CPCDay(try context.database(.readOnly))
    store =
      isArchivedOnly
      ? nil
      : DaySketches(
        try RedisConnection(context.redis, access: .readOnly), keyspace: context.keyspace)
  }

  /// Hands over the viewers of each day for one image after the other, those that MySQL has in the
  /// order of their codes, then the others. Days without any are left out. Returns how many sketches
  /// could not be read; each was told to the observer.
  ///
  /// What is in memory at once are the days of one image, 16 kB each, and the names of what Redis holds.
  /// A week, a month or a group of images is made by merging, in `body`.
  /// - Parameter codes: which images; nil for all.
  public func forEachImage(
    in days: DayRange, of codes: Set<Code>? = nil,
    _ body: (Code, [CivilDay: Viewers]) throws -> Void
  ) throws -> Int {
    var rejectedCount = 0
    var inRedis = try held(in: days, of: codes)
    var code: Code?
    var viewers: [CivilDay: Viewers] = [:]

    func finish() throws {
      guard let done = code else { return }
      try add(inRedis.removeValue(forKey: done) ?? [], of: done, to: &viewers, &rejectedCount)
      if !viewers.isEmpty { try body(done, viewers) }
      viewers = [:]
      code = nil
    }

    try table.forEachViewers(in: days, of: codes?.sorted()) { row in
      if row.name.name != code {
        try finish()
        code = row.name.name
        try context.interruption.check()
      }
      add(row, from: .mysql, to: &viewers, &rejectedCount)
    }
    try finish()
    for left in inRedis.keys.sorted() {
      code = left
      try finish()
      try context.interruption.check()
    }
    return rejectedCount
  }

  /// On which of the days Redis has something of each image.
  private func held(in days: DayRange, of codes: Set<Code>?) throws -> [Code: Set<CivilDay>] {
    guard let store else { return [:] }
    var held: [Code: Set<CivilDay>] = [:]
    if let codes, codes.count * days.dayCount <= UniqueDays.lookupsMax {
      for index in days.first.index...days.last.index {
        let day = CivilDay(index: index)
        let names = codes.map { DaySketchName(day: day, kind: .hll, name: $0) }
        for name in try store.present(names) { held[name.name, default: []].insert(day) }
      }
      return held
    }
    try store.walk { page in
      for name in page.names
      where name.kind == .hll && days.contains(name.day) && codes?.contains(name.name) ?? true {
        held[name.name, default: []].insert(name.day)
      }
      context.observer.progressed(
        "looking for viewers", done: page.walk.visitedKeys, total: page.walk.expectedKeys)
      try context.interruption.check()
    }
    return held
  }

  /// What Redis holds of these days. Where it held something and no longer does, an archive has merged it
  /// into MySQL since, maybe after the row was read: that is read again.
  private func add(
    _ days: Set<CivilDay>, of code: Code, to viewers: inout [CivilDay: Viewers],
    _ rejectedCount: inout Int
  ) throws {
    guard let store, !days.isEmpty else { return }
    var gone = Set(days.map { DaySketchName(day: $0, kind: .hll, name: code) })
    try store.read(gone.sorted()) { found in
      for one in found {
        gone.remove(one.name)
        if let sketch = one.sketch {
          add(sketch, from: .redis, to: &viewers, &rejectedCount)
        } else {
          reject(one.name, from: .redis, because: one.fault ?? "", &rejectedCount)
        }
      }
    }
    for row in try table.viewers(gone.sorted()) {
      add(row, from: .mysql, to: &viewers, &rejectedCount)
    }
  }

  private enum Place { case redis, mysql }

  private func add(
    _ sketch: DaySketch, from place: Place, to viewers: inout [CivilDay: Viewers],
    _ rejectedCount: inout Int
  ) {
    do throws(SketchError) {
      let more = Viewers(try HyperLogLog(redisValue: sketch.bytes))
      let day = sketch.name.day
      if viewers[day] == nil { viewers[day] = more } else { viewers[day]?.merge(more) }
    } catch {
      reject(sketch.name, from: place, because: "\(error)", &rejectedCount)
    }
  }

  private func reject(
    _ name: DaySketchName, from place: Place, because reason: String, _ rejectedCount: inout Int
  ) {
    rejectedCount += 1
    let key = DaySketches.key(of: name, in: context.keyspace)
    context.observer.rejected(
      place == .mysql ? Array("mysql's row of ".utf8) + key : key, because: reason)
  }
}
