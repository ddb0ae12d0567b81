public import RedisClient
public import Rules

/// What became of one live counter.
public enum RollVerdict: Equatable, Sendable {
  /// Its count lies in the day hash now (in a dry run: would lie).
  case moved
  /// By Redis' clock none of the windows holds any more: compute new ones.
  case stale
  /// Redis goes by another lineage than ours: read the state again.
  case otherLineage
  /// The day of its hour is sealed; it waits for a later hour.
  case sealed
  /// It stays where it is until a person looks. `isCount` where its own value is a count above zero
  /// and the fault lies elsewhere.
  case rejected(reason: String, isCount: Bool)
}

/// One live counter, its verdict, and the expiry times that were found.
public struct Rolled: Equatable, Sendable {
  public let counter: LiveCounter
  public let verdict: RollVerdict
  /// A TTL on the live key would have thrown counts away unseen.
  public var liveKeyHadTTL = false
  /// A TTL on the day hash threatened its counts; it was taken off.
  public var dayHashHadTTL = false
}

/// What one batch brought. Counters that do not exist or stand at zero are in neither number nor list.
public struct RollOutcome: Sendable {
  /// How many counts lie in their day hashes now (in a dry run: would lie).
  public var movedCount = 0
  /// The counters of which there is more to say than that they moved.
  public var unusual: [Rolled] = []
  /// What the server refused altogether (a missing right, a full memory), where it did. Counters
  /// without a verdict were left in place.
  public var failure: RedisError?
}

extension AdStatStore {
  /// Counters a script looks at: a server answers nobody else meanwhile, for a millisecond.
  static let countersPerCall = 128

  /// Moves the counters into their day hashes, each one atomically, while the service goes on
  /// counting.
  ///
  /// Safe to repeat: a second time moves only what was counted since. One call goes after the other,
  /// since Redis runs all the calls that it has read before it looks at what others ask.
  public func roll(
    _ counters: [LiveCounter], lineage: Lineage, windows: [BookingWindow]
  ) throws(RedisError) -> RollOutcome {
    let head = RollHead(lineage: lineage, windows: windows)
    var outcome = RollOutcome()
    var rest = counters[...]
    while !rest.isEmpty, outcome.failure == nil {
      let batch = rest.prefix(AdStatStore.countersPerCall)
      rest = rest.dropFirst(batch.count)
      // A failure is told with what was moved before it: that has to be counted.
      do {
        let reply = try connection.evaluate(AdStatStore.rollScript, [call(for: batch, head)])[0]
        try outcome.read(reply, for: batch)
      } catch {
        outcome.failure = error
      }
    }
    return outcome
  }

  private func call(for counters: ArraySlice<LiveCounter>, _ head: RollHead) -> RedisScriptCall {
    var names = [keys.state]
    names.reserveCapacity(1 + counters.count * (1 + head.days.count))
    for counter in counters {
      names.append(keys.key(of: counter))
      for endings in head.endings {
        names.append(keys.key(of: counter.code, endings[counter.metric]))
      }
    }
    return RedisScriptCall(keys: names, arguments: head.arguments)
  }
}

/// What the calls of one batch have in common.
private struct RollHead {
  /// Windows of one day share its hash.
  let days: [CivilDay]
  let endings: [KeyEndings]
  let arguments: [[UInt8]]

  init(lineage: Lineage, windows: [BookingWindow]) {
    var days: [CivilDay] = []
    for window in windows where !days.contains(window.hour.day) { days.append(window.hour.day) }
    var arguments = ["\(lineage)", "\(days.count)"]
    for window in windows {
      let place = days.firstIndex(of: window.hour.day)! + 1  // because it was put there above
      arguments += [
        "\(window.span.lowerBound)", "\(window.span.upperBound)", "\(window.hour.day)",
        "\(window.hour.hour)", "\(place)",
      ]
    }
    self.days = days
    endings = days.map { KeyEndings(of: $0) }
    self.arguments = arguments.map { Array($0.utf8) }
  }
}

extension RollOutcome {
  /// Reads what one call of ROLL answered: a word for all, how many moved, then three words for each
  /// counter that is unusual.
  fileprivate mutating func read(
    _ reply: RedisReply, for counters: ArraySlice<LiveCounter>
  ) throws(RedisError) {
    guard case .array(let answer) = reply else { throw unexpected(reply, of: "script ROLL") }
    if answer == [.bytes(Array("LINEAGE".utf8))] {
      unusual += counters.map { Rolled(counter: $0, verdict: .otherLineage) }
      return
    }
    guard answer.count % 3 == 2, case .integer(let moved) = answer[1],
      (0...counters.count).contains(Int(moved))
    else { throw unexpected(reply, of: "script ROLL") }
    movedCount += Int(moved)
    for start in stride(from: 2, to: answer.count, by: 3) {
      let place = try integer(answer[start], of: "script ROLL")
      guard (0..<counters.count).contains(place) else {
        throw unexpected(reply, of: "script ROLL")
      }
      let verdict = text(try word(answer[start + 1]))
      let detail = try word(answer[start + 2])
      do throws(RedisError) {
        unusual.append(try Rolled(counters[counters.startIndex + place], verdict, detail))
      } catch {
        failure = failure ?? error
      }
    }
  }

  private func word(_ reply: RedisReply) throws(RedisError) -> [UInt8] {
    guard case .bytes(let bytes) = reply else { throw unexpected(reply, of: "script ROLL") }
    return bytes
  }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

extension Rolled {
  /// Throws where the server refuses every counter alike.
  fileprivate init(
    _ counter: LiveCounter, _ verdict: String, _ detail: [UInt8]
  ) throws(RedisError) {
    self.counter = counter
    self.verdict = try RollVerdict(verdict, detail: detail)
    guard self.verdict == .moved else { return }
    liveKeyHadTTL = detail.starts(with: "live".utf8)
    dayHashHadTTL = detail.suffix(3).elementsEqual("day".utf8)
  }
}

extension RollVerdict {
  fileprivate init(_ verdict: String, detail: [UInt8]) throws(RedisError) {
    switch verdict {
    case "OK": self = .moved
    case "STALE": self = .stale
    case "SEALED": self = .sealed
    case "BAD": self = .rejected(reason: LiveFault.noCount(detail), isCount: false)
    case "LONG":
      let reason = LiveFault.tooLong(byteCount: Int(text(detail)) ?? 0)
      self = .rejected(reason: reason, isCount: false)
    case "TYPE": self = .rejected(reason: LiveFault.wrongType(text(detail)), isCount: false)
    case "HASH": self = .noDayHash
    case "ALIEN": self = .alienDayHash
    case "FULL": self = .dayHashRefuses(text(detail))
    default: throw refusal(text(detail), of: "script ROLL")
    }
  }

  static var noDayHash: RollVerdict {
    .rejected(reason: "cannot move: its day hash is another type of key", isCount: true)
  }

  static var alienDayHash: RollVerdict {
    .rejected(reason: "cannot move: its day hash has no lineage", isCount: true)
  }

  static func dayHashRefuses(_ message: String) -> RollVerdict {
    .rejected(reason: "cannot move: \(printable(message.utf8))", isCount: true)
  }
}
