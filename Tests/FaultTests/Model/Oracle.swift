/// What the service counted, and what therefore has to be somewhere, at every moment.
///
/// The law: what is live in Redis, plus for every hour the larger of what its day hash and MySQL hold,
/// is what was counted; and every login bit is in Redis or MySQL, and in Redis or the expiry log. It
/// holds between any two requests of any runs, so that a count deleted too early shows at once, though
/// a later run might cover it up.
struct Oracle {
  /// What does not add up; `lost` and `doubled` are counts and bits.
  struct Findings {
    var lost: UInt64 = 0
    var doubled: UInt64 = 0
    var texts: [String] = []
  }

  private(set) var counted: [Counter: UInt64] = [:]
  private(set) var counters: [Counter]
  /// Every bit that has to be somewhere, and every bit that may be.
  private var bitsDue: [LoginKey: UInt32] = [:]
  private var bitsAllowed: [LoginKey: UInt32] = [:]
  /// Every bit that has to be in Redis or in the log.
  private var bitsToLog: [LoginKey: UInt32] = [:]
  /// Lives of Redis that a FLUSHALL ended, and what MySQL may hold of them.
  private var deadLineages: Set<String> = []
  private var deadCells: [Cell: ClosedRange<UInt64>] = [:]

  init(counters: [Counter]) { self.counters = counters }

  mutating func count(_ counter: Counter, _ amount: UInt64) {
    counted[counter, default: 0] += amount
  }

  mutating func logIn(_ key: LoginKey, on day: Int) {
    for bits in [\Oracle.bitsDue, \.bitsAllowed, \.bitsToLog] {
      self[keyPath: bits][key, default: 0] |= 1 << UInt32(day)
    }
  }

  /// Redis lost all it held, as `before` shows it. What MySQL had by then stays; what a run on its way
  /// had read by then may still arrive there.
  mutating func lostRedis(_ before: Snapshot, withRunsOnTheirWay: Bool) {
    deadLineages.formUnion(before.lineages)
    for cell in Set(before.hashes.keys).union(before.rows.keys) where deadCells[cell] == nil {
      let stored = before.rows[cell] ?? 0
      let read = max(stored, before.hashes[cell] ?? 0)
      deadCells[cell] = stored...(withRunsOnTheirWay ? read : stored)
    }
    counted = [:]
    bitsToLog = before.logged
    bitsDue = before.loginRows
    if !withRunsOnTheirWay { bitsAllowed = before.loginRows }
  }

  func check(_ snapshot: Snapshot) -> Findings {
    var findings = Findings()
    checkCounts(snapshot, &findings)
    checkLogins(snapshot, &findings)
    for stranger in snapshot.strangers { findings.texts.append("a stranger: \(stranger)") }
    return findings
  }

  private func checkCounts(_ snapshot: Snapshot, _ findings: inout Findings) {
    var held = snapshot.live
    for cell in Set(snapshot.hashes.keys).union(snapshot.rows.keys) {
      let (inHash, stored) = (snapshot.hashes[cell] ?? 0, snapshot.rows[cell] ?? 0)
      guard deadLineages.contains(cell.lineage) else {
        held[cell.counter, default: 0] += max(inHash, stored)
        continue
      }
      if let range = deadCells[cell], range.contains(stored), inHash == 0 { continue }
      let range = deadCells[cell].map { "\($0)" } ?? "nothing"
      findings.doubled += 1
      findings.texts.append("\(cell) of an ended life: \(stored), may be \(range)")
    }
    for (cell, range) in deadCells where snapshot.rows[cell] ?? 0 < range.lowerBound {
      findings.lost += 1
      findings.texts.append("\(cell) of an ended life is gone from mysql")
    }
    for counter in Set(held.keys).union(counted.keys) {
      let (has, due) = (held[counter] ?? 0, counted[counter] ?? 0)
      if has == due { continue }
      if has < due { findings.lost += due - has } else { findings.doubled += has - due }
      findings.texts.append("\(counter): \(due) were counted, \(has) are held")
    }
  }

  private func checkLogins(_ snapshot: Snapshot, _ findings: inout Findings) {
    let keys = Set(bitsAllowed.keys).union(snapshot.bitmaps.keys).union(snapshot.loginRows.keys)
    for key in keys {
      let live = snapshot.bitmaps[key] ?? 0
      let held = live | (snapshot.loginRows[key] ?? 0)
      let lost = (bitsDue[key] ?? 0) & ~held
      let foreign = held & ~(bitsAllowed[key] ?? 0)
      let unlogged = (bitsToLog[key] ?? 0) & ~(live | (snapshot.logged[key] ?? 0))
      findings.lost += UInt64(lost.nonzeroBitCount + unlogged.nonzeroBitCount)
      findings.doubled += UInt64(foreign.nonzeroBitCount)
      for (bits, what) in [(lost, "lost"), (foreign, "made up"), (unlogged, "not in the log")]
      where bits != 0 {
        findings.texts.append("\(key): bits \(String(bits, radix: 2)) \(what)")
      }
    }
  }
}
