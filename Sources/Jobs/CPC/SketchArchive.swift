internal import MySQLStore
internal import RedisStore
internal import Rules

/// One run of the archive over the sketches of days.
///
/// The order of steps protects them: MySQL commits the union first; only what a fresh connection reads
/// back, and to which Redis' bytes add nothing, is deleted, and only while Redis still holds these
/// bytes. Dying after any step leaves the keys in Redis, and the next run finds their rows right or
/// merges them again.
struct SketchArchive {
  let store: DaySketches
  let table: CPCDay
  let context: JobContext
  let policy: SketchPolicy

  /// Redis' clock when the run began.
  let now: Int

  /// Keys named once, though SCAN may hand them over again.
  private var rejected = SeenKeys()
  private var warned = SeenKeys()
  private var ttlWarnings = TTLWarnings()

  init(
    store: DaySketches, table: CPCDay, context: JobContext, policy: SketchPolicy, now: Int
  ) {
    self.now = now
    self.store = store
    self.table = table
    self.context = context
    self.policy = policy
  }

  func isWanted(_ day: CivilDay) -> Bool { policy.treatment(of: day) != .leave }

  /// Merges these and empties the set. Sorted, so that the batches go in the order of the table.
  mutating func archive(
    _ names: inout Set<DaySketchName>, atOnce countMax: Int, _ report: inout RunReport
  ) throws {
    let sorted = names.sorted()
    names.removeAll()
    for start in stride(from: 0, to: sorted.count, by: countMax) {
      let batch = sorted[start..<min(start + countMax, sorted.count)]
      try context.hold(before: .reading, of: batch.count)
      try store.read(Array(batch)) { found in
        try archive(found, &report)
        try context.interruption.check()
      }
    }
  }

  mutating func reject(_ key: [UInt8], because reason: String, _ report: inout RunReport) {
    guard rejected.insert(key) else { return }
    report.rejected += 1
    context.observer.rejected(key, because: reason)
  }

  /// Names those that would go by themselves before an archive takes them: of days that are still to come
  /// to their end, or that this run leaves alone. Their time to live is their writer's business, and
  /// stays; what this run merges may go.
  mutating func warnOfExpiry(of names: [DaySketchName]) throws {
    let waiting = names.filter { !isWanted($0.day) || $0.day >= policy.archive.today }
    guard !waiting.isEmpty else { return }
    for (name, left) in zip(waiting, try store.millisecondsLeft(of: waiting)) {
      guard let end = left.map({ now + $0 / 1000 }), end < takenBy(of: name.day),
        warned.insert(name)
      else { continue }
      ttlWarnings.found(
        on: printable(store.key(of: name)),
        "it will be gone at \(context.clock.text(of: end)), before an archive takes it",
        to: context.observer)
    }
  }

  /// Call once at the end.
  func finish() { ttlWarnings.finish(to: context.observer) }

  /// When the first archive that may take a day is over.
  private func takenBy(of day: CivilDay) -> Int {
    let job = ScheduledJob.cpcArchiveDay
    let midnight = LocalTime(day: day.advanced(by: 1), second: 0)
    let end = midnight.map { context.clock.instant(of: $0) } ?? now
    return job.schedule.next(after: max(now, end), on: context.clock) + job.patienceSeconds
  }

  private mutating func archive(_ found: [FoundDaySketch], _ report: inout RunReport) throws {
    var sketches: [DaySketch] = []
    for one in found {
      if let sketch = one.sketch {
        sketches.append(sketch)
      } else if let fault = one.fault {
        reject(store.key(of: one.name), because: fault, &report)
      }
    }
    let comparison = try table.compare(sketches)
    var unusable = comparison.unusable
    if context.isDryRun {
      report.changed += comparison.lacking.count
    } else if !comparison.lacking.isEmpty {
      try context.hold(before: .merging, of: comparison.lacking.count)
      let outcome = try table.merge(comparison.lacking)
      report.changed += outcome.changedCount
      unusable += outcome.unusable
    }
    report.unchanged += comparison.heldCount
    for (sketch, reason) in unusable {
      reject(store.key(of: sketch.name), because: reason, &report)
    }
    let left = Set(unusable.map(\.sketch.name))
    let merged = sketches.filter { !left.contains($0.name) }
    report.found += merged.count
    try forget(merged.filter { policy.treatment(of: $0.name.day) == .archiveAndForget }, &report)
  }

  /// Deletes what a fresh connection proves. If we die in here, some keys are gone and the rest is
  /// proven again by the next run.
  private func forget(_ sketches: [DaySketch], _ report: inout RunReport) throws {
    guard !sketches.isEmpty else { return }
    guard !context.isDryRun else {
      // What is lacking would have been merged.
      report.forgotten += sketches.count
      return
    }
    try context.hold(before: .forgetting, of: sketches.count)
    var lacking: [DaySketch] = []
    let proven = try table.prove(sketches) { lacking.append($0) }
    if let first = lacking.first {
      throw JobFailure(
        .readBackMismatch,
        "mysql does not hold what was committed: \(lacking.count) sketches, the first one "
          + printable(store.key(of: first.name)),
        hint: "Nothing of these was deleted. Look for a trigger, or for somebody changing cpc_day.")
    }
    try store.forget(proven) { name, verdict in
      switch verdict {
      case .deleted: report.forgotten += 1
      case .gone: break
      case .changed:
        context.observer.noted(
          "\(printable(store.key(of: name))) changed since it was read, and is kept")
      }
    }
  }
}
