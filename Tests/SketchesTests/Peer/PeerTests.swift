import Foundation
import Sketches
import Testing

/// Random streams and unions, made here and by the Python package datasketches.
@Suite(
  .enabled(
    if: Peer.python != nil,
    "no datasketches here; Tests/SketchesTests/Peer/fetch-datasketches.sh gets it"))
struct PeerTests {
  @Test(arguments: [UInt32(TestSeed.ofThisRun & 0x7FFF_FFFF)])
  func theLibraryAndWeSeeTheSame(seed: UInt32) throws {
    var rest = Peer.streamCount
    var seed = seed
    while rest > 0 {
      let count = min(rest, 500)
      try compare(Peer.run(["make", "\(seed)", "\(count)"]), expected: count)
      rest -= count
      seed += 1
    }
  }

  /// Both ways: what they wrote is what we write; what we write on, they read as we do.
  private func compare(_ lines: [Substring], expected count: Int) throws {
    #expect(lines.count == count)
    var resumed: [CPCSketch] = []
    for line in lines {
      let fields = line.split(separator: " ")
      let sketches = try fields[1].split(separator: ",").map(stream)
      var sketch = sketches[0]
      if fields[0] != "stream" {
        var union = try CPCUnion(lgK: Int(fields[0].split(separator: ":")[1])!)
        for part in sketches { try union.merge(part) }
        sketch = union.result
      }
      let theirs = Answers(fields[2...])
      expectSame(sketch, theirs, line)
      let image = Array(try #require(Data(base64Encoded: theirs.image)))
      var read = try CPCSketch(serialized: image)
      expectSame(read, theirs, line)
      // Without leaving the sizes at which the library takes the right tables.
      read.update(items: 7..<7 + 40 * (1 + sketch.couponCount % 50))
      resumed.append(read)
    }
    let images = resumed.map { Data($0.serialized()).base64EncodedString() }
    let answers = try Peer.run(["read"], input: images.joined(separator: "\n") + "\n")
    #expect(answers.count == count)
    for (sketch, answer) in zip(resumed, answers) {
      expectSame(sketch, Answers(answer.split(separator: " ")), answer)
    }
  }

  private func stream(_ text: Substring) throws -> CPCSketch {
    let parts = text.split(separator: ":").map { Int($0)! }
    var sketch = try CPCSketch(lgK: parts[2])
    for item in parts[0]..<parts[0] + parts[1] { sketch.update("u\(item)") }
    return sketch
  }

  private func expectSame(_ sketch: CPCSketch, _ theirs: Answers, _ line: Substring) {
    let what = Comment(rawValue: String(line.prefix(200)))
    #expect(Data(sketch.serialized()).base64EncodedString() == theirs.image, what)
    let kappas = CPCSketch.Kappa.allCases
    let ours =
      [sketch.estimate] + kappas.map(sketch.lowerBound) + kappas.map(sketch.upperBound)
    #expect(ours.count == theirs.numbers.count)
    for (index, (our, their)) in zip(ours, theirs.numbers).enumerated() {
      // After a merge the library approximates, most of all where there are few rows.
      let tolerance = !sketch.isMerged ? 0 : 2.5e-7 * their + (index > 3 ? 1 : 0)
      #expect(abs(our - their) <= tolerance, what)
    }
  }
}
