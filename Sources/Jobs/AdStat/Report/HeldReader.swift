internal import RedisClient
internal import RedisStore
internal import Rules

/// Reads what Redis still holds of a report's days, one day at a time.
///
/// Read-only, and in an order in which a rollover or an archive that runs meanwhile can make no count come
/// twice: day hashes before live counters (`AdStatStore.heldCounts`), and all of a day before MySQL.
final class HeldReader {
  /// Codes read together.
  private static let batchSize = 2000
  /// Up to so many pairs of a code and a day are looked up one by one; for more, all keys are walked.
  private static let lookupsMax = 20_000

  let store: AdStatStore
  let state: AdStatState?
  /// Redis' clock when the report began.
  let now: Int
  /// What a rollover would book live counters under now.
  let liveHour: LocalHour

  /// Nil for all codes.
  private var selected: Set<Code>?
  private var fewCodes: [Code]?
  private let context: JobContext
  private var rejected = SeenKeys()
  private(set) var rejectedCount = 0

  init(graceMinutes: Int, in context: JobContext) throws {
    self.context = context
    store = AdStatStore(
      try RedisConnection(context.redis, access: .readOnly), keyspace: context.keyspace)
    now = try store.now()
    state = try store.state()
    let booked = BookingRule(clock: context.clock, graceMinutes: graceMinutes).window(at: now).hour
    // Nothing is booked under a sealed day: the counters wait for a later hour.
    if let sealed = state?.sealed, booked.day <= sealed,
      let first = LocalHour(day: sealed.advanced(by: 1), hour: 0)
    {
      liveHour = first
    } else {
      liveHour = booked
    }
  }

  /// The days of the range that Redis has something of, that of the live counters at the end.
  func days(of range: DayRange, selected: Set<Code>?) throws -> [CivilDay] {
    self.selected = selected
    var held: Set<CivilDay> = []
    if let selected, selected.count * range.dayCount <= HeldReader.lookupsMax {
      let codes = selected.sorted()
      fewCodes = codes
      held = try store.heldDays(of: codes, in: range)
    } else {
      try store.walkDayHashes(of: nil) { page in
        for name in page.names where range.contains(name.day) { held.insert(name.day) }
        // All other misnamed keys have a day and are named when it comes to that.
        reject(page.misnamed.filter { $0.fault == .noSuchDay })
        try tell("looking for days", page.walk)
      }
    }
    held.remove(liveHour.day)
    return held.sorted() + (range.contains(liveHour.day) ? [liveHour.day] : [])
  }

  /// All that Redis holds of one day.
  func read(_ day: CivilDay) throws -> HeldDay {
    var held = HeldDay()
    var batch: [Code] = []
    var seen = SeenKeys()
    func take(_ codes: [Code]) throws {
      for code in codes where selected?.contains(code) ?? true {
        // SCAN may hand a key over twice, and a code comes by two counters.
        if seen.insert(code) { batch.append(code) }
        if batch.count == HeldReader.batchSize {
          try read(batch, of: day, into: &held)
          batch = []
        }
      }
    }
    if let fewCodes {
      try take(fewCodes)
    } else {
      // Live counters first: those that a rollover moves meanwhile are met as day hashes.
      if day == liveHour.day {
        try store.walkLiveCounters { page in
          reject(page.misnamed)
          try take(page.names.map(\.code))
          try tell("live counters", page.walk)
        }
      }
      try store.walkDayHashes(of: day) { page in
        reject(page.misnamed)
        try take(page.names.map(\.code))
        try tell("day hashes", page.walk)
      }
    }
    try read(batch, of: day, into: &held)
    return held
  }

  private func read(_ codes: [Code], of day: CivilDay, into held: inout HeldDay) throws {
    let finding =
      day == liveHour.day
      ? try store.heldCounts(of: codes, with: liveHour, lineage: state?.lineage)
      : try store.heldCounts(of: codes, on: day)
    for count in finding.counts { held.append(count) }
    for (key, reason) in finding.rejected { reject(key, because: reason) }
  }

  private func tell(_ step: StaticString, _ walk: ScanProgress) throws {
    context.observer.progressed(step, done: walk.visitedKeys, total: walk.expectedKeys)
    try context.interruption.check()
  }

  /// Names what looks like a counter and is none, unless only some images are asked about.
  private func reject(_ misnamed: [MisnamedKey]) {
    guard selected == nil else { return }
    for key in misnamed { reject(key.key, because: key.fault.description) }
  }

  private func reject(_ key: [UInt8], because reason: String) {
    guard rejected.insert(key) else { return }
    rejectedCount += 1
    context.observer.rejected(key, because: reason)
  }
}
