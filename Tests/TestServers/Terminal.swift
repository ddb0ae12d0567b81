import Glibc

/// A pseudo terminal: what a tool sees when a person sits in front of it.
final class Terminal {
  private let master: Int32
  private let slavePath: String

  init(columns: UInt16 = 80) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (unlocked, number) = (Int32(0), UInt32(0))
    // TIOCSPTLCK and TIOCGPTN: what unlockpt(3) and ptsname(3) do, which the header hides from Swift.
    guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0,
      ioctl(master, 0x8004_5430, &number) == 0
    else { throw TestFailure("no pseudo terminal: \(lastError())") }
    slavePath = "/dev/pts/\(number)"
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  deinit { close(master) }

  func run(
    _ command: [String], environment: [String: String], directory: String, capturingStdout: Bool,
    timeoutSeconds: Double
  ) throws -> TallyTool.Output {
    let captured = try Scratch()
    let terminal = Child.Stream.terminal(path: slavePath)
    let child = try Child(
      command, environment: environment, directory: directory, stdin: terminal,
      stdout: capturingStdout ? .descriptor(captured.descriptor) : terminal, stderr: terminal)
    var shown: [UInt8] = []
    var status: ExitStatus?
    // A terminal holds little: it is read while the tool runs, and once more after its end.
    _ = eventually(within: timeoutSeconds) {
      status = child.wait(seconds: 0)
      shown += readAvailable()
      return status != nil
    }
    guard let status else {
      Glibc.kill(child.pid, SIGKILL)
      _ = child.wait()
      throw TestFailure("\(command[0]) did not end within \(timeoutSeconds) s")
    }
    let text = String(decoding: shown, as: UTF8.self)
    return TallyTool.Output(
      exitCode: status.code, stdout: capturingStdout ? captured.text : text,
      stderr: capturingStdout ? text : "")
  }

  private func readAvailable() -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    var waiting = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    while poll(&waiting, 1, 0) == 1, waiting.revents & Int16(POLLIN) != 0 {
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return bytes
  }
}
