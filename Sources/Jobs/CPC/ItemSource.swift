internal import Glibc
internal import Sketches

/// Items on their way into a sketch.
public enum ItemSource: Sendable {
  /// An empty one is none.
  case items([[UInt8]])
  /// One a line, of a file that is read once, to its end. A line ends with a line feed alone; a carriage
  /// return before it belongs to the item. Empty lines are none, and the last line may lack its end.
  case lines(descriptor: Int32)
}

/// Adds items to a sketch, and once more to another one where somebody else was quicker.
struct ItemAddition {
  private let source: ItemSource
  private let interruption: Interruption
  /// What became of lines, which can be read once only.
  private var streamed: Streamed?

  private struct Streamed {
    /// What they were added to first, as its bytes.
    let base: [UInt8]?
    /// That sketch with the lines. It kept its own account of them.
    let onBase: CPCSketch
    /// The lines alone.
    let alone: CPCSketch
  }

  init(_ source: ItemSource, _ interruption: Interruption) {
    self.source = source
    self.interruption = interruption
  }

  /// The items on top of `held`, or in a fresh sketch where there is none.
  mutating func sketch(onto held: HeldSketch?, lgK: Int) throws -> CPCSketch {
    switch source {
    case .items(let items):
      var sketch = try held?.sketch ?? CPCSketch(lgK: lgK)
      for item in items { sketch.update(bytes: item) }
      return sketch
    case .lines(let descriptor):
      let streamed = try streamed ?? read(descriptor, onto: held, lgK: lgK)
      self.streamed = streamed
      guard held?.bytes != streamed.base else { return streamed.onBase }
      guard let held else { return streamed.alone }
      return try held.sketch.joined(with: streamed.alone)
    }
  }

  /// Adds each block of lines to the sketch that is there and to one of their own: should another writer
  /// be quicker, only the lines may be merged into what it wrote. If the sketch it held was deleted
  /// meanwhile, none of it comes back.
  private func read(
    _ descriptor: Int32, onto held: HeldSketch?, lgK: Int
  ) throws -> Streamed {
    var alone = try CPCSketch(lgK: held?.sketch.lgK ?? lgK)
    var onBase = held?.sketch
    try LineBlocks(descriptor).forEach(interruption) { block in
      alone.update(lines: block)
      onBase?.update(lines: block)
    }
    return Streamed(base: held?.bytes, onBase: onBase ?? alone, alone: alone)
  }
}

/// A sketch and the bytes it was read from.
struct HeldSketch {
  let bytes: [UInt8]
  let sketch: CPCSketch
}
