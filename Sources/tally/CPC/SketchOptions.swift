import ArgumentParser
import Glibc
import Jobs
import RedisStore

/// What is added: items, or lines of stdin.
struct ItemArguments: ParsableArguments {
  @Argument(
    help: "Items: any bytes, an empty one is none. One that begins with - goes behind --.",
    transform: rawArgument)
  var item: [[UInt8]] = []

  @Flag(
    help: """
      Read items from stdin, one a line. A line ends with a line feed alone, so that a carriage return \
      belongs to the item; empty lines are none; the last line may lack its end.
      """)
  var stdin = false

  var source: ItemSource { stdin ? .lines(descriptor: STDIN_FILENO) : .items(item) }

  func validate() throws {
    guard stdin != !item.isEmpty else {
      throw ValidationError("accepted are items, or --stdin without any")
    }
  }
}

/// When the key is to go. Without any of these it goes when it would have gone.
struct ExpiryOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The key goes so many seconds from now; 0 leaves its time to live, -1 takes it off.",
      valueName: "s"),
    transform: { try readWhole($0, in: -1...expirySecondsMax) })
  var ex: Int?

  @Option(
    help: ArgumentHelp("The key goes at this time, in seconds since 1970.", valueName: "time"),
    transform: { try readWhole($0, in: 1...expirySecondsMax) })
  var exat: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("As --ex, in milliseconds.", valueName: "ms"),
    transform: { try readWhole($0, in: -1...expirySecondsMax * 1000) })
  var px: Int?

  @Option(
    help: ArgumentHelp("As --exat, in milliseconds.", valueName: "time"),
    transform: { try readWhole($0, in: 1...expirySecondsMax * 1000) })
  var pxat: Int?

  func validate() throws {
    guard [ex, exat, px, pxat].compactMap({ $0 }).count <= 1 else {
      throw ValidationError("--ex, --exat, --px and --pxat exclude each other")
    }
  }

  var expiry: KeyExpiry {
    if let time = exat.map({ $0 * 1000 }) ?? pxat { return .atMilliseconds(time) }
    switch ex.map({ $0 > 0 ? $0 * 1000 : $0 }) ?? px {
    case nil, 0: return .keep
    case -1: return .drop
    case let milliseconds?: return .milliseconds(milliseconds)
    }
  }
}

/// Of the commands that write.
struct DryRunOption: ParsableArguments {
  @Flag(
    name: .customLong("dry-run"),
    help: "Read, and answer what would be answered; write nothing.")
  var isDryRun = false
}

/// How large a new sketch is to be.
struct SizeOptions: ParsableArguments {
  @Option(
    name: .customLong("lg-k"),
    help: ArgumentHelp(
      """
      Of a new key: the binary logarithm of the sketch's rows, 4 to 26. The error is 0.59 / sqrt(rows): \
      12 gives 0.9 % in 2.5 kB, 14 half of it in 10 kB. A key that is there keeps its own.
      """, valueName: "n"),
    transform: { try readWhole($0, in: SketchArrays.Shape.lgKRange) })
  var lgK = 12
}

/// Which window, and of which array a new key is made.
struct WindowArguments: ParsableArguments {
  @Argument(
    help: "When, in milliseconds since 1970: its window is meant.",
    transform: { try readWhole($0, in: SketchArrays.Shape.timeRange) })
  var timestampMs: Int
}

struct ShapeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of a new key: how many windows are kept, 1 to 1000. Older ones are dropped.",
      valueName: "n"),
    transform: { try readWhole($0, in: SketchArrays.Shape.sizeRange) })
  var size = 10

  @Option(
    help: ArgumentHelp("Of a new key: how long a window is, in milliseconds.", valueName: "ms"),
    transform: { try readWhole($0, in: SketchArrays.Shape.windowRange) })
  var win = 60_000
}

/// Up to the year 9999.
let expirySecondsMax = 253_402_300_799

func readWhole(_ text: String, in range: ClosedRange<Int>) throws -> Int {
  guard let number = Int(text), range.contains(number) else {
    throw ValidationError(accepted(range))
  }
  return number
}

extension SketchArrays.Shape {
  /// All of them were checked when they were parsed.
  init(_ options: ShapeOptions, _ size: SizeOptions) throws {
    guard
      let shape = SketchArrays.Shape(
        size: options.size, windowMilliseconds: options.win, lgK: size.lgK)
    else { throw ValidationError("no array has this --size, --win and --lg-k") }
    self = shape
  }
}
