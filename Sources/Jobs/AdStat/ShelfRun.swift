internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
internal import Rules

/// One comparison of the catalogue with the shelf.
///
/// It goes through the catalogue in the order of codes, a page at a time: it looks in Redis at what
/// belongs to the page, then reads the page of the catalogue, and writes what differs, only where Redis
/// still holds what was seen, within a minute: a run that was overtaken, or stopped and resumed, does
/// not bring back what others have put right, but looks again. What is edited in that moment waits for
/// the next run. Dying at any time leaves some images as they should be and some as they were; the next
/// run finds the latter.
struct ShelfRun {
  /// Images looked at together, about 1 MB.
  static let pageSize = 1000
  /// What was read longer ago is not written any more, but read again.
  static let writeSecondsMax = 60
  /// Who is overtaken more often than this meets somebody who does nothing else.
  static let tries = 5

  private let store: AdStatStore
  private let images: AdImage
  private let styles: AdStyle
  private let context: JobContext
  private let systems: [String]
  private var plan: ShelfPlan
  private var move: CounterMove
  /// The counters that moved before their images went.
  private(set) var counters: RunReport
  private var told: ShelfNotes

  /// How many images of the catalogue each system's shelf holds, as far as was looked.
  private var presentCounts: [Int]
  /// What a dry run met on a shelf, and the catalogue does not know.
  private var metStrays = SeenKeys()
  private var refusedSystems: Set<String> = []
  private var lookedAtCount = 0

  /// `move` takes the counters of what goes.
  init(
    store: AdStatStore, database: MySQLDatabase, move: CounterMove, context: JobContext
  ) throws {
    self.store = store
    self.context = context
    self.move = move
    counters = RunReport(job: Shelve.name, isDryRun: context.isDryRun)
    images = AdImage(database)
    styles = AdStyle(database)
    systems = try styles.systems()
    plan = ShelfPlan(groupStyles: try styles.ofGroups(), positions: try styles.positions())
    presentCounts = systems.map { _ in 0 }
    told = ShelfNotes(context.observer)
  }

  mutating func perform(_ report: inout RunReport) throws {
    try images.walkCodes(pageSize: context.batchSize(ShelfRun.pageSize)) { codes in
      try context.hold(before: .reading, of: codes.count)
      // Before the catalogue is read: what is written must not be old by then.
      try context.hold(before: .merging, of: 0)
      try settle(codes, &report)
      lookedAtCount += codes.count
      context.observer.progressed("shelf", done: lookedAtCount, total: nil)
      try context.interruption.check()
    }
    for number in systems.indices { try sweep(number, &report) }
    try move.finish(&counters)
    report.rejected += counters.rejected
    try sayWhatIsEmpty()
  }

  /// Positions that show nothing are said once. Dying between saying and remembering, it is said twice.
  private func sayWhatIsEmpty() throws {
    let said = try store.positionsSaidEmpty()
    told.finish(emptyPositions: plan.emptyPositions, said: said)
    if !context.isDryRun { try store.remember(plan.emptyPositions, insteadOf: said) }
  }

  // MARK: From the catalogue to the shelf

  /// One page of the catalogue.
  private mutating func settle(_ codes: [Code], _ report: inout RunReport) throws {
    let faults = codes.map { AdStatKeys.settingFault(of: $0) }
    let look = try look(at: zip(codes, faults).filter { $1 == nil }.map(\.0)) {
      (try images.rows(along: codes), try styles.ofImages(along: codes))
    }
    for (code, fault) in zip(codes, faults) where look.isDue(code) {
      if let fault { refuse(code, "cannot be put up: \(fault)", &report) }
    }
    var views = look.views(plan, systems: systems)
    // What differs may do so because a group's style was changed since it was read.
    if views.contains(where: \.needsWriting), plan.setGroupStyles(try styles.ofGroups()) {
      views = look.views(plan, systems: systems)
    }
    try bringAbout(views, readAt: look.now, &report)
  }

  /// Writes where something differs. Where somebody was quicker, looks and thinks again.
  private mutating func bringAbout(
    _ views: [ShelfView], readAt instant: Int, _ report: inout RunReport
  ) throws {
    for view in views where !view.needsWriting { account(for: view, view.step, &report) }
    var waiting = views.filter(\.needsWriting)
    var instant = instant
    for _ in 0..<ShelfRun.tries where !waiting.isEmpty {
      try rollOver(waiting.filter { !$0.isDue }.map(\.code))
      let overtaken = try write(waiting, readAt: instant, &report)
      waiting = []
      guard !overtaken.isEmpty else { return }
      let look = try look(at: overtaken.map(\.code))
      plan.setGroupStyles(try styles.ofGroups())
      instant = look.now
      for (before, view) in zip(overtaken, look.views(plan, systems: systems)) {
        if view.needsWriting {
          waiting.append(view)
        } else {
          account(for: view, view.stepTaken(since: before), &report)
        }
      }
    }
    guard waiting.isEmpty else {
      throw JobFailure(
        .tryAgain, "somebody else changes the shelf all the time: \(waiting.count) images are left")
    }
  }

