internal import CHiredis

/// A reply, taken apart into three arrays that the next reply fills again.
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

  /// In the order in which hiredis found them: the whole reply is the first.
  private(set) var parts: [Part] = []
  private(set) var elements: [UInt32] = []
  private(set) var bytes: [UInt8] = []
  /// Why we stopped hiredis, if we did.
  private(set) var refusal: String?

  /// Memory of the largest reply that is kept for the next one.
  private static let keptMax = 1 << 20

  /// Forgets the reply before.
  mutating func removeAll() {
    parts.removeAll(keepingCapacity: parts.capacity <= ReplyTree.keptMax)
    elements.removeAll(keepingCapacity: elements.capacity <= ReplyTree.keptMax)
    bytes.removeAll(keepingCapacity: bytes.capacity <= ReplyTree.keptMax)
    refusal = nil
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
    guard count <= ReplyLimits.elementsMax - elements.count, depth <= ReplyLimits.depthMax else {
      refusal =
        "a reply of more than \(ReplyLimits.elementsMax) elements"
        + " or more than \(ReplyLimits.depthMax) arrays deep"
      return nil
    }
    let start = elements.count
    elements.append(contentsOf: repeatElement(0, count: count))
    return Stretch(start: start, count: count)
  }

  mutating func refuse(type: Int32) { refusal = "a reply of unknown type \(type)" }
}
