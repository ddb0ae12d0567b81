/// Commands of one pipeline, written into one buffer as RESP.
///
/// For many small commands: a `RedisCommand` holds each of its words in memory of its own.
public struct RedisRequest {
  private(set) var bytes: [UInt8] = []
  public private(set) var commandCount = 0
  /// The first of its commands that a read-only connection would not send.
  private(set) var firstWriting: String?
  /// For messages: the name of the first command.
  private(set) var firstName = ""

  public init() {}

  /// Begins a command; exactly `wordCount` words must follow its name.
  public mutating func begin(_ name: StaticString, wordCount: Int) {
    if commandCount == 0 { firstName = "\(name)" }
    if firstWriting == nil, !ReadOnlyCommands.allows(name: name) { firstWriting = "\(name)" }
    commandCount += 1
    appendHead("*", 1 + wordCount, to: &bytes)
    name.withUTF8Buffer { add($0.span) }
  }

  public mutating func add(_ word: Span<UInt8>) {
    appendHead("$", word.count, to: &bytes)
    word.withUnsafeBufferPointer { bytes += $0 }
    bytes.append(0x0d)
    bytes.append(0x0a)
  }

  public mutating func add(_ word: [UInt8]) { add(word.span) }
  public mutating func add(_ word: StaticString) { word.withUTF8Buffer { add($0.span) } }
  public mutating func add(_ number: Int) { add(Array(String(number).utf8)) }

  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    (commandCount, firstWriting, firstName) = (0, nil, "")
  }

  /// For messages.
  var summary: String {
    firstName + (commandCount > 1 ? " and \(commandCount - 1) more" : "")
  }
}
