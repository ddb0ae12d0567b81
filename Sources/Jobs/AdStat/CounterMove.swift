internal import RedisClient
internal import RedisStore
internal import Rules

/// Moves live counters in batches, asks again where Redis wants new windows, and keeps the account.
struct CounterMove {
  /// Counters that are moved before a signal is looked at.
  static let batchSize = 2000
  /// New windows hold for an hour or more; who needs more of them than this has a clock that jumps.
  static let windowTries = 5

  private let store: AdStatStore
  private let hour: LocalHour?
  private let booking: BookingRule
  private let context: JobContext
  private var state: AdStatState?
  private var windows: [BookingWindow] = []
  private var mayReadStateAgain = true

  private var batch: [LiveCounter] = []
  private var seen = SeenKeys()
  private var sealedCount = 0
  private var ttlWarnings = TTLWarnings()

  /// `state` is nil only in a dry run; `hour` books all counters into one hour, whatever the time.
  init(
    store: AdStatStore, state: AdStatState?, hour: LocalHour?, booking: BookingRule,
    context: JobContext
  ) {
    self.store = store
    self.state = state
    self.hour = hour
    self.booking = booking
    self.context = context
  }

  mutating func add(_ counters: [LiveCounter], _ report: inout RunReport) throws {
    // Read-only, a counter that comes again would be counted again; moved, it is found empty.
    batch += context.isDryRun ? counters.filter { seen.insert($0) } : counters
    while batch.count >= context.batchSize(CounterMove.batchSize) { try moveBatch(&report) }
  }

  /// Moves what was added so far.
  mutating func flush(_ report: inout RunReport) throws {
    while !batch.isEmpty { try moveBatch(&report) }
  }

  /// Moves what is left and says what stayed since it last did.
  mutating func finish(_ report: inout RunReport) throws {
    try flush(&report)
    ttlWarnings.finish(to: context.observer)
    ttlWarnings = TTLWarnings()
    defer { sealedCount = 0 }
    if sealedCount > 0 {
      context.observer.warned(
        "\(sealedCount) live \(sealedCount == 1 ? "counter stays" : "counters stay") in place, "
          + "because the day of this hour is sealed; a later hour takes what is left")
    }
  }

  mutating func reject(_ misnamed: MisnamedKey, _ report: inout RunReport) {
    guard seen.insert(misnamed.key) else { return }
    report.rejected += 1
    context.observer.rejected(misnamed.key, because: misnamed.fault.description)
  }

  private mutating func moveBatch(_ report: inout RunReport) throws {
    let counters = Array(batch.prefix(context.batchSize(CounterMove.batchSize)))
    batch.removeFirst(counters.count)
    try context.hold(before: .reading, of: counters.count)
    if context.isDryRun {
      let target = try hour ?? booking.window(at: store.now()).hour
      let outcome = try store.previewRoll(counters, into: target, state: state)
      account(for: outcome, &report)
    } else {
      try move(counters, &report)
    }
    try context.interruption.check()
  }

  /// Dying in here leaves each counter either live or in its day hash, never in both.
  private mutating func move(_ counters: [LiveCounter], _ report: inout RunReport) throws {
    var waiting = counters
    for _ in 0..<CounterMove.windowTries {
      let lineage = try currentLineage()
      let outcome = try store.roll(waiting, lineage: lineage, windows: try currentWindows())
      account(for: outcome, &report)
      if let failure = outcome.failure { throw failure }
      waiting = []
      var isOtherLineage = false
      for rolled in outcome.unusual {
        switch rolled.verdict {
        case .stale: windows = []
        case .otherLineage: isOtherLineage = true
        default: continue
        }
        waiting.append(rolled.counter)
      }
      if waiting.isEmpty { return }
      if isOtherLineage { try readStateAgain() }
    }
    throw JobFailure(
      .tryAgain,
      "the clock of redis jumps: no hour to book under in \(CounterMove.windowTries) tries"
    )
  }

  private mutating func currentLineage() throws -> Lineage {
    if let state { return state.lineage }
    let opened = try store.openState()
    state = opened
    return opened.lineage
  }

  private mutating func currentWindows() throws -> [BookingWindow] {
    if let hour { return [BookingWindow(span: 0..<1 << 53, hour: hour)] }
    if windows.isEmpty { windows = booking.windows(at: try store.now()) }
    return windows
  }

  private mutating func readStateAgain() throws {
    guard mayReadStateAgain else {
      throw JobFailure(.tryAgain, "redis was emptied or replaced more than once during this run")
    }
    mayReadStateAgain = false
    state = nil
    context.observer.warned("redis was emptied or replaced during this run")
  }

  private mutating func account(for outcome: RollOutcome, _ report: inout RunReport) {
    report.found += outcome.movedCount
    report.changed += outcome.movedCount
    report.forgotten += outcome.movedCount
    for rolled in outcome.unusual { account(for: rolled, &report) }
  }

  private mutating func account(for rolled: Rolled, _ report: inout RunReport) {
    switch rolled.verdict {
    case .stale, .otherLineage: break
    case .moved: warnOfTTLs(of: rolled)
    case .sealed:
      guard seenFirst(rolled.counter) else { return }
      report.found += 1
      sealedCount += 1
    case .rejected(let reason, let isCount):
      guard seenFirst(rolled.counter) else { return }
      report.found += isCount ? 1 : 0
      report.rejected += 1
      context.observer.rejected(store.keys.key(of: rolled.counter), because: reason)
    }
  }

  private mutating func warnOfTTLs(of rolled: Rolled) {
    let key = printable(store.keys.key(of: rolled.counter))
    if rolled.liveKeyHadTTL {
      ttlWarnings.found(on: key, "its count moved before it expired", to: context.observer)
    }
    if rolled.dayHashHadTTL {
      ttlWarnings.found(on: "the day hash of \(key)", "it was taken off", to: context.observer)
    }
  }

  /// What stays in place may come again on a later page of the walk; a dry run looked before.
  private mutating func seenFirst(_ counter: LiveCounter) -> Bool {
    context.isDryRun || seen.insert(counter)
  }
}
