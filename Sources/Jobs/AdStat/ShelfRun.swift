internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
internal import Rules

/// One comparison of the catalogue with the shelf.
///
/// It goes through the catalogue in the order of codes, a page at a time, and looks in Redis at what
/// belongs to a page. What differs is read from the catalogue once more before it is written, and
/// written only where Redis still holds what was seen, within a minute: a run that was overtaken, or
/// stopped and resumed, does not bring back what others have put right. What is edited in that moment
/// waits for the next run. Dying at any time leaves some images as they should be and some as they
/// were; the next run finds the latter.
struct ShelfRun {
  /// Images looked at together, about 2 MB.
  static let pageSize = 2000
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
  private var now: Int
  private var told: ShelfNotes

  /// How many images of the catalogue each system's shelf holds, as far as was looked.
  private var presentCounts: [String: Int] = [:]
  /// Images that something was done about, or could not be: each counts once.
  private var treated = SeenKeys()
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
    now = try store.now()
    told = ShelfNotes(context.observer)
  }

  mutating func perform(_ report: inout RunReport) throws {
    try images.walk(pageSize: context.batchSize(ShelfRun.pageSize)) { page in
      try context.hold(before: .reading, of: page.count)
      try settle(page, &report)
      lookedAtCount += page.count
      context.observer.progressed("shelf", done: lookedAtCount, total: nil)
      try context.interruption.check()
    }
    for system in systems { try sweep(system, &report) }
    try move.finish(&counters)
    report.rejected += counters.rejected
    told.finish(emptyPositions: plan.emptyPositions)
  }

  // MARK: From the catalogue to the shelf

  /// One page of the catalogue.
  private mutating func settle(_ page: [CatalogueImage], _ report: inout RunReport) throws {
    now = try store.now()
    var wishes: [ShelfWish] = []
    for (wish, places) in try self.wishes(of: page) where isShelvable(wish, &report) {
      if wish.setting != nil {
        report.found += 1
        plan.count(places)
      }
      wishes.append(wish)
    }
    var differing: [Code: ShelfStep] = [:]
    for view in try look(at: wishes) {
      countPresence(view)
      switch view.step {
      case .leave: report.unchanged += view.wish.setting == nil ? 0 : 1
      case .refuse(let reason) where view.present.isEmpty:
        refuse(view.wish.code, reason, &report)
      case .refuse, .refresh, .putUp, .change, .takeDown: differing[view.wish.code] = view.step
      }
    }
    try bringAbout(differing, &report)
  }

  /// Looks, thinks and writes until nobody is quicker. `steps` are the codes in question, with what the
  /// first look made of them; strays, found on a shelf that should not have them, have none.
  private mutating func bringAbout(
    _ steps: [Code: ShelfStep?], _ report: inout RunReport
  ) throws {
    var waiting = steps.keys.sorted()
    for _ in 0..<ShelfRun.tries where !waiting.isEmpty {
      // Before the catalogue is read again: what is written must not be old by then.
      try context.hold(before: .merging, of: waiting.count)
      now = try store.now()
      let tasks = try tasks(for: waiting, steps)
      try rollOver(tasks.filter { $0.write.wish.setting == nil }.map(\.write.wish.code))
      if context.isDryRun {
        for task in tasks { account(for: task, .done, &report) }
        return
      }
      let outcome = try store.shelve(
        tasks.map(\.write), systems: systems, until: now + ShelfRun.writeSecondsMax)
      let taskOf = Dictionary(uniqueKeysWithValues: tasks.map { ($0.write.wish.code, $0) })
      waiting = []
      for (write, verdict) in outcome.verdicts {
        if verdict == .changed || verdict == .stale {
          waiting.append(write.wish.code)
        } else if let task = taskOf[write.wish.code] {
          account(for: task, verdict, &report)
        }
      }
      for system in outcome.refusedSystems { refuse(system: system, &report) }
      if let failure = outcome.failure { throw failure }
    }
    guard waiting.isEmpty else {
      throw JobFailure(
        .tryAgain, "somebody else changes the shelf all the time: \(waiting.count) images are left")
    }
  }

  /// What is to be written of one image, and what that means.
  private struct Task {
    let write: ShelfWrite
    let step: ShelfStep
    let isStray: Bool
  }

  /// Redis is looked at first: what is read of the catalogue after that is newer than whatever another
  /// run could have written before.
  private mutating func tasks(
    for codes: [Code], _ steps: [Code: ShelfStep?]
  ) throws -> [Task] {
    let seen = try store.heldSettings(of: codes)
    plan.setGroupStyles(try styles.ofGroups())
    let rows = try images.rows(of: codes)
    let wishes = try wishes(of: codes.map { rows[$0] ?? CatalogueImage.unknown($0) })
    return zip(wishes, seen).map { pair, held in
      let first = steps[pair.wish.code] ?? nil
      let step = ShelfRule.step(from: held, to: pair.wish, isComplete: first == .refresh)
      return Task(
        write: ShelfWrite(wish: pair.wish, seen: held), step: step, isStray: first == nil)
    }
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

  // MARK: From the shelf to the catalogue

  /// A shelf that holds more than was met on the way through the catalogue is walked for what does not
  /// belong there: an image whose setting expired before it was taken down, or one of another catalogue.
  private mutating func sweep(_ system: String, _ report: inout RunReport) throws {
    guard let count = try store.shelvedCount(on: system) else {
      return refuse(system: system, &report)
    }
    guard count > presentCounts[system, default: 0] else { return }
    var seen = SeenKeys()
    try store.walkShelf(of: system) { codes, others in
      let strays = try strays(among: codes.filter { seen.insert($0) }, on: system)
        .filter { !context.isDryRun || !treated.contains($0) }
      try bringAbout(Dictionary(uniqueKeysWithValues: strays.map { ($0, nil) }), &report)
      if !context.isDryRun { try store.dropFields(others, from: system) }
      report.forgotten += others.count
      try context.interruption.check()
    }
  }

  /// The codes that this system does not show.
  private func strays(among codes: [Code], on system: String) throws -> [Code] {
    let rows = try images.rows(of: codes)
    let known = try wishes(of: codes.compactMap { rows[$0] })
    let shown = Set(known.filter { $0.wish.systems.contains(system) }.map(\.wish.code))
    return codes.filter { !shown.contains($0) }
  }

  // MARK: Looking

  /// What one image should be, what it is, and what follows.
  private struct View {
    let wish: ShelfWish
    let step: ShelfStep
    /// The systems whose shelf has it, of those that show it.
    let present: Set<String>
  }

  private func wishes(
    of page: [CatalogueImage]
  ) throws -> [(wish: ShelfWish, places: ShelfPlaces)] {
    let due = page.filter { $0.dueSpan.contains(now) }
    let named = due.isEmpty ? [:] : try styles.ofImages(due.map(\.code))
    return page.map { image in
      guard image.dueSpan.contains(now) else {
        let wish = ShelfWish(
          code: image.code, dueSpan: image.dueSpan, setting: nil, systems: [])
        return (wish, [:])
      }
      let places = plan.places(of: image, styles: named[image.code] ?? [])
      let wish = ShelfWish(
        code: image.code, dueSpan: image.dueSpan,
        setting: ShelfJSON.text(of: image, at: places), systems: Set(places.keys))
      return (wish, places)
    }
  }

  private mutating func look(at wishes: [ShelfWish]) throws -> [View] {
    let held = try store.heldSettings(of: wishes.map(\.code))
    var present: [Code: Set<String>] = [:]
    var incomplete: Set<Code> = []
    for system in systems {
      let shown = wishes.filter { $0.systems.contains(system) }
      guard let settings = try store.shelved(shown.map(\.code), on: system) else { continue }
      for (wish, setting) in zip(shown, settings) {
        if setting != nil { present[wish.code, default: []].insert(system) }
        if setting != wish.setting { incomplete.insert(wish.code) }
      }
    }
    return zip(wishes, held).map { wish, held in
      View(
        wish: wish,
        step: ShelfRule.step(from: held, to: wish, isComplete: !incomplete.contains(wish.code)),
        present: present[wish.code] ?? [])
    }
  }

  /// After a real run an image that is due lies on all its shelves; a dry run leaves them as they are.
  private mutating func countPresence(_ view: View) {
    if case .refuse = view.step { return }
    for system in context.isDryRun ? view.present : view.wish.systems {
      presentCounts[system, default: 0] += 1
    }
  }

  // MARK: Accounting

  private mutating func account(
    for task: Task, _ verdict: ShelfVerdict, _ report: inout RunReport
  ) {
    let wish = task.write.wish
    if wish.setting != nil {
      if case .refuse(let reason) = task.step { return refuse(wish.code, reason, &report) }
      if verdict == .foreign { return refuse(wish.code, AdStatStore.noSetting, &report) }
    }
    guard treated.insert(wish.code) else { return }
    switch task.step {
    case .putUp:
      report.changed += 1
      told.up(wish.code)
    case .change:
      report.changed += 1
      // A stray that is due was met on its own shelves, and found right there.
      report.unchanged -= task.isStray ? 1 : 0
      told.changed(wish.code)
    case .leave where wish.setting != nil || !task.isStray, .refresh, .refuse:
      report.unchanged += wish.setting == nil ? 0 : 1
    // A stray has lost its setting, and leaves a shelf.
    case .takeDown, .leave:
      report.forgotten += 1
      told.down(wish.code)
    }
  }

  /// False where the code could not have a key of its own, which is said of one that is due.
  private mutating func isShelvable(_ wish: ShelfWish, _ report: inout RunReport) -> Bool {
    guard let fault = AdStatKeys.settingFault(of: wish.code) else { return true }
    if wish.setting != nil { refuse(wish.code, "cannot be put up: \(fault)", &report) }
    return false
  }

  private mutating func refuse(_ code: Code, _ reason: String, _ report: inout RunReport) {
    guard treated.insert(code) else { return }
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

extension CatalogueImage {
  /// What stands on a shelf and in no catalogue is never due.
  fileprivate static func unknown(_ code: Code) -> CatalogueImage {
    var image = CatalogueImage(code: code)
    image.isRemoved = true
    return image
  }
}
