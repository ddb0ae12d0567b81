public import RedisClient
public import Rules

/// What became of one live counter.
public enum RollVerdict: Equatable, Sendable {
  /// There was none, or it stood at zero.
  case nothing
  /// Its count lies in the day hash now (in a dry run: would lie).
  case moved(UInt64)
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

/// What one batch brought: the verdicts, and what the server refused altogether (a missing right, a
/// full memory), where it did. Counters without a verdict were left in place.
public struct RollOutcome: Sendable {
  public var rolled: [Rolled] = []
  public var failure: RedisError?
}

extension AdStatStore {
  /// Counters a script looks at: a server answers nobody else meanwhile, about 2 ms.
  static let countersPerCall = 200

  /// Moves the counters into their day hashes, each one atomically, while the service goes on
  /// counting.
  ///
  /// Safe to repeat: a second time moves only what was counted since.
  public func roll(
    _ counters: [LiveCounter], lineage: Lineage, windows: [BookingWindow]
  ) throws(RedisError) -> RollOutcome {
    let batches = stride(from: 0, to: counters.count, by: AdStatStore.countersPerCall).map {
      counters[$0..<min($0 + AdStatStore.countersPerCall, counters.count)]
    }
    let calls = batches.map { call(for: $0, lineage: lineage, windows: windows) }
    var outcome = RollOutcome()
    // All replies are read before a failure is reported: what was moved has to be counted.
    for (batch, reply) in zip(batches, try connection.evaluate(AdStatStore.rollScript, calls)) {
      do {
        try outcome.read(reply, for: batch)
      } catch {
        outcome.failure = outcome.failure ?? error
      }
    }
    return outcome
  }

  private func call(
    for counters: ArraySlice<LiveCounter>, lineage: Lineage, windows: [BookingWindow]
  ) -> RedisScriptCall {
    // Windows of one day share its hash.
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
    var names = [keys.state]
    for counter in counters {
      names.append(keys.key(of: counter))
      for day in days {
        names.append(
          keys.key(of: DayHashName(code: counter.code, metric: counter.metric, day: day)))
      }
    }
    return RedisScriptCall(keys: names, arguments: arguments.map { Array($0.utf8) })
  }
}

extension RollOutcome {
  /// Reads what one call of ROLL answered: a word for all, then three words a counter.
  fileprivate mutating func read(
    _ reply: RedisReply, for counters: ArraySlice<LiveCounter>
  ) throws(RedisError) {
    guard case .array(let answer) = reply else { throw unexpected(reply, of: "script ROLL") }
    if answer == [.bytes(Array("LINEAGE".utf8))] {
      rolled += counters.map { Rolled(counter: $0, verdict: .otherLineage) }
      return
    }
    guard answer.count == 1 + 3 * counters.count else {
      throw unexpected(reply, of: "script ROLL")
    }
    var position = 1
    for counter in counters {
      let verdict = text(try word(answer[position]))
      let detail = try word(answer[position + 1])
      let expiring = text(try word(answer[position + 2]))
      position += 3
      do throws(RedisError) {
        rolled.append(
          Rolled(
            counter: counter, verdict: try RollVerdict(verdict, detail: detail),
            liveKeyHadTTL: expiring.contains("live"), dayHashHadTTL: expiring.contains("day")))
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

extension RollVerdict {
  /// Throws where the server refuses every counter alike.
  fileprivate init(_ verdict: String, detail: [UInt8]) throws(RedisError) {
    switch verdict {
    case "NONE", "ZERO": self = .nothing
    case "OK": self = .moved(CounterValue.read(detail) ?? 0)
    case "STALE": self = .stale
    case "SEALED": self = .sealed
    case "BAD": self = .noCount(detail)
    case "LONG": self = .tooLong(byteCount: Int(text(detail)) ?? 0)
    case "TYPE": self = .wrongType(text(detail))
    case "HASH": self = .noDayHash
    case "ALIEN": self = .alienDayHash
    case "FULL": self = .dayHashRefuses(text(detail))
    default: throw refusal(text(detail), of: "script ROLL")
    }
  }

  static func noCount(_ value: [UInt8]) -> RollVerdict {
    .rejected(reason: "holds '\(printable(value))', which is no count", isCount: false)
  }

  static func tooLong(byteCount: Int) -> RollVerdict {
    .rejected(reason: "holds \(byteCount) bytes, which are no count", isCount: false)
  }

  static func wrongType(_ type: String) -> RollVerdict {
    .rejected(reason: "is a \(printable(type.utf8)), not a counter", isCount: false)
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