  /// Returns those with which somebody was quicker.
  private mutating func write(
    _ views: [ShelfView], readAt instant: Int, _ report: inout RunReport
  ) throws -> [ShelfView] {
    if context.isDryRun {
      for view in views { account(for: view, view.step, &report) }
      return []
    }
    let outcome = try store.shelve(
      views.map { ShelfWrite(wish: $0.wish, seen: $0.held) }, systems: systems,
      until: instant + ShelfRun.writeSecondsMax)
    var overtaken: [ShelfView] = []
    for (view, verdict) in zip(views, outcome.verdicts) {
      switch verdict {
      case .changed, .stale: overtaken.append(view)
      case .foreign where view.isDue && !view.isRefused:
        account(for: view, .refuse(AdStatStore.noSetting), &report)
      case .done, .foreign: account(for: view, view.step, &report)
      case nil: break
      }
    }
    for system in outcome.refusedSystems { refuse(system: system, &report) }
    if let failure = outcome.failure { throw failure }
    return overtaken
  }

  /// What an image was counted since the last full hour is moved before it goes, as ever into the hour
  /// that Redis' clock says.
  private mutating func rollOver(_ codes: [Code]) throws {
    guard !codes.isEmpty else { return }
    try move.add(
      codes.flatMap { code in Metric.allCases.map { LiveCounter(code: code, metric: $0) } },
      &counters)
    try move.flush(&counters)
  }

  private func look(at codes: [Code]) throws -> ShelfLook {
    try look(at: codes) { (try images.rows(of: codes), try styles.ofImages(codes)) }
  }

  /// Redis first, then the catalogue: see `ShelfLook`.
  private func look(
    at codes: [Code],
    _ catalogue: () throws -> ([Code: CatalogueImage], [Code: [CatalogueStyle]])
  ) throws -> ShelfLook {
    let now = try store.now()
    let sight = try store.look(at: codes, systems: systems)
    let (images, styles) = try catalogue()
    return ShelfLook(codes: codes, sight: sight, images: images, styles: styles, now: now)
  }

  // MARK: From the shelf to the catalogue

  /// A shelf that holds more than was met on the way through the catalogue is walked for what the
  /// catalogue does not know, such as the images of another one.
  private mutating func sweep(_ number: Int, _ report: inout RunReport) throws {
    let system = systems[number]
    guard let count = try store.shelvedCount(on: system) else {
      return refuse(system: system, &report)
    }
    guard count > presentCounts[number] else { return }
    try store.walkShelf(of: system) { codes, others in
      var strays = Set(codes).subtracting(try images.known(of: Set(codes))).sorted()
      // Read-only, a stray that comes again would be counted again; taken off, it is found nowhere.
      if context.isDryRun { strays = strays.filter { metStrays.insert($0) } }
      let look = try look(at: strays)
      try bringAbout(look.views(plan, systems: systems), readAt: look.now, &report)
      if !context.isDryRun { try store.dropFields(others, from: system) }
      report.forgotten += others.count
      try context.interruption.check()
    }
  }

  // MARK: Accounting

  /// Whatever was to be done about an image is done; each is met here once.
  private mutating func account(
    for view: ShelfView, _ step: ShelfStep, _ report: inout RunReport
  ) {
    countPresence(view, step)
    if view.isDue {
      report.found += 1
      plan.count(view.places)
    }
    switch step {
    case .leave, .refresh: report.unchanged += view.isDue ? 1 : 0
    case .putUp:
      report.changed += 1
      told.up(view.code)
    case .change:
      report.changed += 1
      told.changed(view.code)
    case .takeDown:
      report.forgotten += 1
      told.down(view.code)
    case .refuse(let reason): refuse(view.code, reason, &report)
    }
  }

  /// After a real run an image lies on the shelves that show it, and on none where its key is somebody
  /// else's; a dry run leaves it where it is.
  private mutating func countPresence(_ view: ShelfView, _ step: ShelfStep) {
    if case .refuse = step, !context.isDryRun { return }
    for number in systems.indices {
      let isThere =
        context.isDryRun
        ? view.shelves.contains(number) : view.wish.systems.contains(systems[number])
      presentCounts[number] += isThere ? 1 : 0
    }
  }

  private func refuse(_ code: Code, _ reason: String, _ report: inout RunReport) {
    report.rejected += 1
    context.observer.rejected(store.keys.setting(of: code), because: reason)
  }

  private mutating func refuse(system: String, _ report: inout RunReport) {
    guard refusedSystems.insert(system).inserted else { return }
    report.rejected += 1
    context.observer.rejected(
      store.keys.shelf(of: system), because: "is another type of key, not a shelf")
  }
}
