import Jobs
import RedisStore
import Rules

// How the system is doing, in the text format of Prometheus.
// Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>
extension StatusReport {
  /// What is not known is left out, so that no rule takes it for zero.
  func prometheusText() -> String {
    var text = MetricText()
    text.gauge("tally_redis_up", "Whether Redis could be asked.", redisFailure == nil ? 1 : 0)
    if isMySQLConfigured {
      text.gauge("tally_mysql_up", "Whether MySQL could be asked.", mysqlFailure == nil ? 1 : 0)
    }
    text.gauge(
      "tally_job_last_success_timestamp_seconds",
      "When the last run that did all it could began.",
      jobs.compactMap { state in state.lastSuccess.map { (job(state), $0) } })
    text.gauge(
      "tally_job_last_exit_code", "How the last run ended.",
      jobs.compactMap { state in state.lastExitCode.map { (job(state), $0) } })
    text.gauge(
      "tally_job_next_due_timestamp_seconds", "When the crontab runs the job next.",
      jobs.map { (job($0), $0.nextDue) })
    text.gauge(
      "tally_job_late", "Whether a run that was due has not succeeded.",
      jobs.map { (job($0), $0.isLate ? 1 : 0) })
    add(backlog, to: &text)
    if let unknownCodes {
      text.gauge(
        "tally_codes_not_in_catalogue", "Codes that are counted and not in the catalogue.",
        unknownCodes.count)
    }
    text.gauge("tally_late", "How many things are late or wrong.", late.count)
    text.gauge("tally_status_timestamp_seconds", "When all this was looked at.", now)
    return text.text
  }

  private func add(_ backlog: Backlog?, to text: inout MetricText) {
    guard let backlog else { return }
    text.gauge(
      "tally_live_counters", "Live counters above zero in Redis.", backlog.liveCounters)
    text.gauge(
      "tally_live_counts", "What the live counters hold together.",
      Int(clamping: backlog.liveCounts))
    let days = unarchivedDays
    text.gauge(
      "tally_unarchived_day_hashes", "Day hashes of closed days that are not archived.",
      days.reduce(0) { $0 + (backlog.dayHashes[$1] ?? 0) })
    if let oldest = days.first {
      text.gauge(
        "tally_oldest_unarchived_day_age_seconds", "How far back the oldest of these days lies.",
        86_400 * (today.index - oldest.index))
    }
    text.gauge(
      "tally_day_hashes", "All day hashes in Redis.", backlog.dayHashes.values.reduce(0, +))
    text.gauge(
      "tally_day_sketches", "All sketches of days in Redis.",
      backlog.daySketches.values.reduce(0, +))
    text.gauge(
      "tally_unarchived_day_sketches", "Sketches of closed days that no archive has met.",
      closedSketchDays.filter { !areSketchesArchived(of: $0) }
        .reduce(0) { $0 + (backlog.daySketches[$1] ?? 0) })
    text.gauge(
      "tally_login_bitmaps", "All login bitmaps in Redis.", backlog.bitmaps.values.reduce(0, +))
    text.gauge(
      "tally_login_bitmaps_expired", "Login bitmaps that may leave Redis.",
      backlog.bitmaps.filter { expiry.isExpired($0.key) }.values.reduce(0, +))
  }

  private func job(_ state: JobState) -> String { "{job=\"\(state.job.name)\"}" }
}

/// Metrics as lines, each family with its HELP and TYPE.
struct MetricText {
  private(set) var text = ""

  mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    gauge(name, help, [("", value)])
  }

  /// One value a set of labels; nothing where there is none.
  mutating func gauge(_ name: String, _ help: String, _ values: [(labels: String, value: Int)]) {
    guard !values.isEmpty else { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
    for (labels, value) in values { text += "\(name)\(labels) \(value)\n" }
  }
}
