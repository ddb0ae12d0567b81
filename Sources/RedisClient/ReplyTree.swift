/// Replies, taken apart into three arrays that later replies fill again.
///
/// hiredis by itself asks for memory for each part of a reply and, where that is a string, for its bytes:
/// for a day hash of 24 hours a hundred times.
struct ReplyTree {
  enum Part {
    case null
    case integer(Int64)
    /// Where the bytes stand in `bytes`.
    case string(Stretch)
    case status(Stretch)
    case error(Stretch)
    /// Where the numbers of the elements' parts stand in `elements`.
    case array(Stretch)
  }

  /// Both fit, by the limits.
  struct Stretch {
    let start: UInt32
    let count: UInt32

    init(start: Int, count: Int) { (self.start, self.count) = (UInt32(start), UInt32(count)) }

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  }

  /// In the order in which hiredis found them.
  private(set) var parts: [Part] = []
  private(set) var elements: [UInt32] = []
  private(set) var bytes: [UInt8] = []
  /// The part that is the whole reply, which was read last.
  private(set) var root = 0
  /// Why we stopped hiredis, if we did.
  private(set) var refusal: String?

  /// Elements that the replies before have.
  private var elementsBefore = 0

  /// Parts, and bytes, behind which the next reply begins anew: small replies share the arrays.
  private static let sharedMax = 1 << 13
  /// Room of a large reply that is kept for later ones.
  private static let keptMax = 1 << 20

  /// Makes room for the next reply; the one before is of no more use.
  mutating func beginReply() {
    if parts.count > ReplyTree.sharedMax || bytes.count > ReplyTree.sharedMax { removeAll() }
    root = parts.count
    elementsBefore = elements.count
    refusal = nil
  }

  private mutating func removeAll() {
    parts.removeAll(keepingCapacity: parts.capacity <= ReplyTree.keptMax)
    elements.removeAll(keepingCapacity: elements.capacity <= ReplyTree.keptMax)
    bytes.removeAll(keepingCapacity: bytes.capacity <= ReplyTree.keptMax)
  }

  /// The part that is an array's element.
  func element(_ index: Int, of array: Stretch) -> Int {
    Int(elements[array.range.lowerBound + index])
  }
}

// MARK: - Growing

extension ReplyTree {
  /// Adds the next part, and returns its number.
  mutating func append(_ part: Part, to parent: Parent?) -> Int {
    let number = parts.count
    if let parent, case .array(let array) = parts[parent.number] {
      elements[array.range.lowerBound + parent.index] = UInt32(number)
    }
    parts.append(part)
    return number
  }

  /// The array that a part is an element of.
  struct Parent {
    let number: Int
    let index: Int
  }

  mutating func append(bytes text: UnsafeRawBufferPointer) -> Stretch {
    let start = bytes.count
    bytes += text
    return Stretch(start: start, count: text.count)
  }

  /// Room for the elements of an array; nil, with the reason as `refusal`, where they are too many.
  mutating func reserveElements(_ count: Int, depth: Int) -> Stretch? {
    guard count <= ReplyLimits.elementsMax - (elements.count - elementsBefore),
      depth <= ReplyLimits.depthMax
    else {
      refusal =
        "a reply of more than \(ReplyLimits.elementsMax) elements"
        + " or more than \(ReplyLimits.depthMax) arrays deep"
      return nil
    }
    let start = elements.count
    for _ in 0..<count { elements.append(0) }
    return Stretch(start: start, count: count)
  }

  mutating func refuse(type: Int32) { refusal = "a reply of unknown type \(type)" }
}
