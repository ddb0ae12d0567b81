import Glibc
import Synchronization

/// stderr, as people see it: lines, and below them the progress bar while there is one.
final class Terminal: Sendable {
  let isTerminal: Bool
  private let drawsProgress: Bool
  private let usesColour: Bool
  private let bar = Mutex(ProgressBar())

  init(progress: ProgressChoice) {
    let kind = getenv("TERM").map { String(cString: $0) } ?? ""
    isTerminal = isatty(STDERR_FILENO) == 1
    drawsProgress = progress == .always || (progress == .auto && isTerminal && kind != "dumb")
    usesColour = takesColour(STDERR_FILENO)
  }

  /// Writes one line above the bar, with nothing in it that could drive the terminal.
  func write(line: String) {
    bar.withLock { bar in
      writeToStderr(bar.erased() + harmless(line) + "\n")
    }
  }

  func progressed(_ step: String, done: Int, total: Int?) {
    guard drawsProgress else { return }
    bar.withLock { bar in
      let text = bar.updated(
        step, done: done, total: total, at: .now, width: width(), colour: usesColour)
      if let text { writeToStderr(text) }
    }
  }

  /// Takes the bar away.
  func clear() {
    bar.withLock { bar in
      let text = bar.erased()
      if !text.isEmpty { writeToStderr(text) }
    }
  }

  private func width() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

/// Whether a descriptor is a terminal that shows colours, and may.
func takesColour(_ descriptor: Int32) -> Bool {
  // <https://no-color.org>: present and not empty.
  let noColour = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
  let kind = getenv("TERM").map { String(cString: $0) } ?? ""
  return isatty(descriptor) == 1 && !noColour && kind != "dumb"
}
