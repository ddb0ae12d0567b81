/// What happened in one schedule or in many.
struct Figures {
  var schedules = 0
  var runs = 0
  var requests = 0
  var killedThreads = 0
  var killedProcesses = 0
  var lostRequests = 0
  var lostReplies = 0
  var parked = 0
  var clockJumps = 0
  var redisRestarts = 0
  var mysqlRestarts = 0
  var lostRedises = 0
  var killedSessions = 0
  var flushedScripts = 0
  var checks = 0
  var lost: UInt64 = 0
  var doubled: UInt64 = 0

  var kills: Int { killedThreads + killedProcesses }

  static func += (a: inout Figures, b: Figures) {
    for path in [
      \Figures.schedules, \.runs, \.requests, \.killedThreads, \.killedProcesses, \.lostRequests,
      \.lostReplies, \.parked, \.clockJumps, \.redisRestarts, \.mysqlRestarts, \.lostRedises,
      \.killedSessions, \.flushedScripts, \.checks,
    ] {
      a[keyPath: path] += b[keyPath: path]
    }
    a.lost += b.lost
    a.doubled += b.doubled
  }
}

extension Figures: CustomStringConvertible {
  var description: String {
    """
    \(schedules) schedules, \(runs) runs, \(requests) requests, \(kills) kills \
    (\(killedProcesses) of processes by SIGKILL), \(lostRequests) requests and \(lostReplies) replies \
    lost, \(parked) runs parked, \(clockJumps) clock jumps, \(redisRestarts) redis and \
    \(mysqlRestarts) mysql killed and restarted, \(lostRedises) FLUSHALL, \
    \(flushedScripts) SCRIPT FLUSH, \(killedSessions) times all sessions killed, \(checks) checks: \
    lost \(lost), doubled \(doubled)
    """
  }
}
