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
  public var estimate: SketchEstimate { SketchEstimate(sketch) }
}

extension SketchEstimate {
  init(_ sketch: HyperLogLog) {
    self.init(
      estimate: Double(sketch.estimate), lowerBound: sketch.lowerBound(kappa: .two),
      upperBound: sketch.upperBound(kappa: .two))
  }
}

/// Who saw which image on which day, from `cpc_day` and from what Redis still holds.
///
/// A day may lie in both, or partly in each: the union of the two is right in every case. Nothing is
/// written.
public struct UniqueDays {
  private let context: JobContext
  private let table: CPCDay
  private let store: DaySketches

  public init(_ context: JobContext) throws {
    self.context = context
    table = CPCDay(try context.database(.readOnly))
    store = DaySketches(
      try RedisConnection(context.redis, access: .readOnly), keyspace: context.keyspace)
  }

  /// Hands over the viewers of each day for one image after the other, those that MySQL has in the
  /// order of their codes, then the others. Days without any are left out. Returns how many sketches
  /// could not be read; each was told to the observer.
  ///
  /// What is in memory at once are the days of one image, 16 kB each, and the names of what Redis holds.
  /// A week, a month or a group of images is made by merging, in `body`.
  /// - Parameter isWanted: which images; all the others are passed over.
  public func forEachImage(
    in days: ClosedRange<CivilDay>, where isWanted: (Code) -> Bool = { _ in true },
    _ body: (Code, [CivilDay: Viewers]) throws -> Void
  ) throws -> Int {
    var rejectedCount = 0
    var inRedis = try held(in: days, where: isWanted)
    var code: Code?
    var viewers: [CivilDay: Viewers] = [:]

    func finish() throws {
      guard let done = code else { return }
      try add(inRedis.removeValue(forKey: done) ?? [], of: done, to: &viewers, &rejectedCount)
      if !viewers.isEmpty { try body(done, viewers) }
      viewers = [:]
    }

    try table.forEachViewers(in: days) { row in
      guard isWanted(row.name.name) else { return }
      if row.name.name != code {
        try finish()
        code = row.name.name
        try context.interruption.check()
      }
      add(row, from: "mysql's row of ", to: &viewers, &rejectedCount)
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
  private func held(
    in days: ClosedRange<CivilDay>, where isWanted: (Code) -> Bool
  ) throws -> [Code: Set<CivilDay>] {
    var held: [Code: Set<CivilDay>] = [:]
    try store.walk { page in
      for name in page.names
      where name.kind == .hll && days.contains(name.day) && isWanted(name.name) {
        held[name.name, default: []].insert(name.day)
      }
      try context.interruption.check()
    }
    return held
  }

  private func add(
    _ days: Set<CivilDay>, of code: Code, to viewers: inout [CivilDay: Viewers],
    _ rejectedCount: inout Int
  ) throws {
    let names = days.sorted().map { DaySketchName(day: $0, kind: .hll, name: code) }
    guard !names.isEmpty else { return }
    try store.read(names) { found in
      for one in found {
        if let sketch = one.sketch {
          add(sketch, from: "", to: &viewers, &rejectedCount)
        } else {
          rejectedCount += 1
          context.observer.rejected(store.key(of: one.name), because: one.fault ?? "")
        }
      }
    }
  }

  private func add(
    _ sketch: DaySketch, from place: String, to viewers: inout [CivilDay: Viewers],
    _ rejectedCount: inout Int
  ) {
    do throws(SketchError) {
      viewers[sketch.name.day, default: Viewers()]
        .merge(Viewers(try HyperLogLog(redisValue: sketch.bytes)))
    } catch {
      rejectedCount += 1
      context.observer.rejected(Array(place.utf8) + store.key(of: sketch.name), because: "\(error)")
    }
  }
}
