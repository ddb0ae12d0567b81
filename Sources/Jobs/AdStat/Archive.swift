internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
internal import Rules

/// One run of the archive over the days that Redis holds.
///
/// The order of steps protects the counts. Redis seals the day, so that nothing is added behind our
/// back; it remembers the number of the archive before MySQL does; MySQL commits the number before the
/// rows; and only what a fresh connection reads back is deleted. Dying after any step leaves the
/// hashes in Redis, and the next run finds the rows there or writes them again: they are merged by
/// maximum.
struct Archive {
  private let store: AdStatStore
  private let table: AdCtr
  private let writer: ArchiveWriter
  private let sources: AdSource
  private let booking: BookingRule
  private let reader: DayReader
  private let context: JobContext
  private var state: AdStatState?
  private var epochs: [Lineage: UInt16] = [:]

  private var ttlWarnings = TTLWarnings()
  /// Keys named once, though an archive and a forgetting both look at them.
  private var rejected = SeenKeys()

  /// Refuses a Redis that is older than an archive before anything is touched.
  init(
    walk: ImageWalk, database: MySQLDatabase, booking: BookingRule, context: JobContext
  ) throws {
    store = walk.store
    table = AdCtr(database)
    writer = ArchiveWriter(
      table: table, endpoint: database.endpoint, settings: database.settings)
    sources = AdSource(database)
    self.booking = booking
    reader = DayReader(context: context, codesCollectedMax: walk.codesCollectedMax)
    self.context = context
    state = context.isDryRun ? try store.state() : try store.openState()
    guard let state else { return }
    let row = try sources.row(of: state.lineage)
    try OlderRedis.refuse(state, confirmed: row?.confirmed ?? 0, store: store)
    _ = try epoch(of: state.lineage)
  }

  mutating func archive(
    _ day: CivilDay, as treatment: ArchivePolicy.Treatment, _ report: inout RunReport
  ) throws {
    switch treatment {
    case .leave: return
    case .publish: break
    case .archive, .archiveAndForget: guard try seal(day) else { return }
    }
    try reader.forEachReading(of: day) { reading in
      for misnamed in reading.misnamed {
        reject(misnamed.key, because: misnamed.fault.description, &report)
      }
      let hashes = accepted(reading.hashes, &report)
      try archive(hashes, of: day, as: treatment, by: reading.lookup, &report)
      try context.interruption.check()
    }
  }

  /// Call once at the end.
  func finish() { ttlWarnings.finish(to: context.observer) }

  /// False where it is too early, which is said.
  private func seal(_ day: CivilDay) throws -> Bool {
    let earliest = booking.endOfBooking(for: day)
    switch try sealVerdict(of: day, earliest: earliest) {
    case .done: return true
    case .early:
      context.observer.warned(
        "\(day) is not archived yet: until \(clockTime(earliest)) counts may be booked under it")
      return false
    case .otherLineage, .notSealed: throw Archive.replaced
    }
  }

  private func sealVerdict(of day: CivilDay, earliest: Int) throws -> ArchiveVerdict {
    guard context.isDryRun else {
      return try store.seal(day, lineage: try lineage(), earliest: earliest)
    }
    if let sealed = state?.sealed, day <= sealed { return .done }
    return try store.now() < earliest ? .early : .done
  }

  /// `02:15`, as a clock on the wall shows it.
  private func clockTime(_ instant: Int) -> String {
    let hour = context.clock.hour(at: instant)
    let minute = (instant - context.clock.span(of: instant).lowerBound) / 60
    return "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
  }

  private func lineage() throws(JobFailure) -> Lineage {
    guard let state else { throw Archive.replaced }
    return state.lineage
  }

  private static let replaced = JobFailure(
    .tryAgain, "redis was emptied or replaced during this run")

  private mutating func reject(
    _ key: [UInt8], because reason: String, _ report: inout RunReport
  ) {
    guard rejected.insert(key) else { return }
    report.rejected += 1
    context.observer.rejected(key, because: reason)
  }
}

// MARK: - Merging

extension Archive {
  private mutating func archive(
    _ hashes: [DayHash], of day: CivilDay, as treatment: ArchivePolicy.Treatment,
    by lookup: AdCtr.Lookup, _ report: inout RunReport
  ) throws {
    let comparison = try merge(hashes, of: day, as: treatment, by: lookup, &report)
    switch treatment {
    case .archiveAndForget: try forget(hashes, &report)
    case .archive:
      nameAhead(
        hashes.filter { comparison.isAhead(of: $0, epoch: epochs[$0.lineage]!) }, &report)
    case .publish, .leave: break
    }
  }

