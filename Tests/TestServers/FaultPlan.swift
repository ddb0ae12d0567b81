import Synchronization

/// What fault proxies do to the messages that pass them, and what they saw.
///
/// One plan may be shared by several proxies: messages are then numbered over all of them, in the order
/// in which they came, so that a loop over the numbers visits every step of a run.
public final class FaultPlan: Sendable {
  private struct State {
    var faults: [Fault] = []
    var messages: [FaultMessage] = []
    var struckCount = 0
    var slicesBytes = false
    var connectionCount = 0
  }

  private let state = Mutex(State())

  public init() {}

  /// Forgets what was seen and planned before, and plans these faults, each for one message.
  ///
  /// With `slicingBytes` every byte travels alone, both ways.
  public func begin(_ faults: [Fault], slicingBytes: Bool = false) {
    state.withLock {
      $0.faults = faults
      $0.messages = []
      $0.struckCount = 0
      $0.slicesBytes = slicingBytes
    }
  }

  /// All messages of clients since `begin`.
  public var messages: [FaultMessage] { state.withLock { $0.messages } }

  /// How many of the faults found their message.
  public var struckCount: Int { state.withLock { $0.struckCount } }

  /// Waits until every connection through the proxies is over: what a killed client had sent is then
  /// forwarded or lost for good.
  @discardableResult
  public func waitUntilQuiet(seconds: Double = 30) -> Bool {
    eventually(within: seconds) { state.withLock { $0.connectionCount } == 0 }
  }

  // MARK: For the proxies

  var slicesBytes: Bool { state.withLock { $0.slicesBytes } }

  func connected() { state.withLock { $0.connectionCount += 1 } }
  func disconnected() { state.withLock { $0.connectionCount -= 1 } }

  /// Gives a message its number.
  func register(_ wire: FaultProxy.Wire, _ text: String) -> FaultMessage {
    state.withLock {
      let message = FaultMessage(number: $0.messages.count + 1, wire: wire, text: text)
      $0.messages.append(message)
      return message
    }
  }

  /// Whether a fault waits for this message at this moment; if so, it is carried out.
  func strike(_ message: FaultMessage, at moment: Fault.Moment) -> Fault.Outcome {
    let found: Fault? = state.withLock { state in
      guard
        let index = state.faults.firstIndex(where: { $0.moment == moment && $0.isMeant(message) })
      else { return nil }
      state.struckCount += 1
      return state.faults.remove(at: index)
    }
    // Outside the lock: an action may hold the message up for as long as a test likes.
    return found?.action() ?? .goOn
  }
}

/// One message from a client to a server.
public struct FaultMessage: Sendable, CustomStringConvertible {
  /// 1, 2, … over all proxies of a plan.
  public let number: Int
  public let wire: FaultProxy.Wire
  /// A Redis command with its arguments, or a statement; `CONNECT` for a new connection. What is no
  /// printable ASCII stands as `.`, and long texts are cut.
  public let text: String

  public var description: String { "\(number) \(wire): \(text.prefix(120))" }
}

/// Something that goes wrong with one message.
public struct Fault: Sendable {
  public enum Moment: Sendable, CaseIterable {
    /// The server has not heard of it.
    case beforeForwarding
    /// The server was told, and may or may not have done it.
    case afterForwarding
    /// The server has done it and answered; the client does not know yet.
    case beforeReply
    /// As `beforeReply`, with half of the first packet of the answer sent.
    case withinReply
  }

  public enum Outcome: Sendable {
    case goOn
    /// Ends this connection on both sides, and nothing more is forwarded on it.
    case cut
  }

  let moment: Moment
  let isMeant: @Sendable (FaultMessage) -> Bool
  let action: @Sendable () -> Outcome

  /// `action` runs on the proxy's thread: as long as it does not return, nothing passes that proxy.
  public init(
    _ moment: Moment, where isMeant: @escaping @Sendable (FaultMessage) -> Bool,
    do action: @escaping @Sendable () -> Outcome
  ) {
    self.moment = moment
    self.isMeant = isMeant
    self.action = action
  }

  /// For the message with this number.
  public init(_ moment: Moment, number: Int, do action: @escaping @Sendable () -> Outcome) {
    self.init(moment, where: { $0.number == number }, do: action)
  }

  /// For the first message whose text has all these pieces.
  public init(
    _ moment: Moment, having pieces: String..., do action: @escaping @Sendable () -> Outcome
  ) {
    self.init(
      moment, where: { message in pieces.allSatisfy { message.text.contains($0) } }, do: action)
  }

  /// For the first message whose text has all these pieces: the connection breaks.
  public static func cut(_ moment: Moment, having pieces: String...) -> Fault {
    Fault(
      moment, where: { message in pieces.allSatisfy { message.text.contains($0) } },
      do: { .cut })
  }

  public static func cut(_ moment: Moment, number: Int) -> Fault {
    Fault(moment, number: number) { .cut }
  }
}

/// Where a message is held up until a test lets it go.
public final class Gate: Sendable {
  private let state = Mutex((isReached: false, isOpen: false))

  public init() {}

  /// For the action of a fault: waits until the gate is opened, at most two minutes.
  public func pass() {
    state.withLock { $0.isReached = true }
    _ = eventually(within: 120) { state.withLock { $0.isOpen } }
  }

  /// Waits until a message stands before the gate.
  public func isReached(within seconds: Double = 60) -> Bool {
    eventually(within: seconds) { state.withLock { $0.isReached } }
  }

  public func open() { state.withLock { $0.isOpen = true } }
}
