import Testing

@testable import Sketches

/// Images that no sketch has written: each is refused by what is wrong with it, and none takes more
/// memory than it has bytes for.
struct MalformedImageTests {
  /// One of every flavour, of streams and of merges.
  static let images: [[UInt8]] = {
    var images: [[UInt8]] = []
    for (lgK, count) in [
      (4, 0), (4, 1), (4, 5), (4, 12), (4, 50), (4, 1000), (4, 100_000), (5, 30), (8, 15), (8, 100),
      (8, 300), (8, 2000), (11, 150), (12, 300), (12, 1000), (26, 40),
    ] {
      let sketch = try! CPCSketch(lgK: lgK, items: 0..<count)
      var union = try! CPCUnion(lgK: lgK)
      try! union.merge(sketch)
      images += [sketch.serialized(), union.result.serialized()]
    }
    return images
  }()

  @Test func anImageThatWasCutIsRefused() {
    for image in MalformedImageTests.images {
      for count in 0..<image.count {
        #expect(throws: SketchError.self) { try CPCSketch(serialized: Array(image[..<count])) }
      }
      for extra in [[0], [0, 0, 0, 0]] as [[UInt8]] {
        #expect(throws: SketchError.self) { try CPCSketch(serialized: image + extra) }
      }
    }
  }

  /// Every byte of the small ones to every value, and every bit of the others: either it is refused, or
  /// it is the image of another sketch.
  @Test func anImageWithAnyOtherByteIsRefusedOrIsAnotherSketch() throws {
    let bits = (0..<8).map { UInt8(1) << $0 }
    var refused = 0
    for image in MalformedImageTests.images where image.count < 500 {
      for index in image.indices {
        for change in image.count < 60 ? Array(1...255) : bits {
          var changed = image
          changed[index] ^= change
          guard let sketch = try? CPCSketch(serialized: changed) else {
            refused += 1
            continue
          }
          // An empty one may come without the mark of a stream.
          guard !sketch.isEmpty else { continue }
          #expect(sketch.serialized() == changed)
        }
      }
    }
    #expect(refused > 20_000)
  }

  @Test func theSeedHasToBeTheSame() throws {
    let image = try CPCSketch(lgK: 11, seed: 123, items: 0..<100).serialized()
    #expect(throws: SketchError.differentSeed(expectedHash: 37836, foundHash: 1462)) {
      try CPCSketch(serialized: image)
    }
    var union = try CPCUnion(lgK: 11)
    #expect(throws: SketchError.differentSeed(expectedHash: 37836, foundHash: 1462)) {
      try union.merge(CPCSketch(serialized: image, seed: 123))
    }
  }

  @Test(arguments: [3, 27, -1, 255])
  func noSketchHasSuchALgK(_ lgK: Int) {
    #expect(throws: SketchError.unusableLgK(lgK)) { try CPCSketch(lgK: lgK) }
    #expect(throws: SketchError.unusableLgK(lgK)) { try CPCUnion(lgK: lgK) }
  }

  @Test func whatIsWrongIsNamed() throws {
    let image = try CPCSketch(lgK: 8, items: 0..<2000).serialized()
    func error(_ index: Int, _ value: UInt8) -> SketchError? {
      var changed = image
      changed[index] = value
      do { _ = try CPCSketch(serialized: changed) } catch { return error }
      return nil
    }
    #expect(image[5] == 0x1E)
    #expect(error(0, 8) == .contradiction(.preambleLength))
    #expect(error(1, 2) == .unknownFormat)
    #expect(error(2, 7) == .unknownFormat)
    #expect(error(3, 27) == .unusableLgK(27))
    #expect(error(4, 1) == .contradiction(.firstInterestingColumn))
    #expect(error(5, 0x1C) == .contradiction(.flags))
    #expect(error(5, 0x1F) == .contradiction(.flags))
    #expect(error(5, 0x9E) == .contradiction(.flags))
    #expect(error(11, 1) == .contradiction(.couponCount))
    #expect(error(23, 0x50) == .contradiction(.estimate))
    #expect(error(31, 0x80) == .contradiction(.estimate))
    #expect(
      error(32, 0xFF)
        == .wrongLength(expected: image.count + 4 * (0xFF - Int(image[32])), found: image.count))
    #expect("\(SketchError.corrupt(.pairs))" == "the sketch is damaged: its pairs cannot be read")
  }

  @Test func aPairOutsideTheMatrixIsRefused() throws {
    // Row 15 is the last at lg_k 4.
    for pairs in [[16 << 6], [15 << 6 | 3, 17 << 6]] as [[UInt32]] {
      expectRefusal(of: PairCode.write(pairs, lgK: 4), pairCount: pairs.count)
    }
    // Column 63 is the last: a step of 64, and a second one behind 63.
    for steps in [[64], [63, 0], [3, 60]] {
      var writer = BitWriter(expectedBitCount: 64)
      for step in steps {
        let word = UInt64(CodeTables.columnStep.words[step])
        writer.append(word & 0xFFF, count: word >> 12)
        // No step in the rows: a one, and the lower bits.
        writer.append(1, count: steps.count == 1 ? 5 : 4)
      }
      writer.appendZeros(7)
      expectRefusal(of: writer.bytes(), pairCount: steps.count)
    }
  }

  /// The last of all bits: a sketch writes the one of the row before instead.
  @Test func theBitWhoseNumberMarksAFreeSlotIsRefused() throws {
    var sketch = try CPCSketch(lgK: 26)
    #expect(sketch.add(coupon: CouponSet.free) == true)
    let image = sketch.serialized()
    let stream = PairCode.write([CouponSet.free], lgK: 26)
    #expect(image.count == 32 + stream.count && Array(image[32...]) != stream)
    #expect(try CPCSketch(serialized: image).couponCount == 1)
    #expect(throws: SketchError.corrupt(.pairs)) {
      try CPCSketch(serialized: image[..<32] + stream)
    }
  }

  private func expectRefusal(of stream: [UInt8], pairCount: Int) {
    #expect(throws: SketchError.corrupt(.pairs)) {
      try PairCode.read(stream, part: 0..<stream.count, pairCount: pairCount, lgK: 4)
    }
  }

  /// Hundreds of megabytes are announced by 40 bytes.
  @Test(arguments: [26, 21, 16])
  func whatIsOnlyAnnouncedTakesNoMemory(lgK: Int) throws {
    for (coupons, flags) in [
      (3 << (lgK - 6), 0x0E), (1 << (lgK - 2), 0x0E), (1 << lgK, 0x16), (60 << lgK, 0x16),
    ] as [(Int, UInt8)] {
      var image = try CPCSketch(lgK: lgK, items: 0..<1).serialized()
      #expect(image.count == 36)
      image[5] = flags
      for byte in 0..<4 { image[8 + byte] = UInt8(truncatingIfNeeded: coupons >> (8 * byte)) }
      #expect(throws: SketchError.corrupt(flags == 0x16 ? .window : .pairs)) {
        try CPCSketch(serialized: image)
      }
    }
  }

  /// Terabytes, with which a reader that took them first would end the process.
  @Test func theReadersOfStreamsAskForNoMemoryInAdvance() {
    let bytes = [UInt8](repeating: 0x55, count: 400)
    #expect(throws: SketchError.corrupt(.pairs)) {
      try PairCode.read(bytes, part: 0..<400, pairCount: 1 << 45, lgK: 26)
    }
    #expect(throws: SketchError.corrupt(.window)) {
      try WindowCode.read(bytes, part: 0..<400, phase: 3, lgK: 47)
    }
  }
}
