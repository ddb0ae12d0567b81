import Sketches
import TestServers
import Testing

struct UpdatingTests {
  @Test func anItemIsNewOnce() throws {
    var sketch = try CPCSketch(lgK: 12)
    let first = sketch.update("client_1001")
    let again = sketch.update("client_1001")
    #expect(first && !again)
    #expect(sketch.estimate == 1)
    #expect(sketch.couponCount == 1)
  }

  @Test func nothingIsNoItem() throws {
    var sketch = try CPCSketch(lgK: 12)
    #expect(sketch.update("") == false)
    #expect(sketch.update(bytes: []) == false)
    sketch.update(lines: Array("\n\n\n".utf8).span)
    #expect(sketch.isEmpty && sketch.estimate == 0)
    #expect(sketch.lowerBound(kappa: .three) == 0 && sketch.upperBound(kappa: .three) == 0)
  }

  @Test func bothZerosAreOneAndAllThatAreNoNumber() throws {
    var sketch = try CPCSketch(lgK: 12)
    sketch.update(0.0)
    #expect(sketch.update(-0.0) == false)
    sketch.update(Double.nan)
    #expect(sketch.update(-Double.signalingNaN) == false)
    #expect(sketch.couponCount == 2)
  }

  /// Items of every length, at every place in the text, with and without a line feed at the end.
  @Test(arguments: [TestSeed.ofThisRun])
  func linesAreTheItemsOneByOne(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let items = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
        (0..<Int.random(in: 0..<40, using: &random)).map { _ in
          // Bytes around the line feed, and those that differ from it by a bit.
          [0, 9, 11, 0x0B, 0x8A, 0x4A, 0xFF, 65].randomElement(using: &random)! as UInt8
        }
      }
      var oneByOne = try CPCSketch(lgK: 10)
      for item in items { oneByOne.update(bytes: item) }
      var text = Array(items.joined(separator: [0x0A]))
      if Bool.random(using: &random) { text.append(0x0A) }
      var atOnce = try CPCSketch(lgK: 10)
      atOnce.update(lines: text.span)
      #expect(atOnce.serialized() == oneByOne.serialized())
    }
  }

  /// Lines are added in blocks: through every flavour, with a window that moves within one, and onto a
  /// merged sketch.
  @Test(arguments: [4, 11, 17])
  func manyLinesAreTheItemsOneByOne(lgK: Int) throws {
    var oneByOne = try CPCSketch(lgK: lgK)
    var atOnce = oneByOne
    var item = 0
    for count in [1, 700, 5000, 5000, 30_000, 60_000, 300_000, 400_000] {
      let items = (item..<item + count).map { "u\($0)" }
      for item in items { oneByOne.update(item) }
      atOnce.update(lines: Array(items.joined(separator: "\n").utf8).span)
      #expect(atOnce.serialized() == oneByOne.serialized())
      item += count
    }
    var union = try CPCUnion(lgK: lgK)
    try union.merge(atOnce)
    (oneByOne, atOnce) = (union.result, union.result)
    let items = (item..<item + 100_000).map { "u\($0)" }
    for item in items { oneByOne.update(item) }
    atOnce.update(lines: Array(items.joined(separator: "\n").utf8).span)
    #expect(atOnce.isMerged && atOnce.serialized() == oneByOne.serialized())
  }

  @Test func theSpelledBytesAndTheTextAreOneItem() throws {
    var sketch = try CPCSketch(lgK: 12)
    sketch.update("日本語, long enough to be on the heap")
    #expect(sketch.update(bytes: Array("日本語, long enough to be on the heap".utf8)) == false)
  }

  @Test(arguments: [(10, 100_000), (12, 50_000), (14, 20_000)])
  func theTruthIsWithinTheBounds(_ lgK: Int, count: Int) throws {
    let sketch = try CPCSketch(lgK: lgK, items: 0..<count)
    #expect(sketch.lowerBound(kappa: .three) < Double(count))
    #expect(sketch.upperBound(kappa: .three) > Double(count))
    #expect(sketch.lowerBound(kappa: .one) > sketch.lowerBound(kappa: .two))
    #expect(sketch.upperBound(kappa: .one) < sketch.upperBound(kappa: .two))
  }
}
