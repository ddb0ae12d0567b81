import Jobs

/// One number of a summary and what was counted: `1,234 counters moved`.
struct Tallied {
  let text: String

  /// Counts things: `1 row written`, `2 rows written`.
  init(_ count: Int, _ noun: String, plural: String? = nil, _ verb: String) {
    text = "\(grouped(count)) \(count == 1 ? noun : plural ?? noun + "s") \(verb)"
  }

  init(_ count: Int, _ words: String) { text = "\(grouped(count)) \(words)" }
}

extension RunReport {
  /// One line for people: `adstat rollover-hour: 1,234 counters moved, 0 rejected in 0.4 s`.
  func line(_ numbers: [Tallied]) -> String {
    let counts = numbers.map(\.text).joined(separator: ", ")
    return "\(job)\(isDryRun ? " (dry run, nothing written)" : ""): \(counts) in \(duration)"
  }

  private var duration: String {
    if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
    let whole = Int(seconds.rounded())
    return whole < 3600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
  }
}

extension JobOutcome {
  /// One line for programs, with the counts so far and, after a failure, its `error`.
  func json() -> String {
    var object = JSONText()
    object.add("schema", 1)
    object.add("job", report.job)
    object.add("dry_run", report.isDryRun)
    object.add("found", report.found)
    object.add("changed", report.changed)
    object.add("unchanged", report.unchanged)
    object.add("forgotten", report.forgotten)
    object.add("rejected", report.rejected)
    object.add("seconds", (report.seconds * 1000).rounded() / 1000)
    if let failure { object.add("error", "\(failure)") }
    return "\(object)\n"
  }
}
