import Jobs
import RedisStore
import Rules

// How the system is doing, for people and as JSON.
extension StatusReport {
  /// Tables for people, times as the wall clock of the installation's zone shows them.
  func text(clock: LocalClock) -> String {
    var lines = columns(
      [["job", "last success", "next due", ""]]
        + jobs.map { state in
          [
            state.job.name, state.lastSuccess.map { clock.text(of: $0) } ?? "unknown",
            clock.text(of: state.nextDue), state.isLate ? "late" : "",
          ]
        })
    if let backlog {
      lines += ["", "waiting in Redis"] + columns(waiting(backlog)).map { "  \($0)" }
    }
    if let codes = unknownCodes, codes.count > 0 {
      let named = codes.named.map { printable($0.bytes) }.joined(separator: ", ")
      let more = codes.count - codes.named.count
      lines += [
        "",
        "counted, but not in the catalogue: \(grouped(codes.count)) "
          + "\(codes.count == 1 ? "code" : "codes"): \(named)"
          + (more > 0 ? " and \(grouped(more)) more" : ""),
      ]
    }
    lines += [""] + (late.isEmpty ? ["nothing is late"] : late.map { "late: \($0)" })
    return lines.map { "\(harmless($0))\n" }.joined()
  }

  private func waiting(_ backlog: Backlog) -> [[String]] {
    var rows = [
      [
        "live counters", grouped(backlog.liveCounters),
        "\(grouped(Int(clamping: backlog.liveCounts))) counts",
      ]
    ]
    if backlog.malformedCounters > 0 {
      rows.append(["malformed counters", grouped(backlog.malformedCounters), ""])
    }
    for (day, count) in backlog.dayHashes.sorted(by: { $0.key < $1.key }) {
      rows.append(["day hashes of \(day)", grouped(count), state(of: day)])
    }
    for (day, count) in backlog.daySketches.sorted(by: { $0.key < $1.key }) {
      rows.append(["sketches of \(day)", grouped(count), sketchState(of: day)])
    }
    for (month, count) in backlog.bitmaps.sorted(by: { $0.key < $1.key }) {
      rows.append([
        "login bitmaps of \(month)", grouped(count), expiry.isExpired(month) ? "may expire" : "",
      ])
    }
    return rows
  }

  private func state(of day: CivilDay) -> String {
    if isArchived(day) { return "archived" }
    return day < today ? "closed, not archived" : "counting"
  }

  private func sketchState(of day: CivilDay) -> String {
    guard day < today else { return "counting" }
    return areSketchesArchived(of: day) ? "archived" : "closed, not archived"
  }

  /// One JSON object on one line.
  func json() -> String {
    var object = JSONText()
    object.add("schema", 1)
    object.add("ok", status == .done)
    object.add("redis", redisFailure.map { "\($0)" } ?? "ok")
    object.add(
      "mysql", mysqlFailure.map { "\($0)" } ?? (isMySQLConfigured ? "ok" : "not configured"))
    object.add("jobs", jobs.map(json))
    if let backlog { object.add("waiting", json(backlog)) } else { object.addNull("waiting") }
    if let unknownCodes {
      var codes = JSONText()
      codes.add("count", unknownCodes.count)
      codes.add("named", unknownCodes.named.map { printable($0.bytes) })
      object.add("not_in_catalogue", codes)
    } else {
      object.addNull("not_in_catalogue")
    }
    object.add("late", late)
    return "\(object)\n"
  }

  private func json(_ state: JobState) -> JSONText {
    var object = JSONText()
    object.add("job", state.job.name)
    if let success = state.lastSuccess {
      object.add("last_success", utcText(success))
      object.add("age_seconds", now - success)
    } else {
      object.addNull("last_success")
      object.addNull("age_seconds")
    }
    if let code = state.lastExitCode {
      object.add("last_exit_code", code)
    } else {
      object.addNull("last_exit_code")
    }
    object.add("next_due", utcText(state.nextDue))
    object.add("late", state.isLate)
    return object
  }

  /// How much waits of each day, by the name of what it is.
  private func json(
    _ days: [CivilDay: Int], _ name: String, isArchived: (CivilDay) -> Bool
  ) -> [JSONText] {
    days.sorted { $0.key < $1.key }.map { day, count in
      var object = JSONText()
      object.add("day", day.description)
      object.add(name, count)
      object.add("closed", day < today)
      object.add("archived", isArchived(day))
      return object
    }
  }

  private func json(_ backlog: Backlog) -> JSONText {
    var object = JSONText()
    object.add("live_counters", backlog.liveCounters)
    object.add("live_counts", backlog.liveCounts)
    object.add("malformed_counters", backlog.malformedCounters)
    object.add("day_hashes", json(backlog.dayHashes, "hashes", isArchived: isArchived))
    object.add(
      "day_sketches", json(backlog.daySketches, "sketches", isArchived: areSketchesArchived))
    object.add(
      "login_bitmaps",
      backlog.bitmaps.sorted { $0.key < $1.key }.map { month, count in
        var object = JSONText()
        object.add("month", month.description)
        object.add("bitmaps", count)
        object.add("expired", expiry.isExpired(month))
        return object
      })
    return object
  }
}

/// `2026-11-21T12:00:03Z`
private func utcText(_ instant: Int) -> String {
  let time = LocalClock.utc.time(at: instant).description
  return time.replacing(" ", with: "T") + "Z"
}

/// Rows as lines, each column as wide as its widest cell, two spaces between.
func columns(_ rows: [[String]]) -> [String] {
  let count = rows.map(\.count).max() ?? 0
  let widths = (0..<count).map { column in
    rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    var line = ""
    for (cell, width) in zip(row, widths) {
      line += cell + String(repeating: " ", count: width - cell.count + 2)
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
