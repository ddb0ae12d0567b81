internal import MySQLStore
internal import RedisClient
internal import RedisStore
internal import Rules

/// Compares the day sketches of Redis with their rows in `cpc_day`: a row has to hold all that Redis does.
///
/// Redis is read first, so that a row that holds less is no matter of time. One that holds more is what an
/// archive leaves behind, and no difference.
struct SketchComparison {
  /// Sketches compared at a time; of HyperLogLogs some 4 MB.
  private static let batchSize = 256

  let store: DaySketches
  let table: CPCDay
  /// Days before this one an archive that is over by now should have merged.
  let firstUnowed: CivilDay
  let context: JobContext
  private var seen = SeenKeys()

  init(store: DaySketches, table: CPCDay, firstUnowed: CivilDay, context: JobContext) {
    self.store = store
    self.table = table
    self.firstUnowed = firstUnowed
    self.context = context
  }

  /// All days, or those of a range.
  mutating func compare(_ days: DayRange?, _ report: inout VerifyReport) throws {
    var names: [DaySketchName] = []
    try store.walk { page in
      for misnamed in page.misnamed where days == nil && seen.insert(misnamed.key) {
        reject(misnamed.key, because: misnamed.fault.description, &report)
      }
      for name in page.names where days?.contains(name.day) ?? true {
        if seen.insert(name) { names.append(name) }
        if names.count == SketchComparison.batchSize { try compare(&names, &report) }
      }
      context.observer.progressed(
        "sketches", done: page.walk.visitedKeys, total: page.walk.expectedKeys)
      try context.interruption.check()
    }
    try compare(&names, &report)
  }

  private func compare(_ names: inout [DaySketchName], _ report: inout VerifyReport) throws {
    try store.read(names.sorted()) { found in
      for one in found where one.sketch == nil {
        reject(store.key(of: one.name), because: one.fault ?? "", &report)
      }
      let comparison = try table.compare(found.compactMap(\.sketch))
      for (sketch, reason) in comparison.unusable {
        reject(store.key(of: sketch.name), because: reason, &report)
      }
      report.daySketches.compared += comparison.heldCount + comparison.lacking.count
      for sketch in comparison.lacking {
        account(for: sketch.name, hasRow: !comparison.absent.contains(sketch.name), &report)
      }
    }
    names.removeAll()
  }

  private func account(
    for name: DaySketchName, hasRow: Bool, _ report: inout VerifyReport
  ) {
    switch Agreement.ofSketches(isHeld: false, hasRow: hasRow, isOwed: name.day < firstUnowed) {
    case .equal, .ahead: break
    case .waiting: report.daySketches.waiting += 1
    case .lacking:
      report.daySketches.different += 1
      context.observer.differed(
        store.key(of: name), how: "redis has seen what mysql's row has not")
    }
  }

  private func reject(_ key: [UInt8], because reason: String, _ report: inout VerifyReport) {
    report.rejected += 1
    context.observer.rejected(key, because: reason)
  }
}
