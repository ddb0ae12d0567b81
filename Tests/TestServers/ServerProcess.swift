import Glibc
import Synchronization

/// A server that cannot outlive the test run.
///
/// A small shell, the watcher, starts the server and holds a line to this process. However this
/// process ends, be it by SIGKILL, the kernel closes the line; the watcher then kills the server and
/// removes its folder.
final class ServerProcess: Sendable {
  private let watcher: Child
  /// Our end of the line: orders go out, answers come in.
  private let line: Int32
  private let pid = Mutex<pid_t?>(nil)
  private let isReady: @Sendable () -> Bool
  private let logPath: String

  /// `setsid` gives the server a process group, so that what it forked is killed with it;
  /// what libfaketime keeps in shared memory is left behind by a killed process.
  private static let script = """
    end() {
      kill -s KILL -- "-$server"; kill -s KILL "$server"; wait "$server"
      rm -f "/dev/shm/faketime_shm_$server" "/dev/shm/sem.faketime_sem_$server"
    }
    folder=$1; shift; server=
    while read -r order; do
      case $order in
      start) setsid "$@" >>"$folder/log" 2>&1 & server=$!; echo "$server" ;;
      kill) end; server=; echo gone ;;
      esac
    done
    if [ -n "$server" ]; then end; fi
    rm -rf -- "$folder"
    """

  /// Takes the folder over, with all that is in it. `isReady` tells whether the server answers.
  init(
    folder: String, command: [String], environment: [String: String],
    isReady: @escaping @Sendable () -> Bool
  ) throws {
    self.isReady = isReady
    logPath = "\(folder)/log"
    let ends = try makeLine()
    line = ends.ours
    defer { close(ends.theirs) }
    // The variables are the server's alone: the watcher must not run on a test's clock.
    let variables = environment.map { "\($0)=\($1)" }
    watcher = try Child(
      ["sh", "-c", Self.script, "watcher", folder, "env"] + variables + command,
      stdin: .descriptor(ends.theirs), stdout: .descriptor(ends.theirs))
    try start()
  }

  deinit {
    close(line)
    _ = watcher.wait()
  }

  func start() throws {
    let started = try pid.withLock { pid in
      if let pid { throw TestFailure("the server runs already, as process \(pid)") }
      guard let started = pid_t(ask("start")) else { throw TestFailure("the watcher is gone") }
      pid = started
      return started
    }
    let answered = eventually(within: 60) { isReady() || hasEnded(started) }
    guard answered, !hasEnded(started) else {
      throw TestFailure("the server did not start; the end of its log:\n\(logTail())")
    }
  }

  func kill() {
    pid.withLock { pid in
      guard pid != nil else { return }
      _ = ask("kill")
      pid = nil
    }
  }

  func signal(_ number: Int32) {
    // Under the lock: a process that nobody has waited for keeps its number.
    pid.withLock { pid in
      if let pid { Glibc.kill(pid, number) }
    }
  }

  /// SIGSTOP; returns when the last of its threads stands still, since the signal alone leaves a
  /// server the time for another answer.
  func suspend() {
    signal(SIGSTOP)
    guard let pid = processIdentifier else { return }
    _ = eventually(within: 10) { states(ofThreadsOf: pid).allSatisfy { $0 == "T" } }
  }

  var processIdentifier: pid_t? { pid.withLock { $0 } }

  private func ask(_ order: String) -> String {
    let bytes = Array("\(order)\n".utf8)
    guard send(line, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      return ""
    }
    var answer: [UInt8] = []
    var byte: UInt8 = 0
    while read(line, &byte, 1) == 1, byte != UInt8(ascii: "\n") { answer.append(byte) }
    return String(decoding: answer, as: UTF8.self)
  }

  private func logTail() -> String {
    (try? Child.run(["tail", "-n", "20", logPath])) ?? "(no log)"
  }
}

/// Whether a process is over, though its parent has not waited for it yet.
private func hasEnded(_ pid: pid_t) -> Bool {
  guard let stat = try? Child.run(["cat", "/proc/\(pid)/stat"]) else { return true }
  return state(inStat: stat).map { $0 == "Z" } ?? true
}

/// Such as `S` for sleeping or `T` for stopped.
private func states(ofThreadsOf pid: pid_t) -> [Character] {
  let stats = try? Child.run(["sh", "-c", "cat /proc/\(pid)/task/*/stat"])
  return (stats ?? "").split(separator: "\n").compactMap { state(inStat: String($0)) }
}

/// The name stands in parentheses and may hold spaces: the state follows the last one.
private func state(inStat stat: String) -> Character? {
  stat.split(separator: ")").last?.dropFirst().first
}

/// A line between this process and a child, to be given to it as stdin.
///
/// Close-on-exec from the start: a copy of our end held by another child would keep what depends on it
/// alive after this process.
func makeLine() throws -> (ours: Int32, theirs: Int32) {
  var ends: [Int32] = [0, 0]
  let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
  guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
    throw TestFailure("socketpair: \(lastError())")
  }
  return (ends[0], ends[1])
}