  /// Those that can be archived; the others are named.
  private mutating func accepted(_ found: [FoundDayHash], _ report: inout RunReport) -> [DayHash] {
    var hashes: [DayHash] = []
    hashes.reserveCapacity(found.count)
    for found in found {
      if found.hadTTL {
        ttlWarnings.found(
          on: printable(store.keys.key(of: found.name)),
          context.isDryRun ? "a real run takes it off" : "it was taken off", to: context.observer)
      }
      if let hash = found.hash {
        report.found += hash.hours.count
        hashes.append(hash)
      } else if let fault = found.fault {
        reject(store.keys.key(of: found.name), because: fault, &report)
      }
    }
    return hashes
  }

  /// Writes only what is missing or smaller.
  private mutating func merge(
    _ hashes: [DayHash], of day: CivilDay, as treatment: ArchivePolicy.Treatment,
    by lookup: AdCtr.Lookup, _ report: inout RunReport
  ) throws -> AdCtrComparison {
    for hash in hashes where epochs[hash.lineage] == nil { _ = try epoch(of: hash.lineage) }
    let run = AdCtrRun(day, of: hashes, epochs: epochs)
    let comparison = try table.compare(run, by: lookup)
    let lackingCount = comparison.lackingCount
    report.unchanged += comparison.heldCount
    guard lackingCount > 0 else { return comparison }
    if !context.isDryRun {
      try context.hold(before: .merging, of: hashes.count)
      try announce(day, isSealed: treatment != .publish)
      try writer.write(comparison)
    }
    report.changed += lackingCount
    if comparison.smallerCount > 0 {
      context.observer.noted("\(comparison.smallerCount) rows of \(day) held less and were raised")
    }
    return comparison
  }

  /// Numbers what is written next: Redis remembers the number before MySQL confirms it, and MySQL
  /// confirms it before the first row is there. If we die in between, Redis is ahead of MySQL, which is
  /// harmless; the other way round, a good Redis would be taken for an old one.
  private func announce(_ day: CivilDay, isSealed: Bool) throws {
    let lineage = try lineage()
    let number = try sources.nextNumber(of: lineage, after: state?.mark ?? 0)
    switch try store.mark(number, lineage: lineage, sealed: isSealed ? day : nil) {
    case .done: try sources.confirm(number, of: lineage)
    case .otherLineage, .early: throw Archive.replaced
    case .notSealed:
      throw JobFailure(
        .redisBehindArchive,
        "redis went back to an older state during this run: \(day), sealed a moment ago, is not",
        hint: "Find out whether a snapshot was restored or a replica was promoted, then run again.")
    }
  }

  /// The number that stands for a lineage in the table. A lineage that is new is registered, or in a
  /// dry run stands as 0, which no row has.
  private mutating func epoch(of lineage: Lineage) throws -> UInt16 {
    if let known = epochs[lineage] { return known }
    if context.isDryRun {
      let epoch = try sources.row(of: lineage)?.epoch ?? 0
      epochs[lineage] = epoch
      return epoch
    }
    let (row, isNew) = try sources.register(lineage)
    if isNew {
      context.observer.noted("a new life of redis: lineage \(lineage) is epoch \(row.epoch)")
    }
    epochs[lineage] = row.epoch
    return row.epoch
  }
}

// MARK: - Forgetting

extension Archive {
  private static let aheadReason = "is kept: mysql is ahead of it, holding more than it counted"

  /// Deletes what a fresh connection proves. If we die in here, some hashes are gone and the rest is
  /// proven again by the next run.
  private mutating func forget(_ hashes: [DayHash], _ report: inout RunReport) throws {
    guard !hashes.isEmpty else { return }
    try context.hold(before: .forgetting, of: hashes.count)
    var lacking: [DayHash] = []
    var ahead: [DayHash] = []
    let proven = try table.prove(hashes, epochs: epochs) { hash, difference in
      switch difference {
      case .lacking: lacking.append(hash)
      case .ahead: ahead.append(hash)
      }
    }
    nameAhead(ahead, &report)
    guard !context.isDryRun else {
      // What is lacking would have been merged.
      report.forgotten += hashes.count - ahead.count
      return
    }
    if let first = lacking.first {
      throw JobFailure(
        .readBackMismatch,
        "mysql does not hold what was committed: \(lacking.count) day hashes, the first one "
          + printable(store.keys.key(of: first.name)),
        hint: "Nothing of these was deleted. Look for a trigger, or for somebody changing ad_ctr.")
    }
    let outcome = try store.forget(proven, lineage: try lineage())
    report.forgotten += outcome.forgotten.count
    for name in outcome.changed {
      context.observer.noted(
        "\(printable(store.keys.key(of: name))) changed since it was read, and is kept")
    }
    if let failure = outcome.failure { throw failure }
  }

  /// Of a closed day: what MySQL holds more of is said, and left.
  private mutating func nameAhead(_ ahead: [DayHash], _ report: inout RunReport) {
    for hash in ahead {
      reject(store.keys.key(of: hash.name), because: Archive.aheadReason, &report)
    }
  }
}
