/// The text of a progress bar: step, count, rate and time left, on one line.
///
///     merge ad_ctr [#######.............]  36% 45,000/125,000 12,300/s 0:06 left
struct ProgressBar {
  /// Not more often than ten times a second: a terminal over a slow line must not hold the job up.
  private static let pause = Duration.milliseconds(100)

  private var step = ""
  private var began = ContinuousClock.Instant.now
  private var doneBefore = 0
  private var drawn: ContinuousClock.Instant?
  private var isVisible = false

  /// What to write so that the line shows the new state; nil where it was drawn just now.
  mutating func updated(
    _ step: String, done: Int, total: Int?, at now: ContinuousClock.Instant, width: Int,
    colour: Bool
  ) -> String? {
    if step != self.step {
      self.step = step
      began = now
      doneBefore = done
      drawn = nil
    }
    if let drawn, now - drawn < ProgressBar.pause, done != total { return nil }
    drawn = now
    isVisible = true
    let seconds = (now - began) / .seconds(1)
    let line = line(
      done: done, total: total, rate: seconds > 0 ? Double(done - doneBefore) / seconds : 0,
      width: width - 1)
    return "\r\u{1B}[K" + (colour ? "\u{1B}[32m\(line)\u{1B}[0m" : line)
  }

  /// What to write so that the line is empty again.
  mutating func erased() -> String {
    defer { isVisible = false }
    return isVisible ? "\r\u{1B}[K" : ""
  }

  /// The bar takes what room the words leave, and goes first where there is little.
  private func line(done: Int, total: Int?, rate: Double, width: Int) -> String {
    var words = ""
    var share: Double?
    if let total, total > 0 {
      // The total is an estimate, which the count may pass.
      let part = min(1, Double(done) / Double(total))
      share = part
      words += "\(padded(Int(part * 100), to: 3))% \(grouped(done))/\(grouped(total))"
    } else {
      words += grouped(done)
    }
    if rate >= 1 { words += " \(grouped(Int(rate)))/s" }
    if let total, rate > 0, done < total {
      words += " \(minutes(Int(Double(total - done) / rate))) left"
    }
    let room = min(40, width - step.count - words.count - 4)
    guard let share, room >= 5 else { return String("\(step) \(words)".prefix(max(0, width))) }
    let filled = Int(share * Double(room))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: room - filled)
    return "\(step) [\(bar)] \(words)"
  }
}

private func padded(_ number: Int, to width: Int) -> String {
  let digits = String(number)
  return String(repeating: " ", count: max(0, width - digits.count)) + digits
}

/// `0:06`, `12:40`, `3:05:00`
private func minutes(_ seconds: Int) -> String {
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let hours = seconds / 3600
  let rest = "\(seconds / 60 % 60)"
  return hours > 0
    ? "\(hours):\(two(seconds / 60 % 60)):\(two(seconds % 60))" : "\(rest):\(two(seconds % 60))"
}

/// `1,234,567`
func grouped(_ number: some FixedWidthInteger) -> String {
  var groups: [Substring] = []
  var digits = String(number.magnitude)[...]
  while digits.count > 3 {
    groups.append(digits.suffix(3))
    digits = digits.dropLast(3)
  }
  groups.append(digits)
  return (number < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
}
