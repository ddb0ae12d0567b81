import Foundation
import Sketches
import Testing

/// What the PyPI package datasketches 5.2.0, and the Java library 6.2.0, made of certain items:
/// `cpc-vectors.json`. Items are `u0`, `u1` and so on.
struct Vectors: Decodable, Sendable {
  let hashes: [HashVector]
  let sketches: [SketchVector]
  let unions: [SketchVector]
  let extra: [SketchVector]
  let tableChecksums: [String: String]
  let iconPoints: Points

  struct Points: Decodable, Sendable { let points: [[Double]] }

  static let all: Vectors = {
    let file = URL(filePath: #filePath).appending(path: "../../cpc-vectors.json").standardized
    // A broken file of vectors is a broken test.
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try! decoder.decode(Vectors.self, from: try! Data(contentsOf: file))
  }()

  static let lgKs = [4, 11, 12, 21]

  func unions(lgK: Int) -> [SketchVector] { unions.filter { $0.lgK == lgK } }
}

struct HashVector: Decodable, Sendable, CustomTestStringConvertible {
  let item: String?
  let int64: Int64?
  let seed: UInt64
  let h1: String
  let h2: String
  let rowLgk11: UInt64
  let col: Int

  var testDescription: String { item.map { "'\($0)'" } ?? "\(int64!)" }

  var bytes: [UInt8] {
    item.map { Array($0.utf8) } ?? withUnsafeBytes(of: int64!.littleEndian) { Array($0) }
  }
}

/// One image, and what was asked of it.
struct SketchVector: Decodable, Sendable, CustomTestStringConvertible {
  let lgK: Int?
  let n: Int?
  let kind: String?
  let a: String?
  let b: String?
  let unionLgK: Int?
  let resultLgK: Int?
  let sketchLgKs: [Int]?
  let items: [String]?
  let seedHash: UInt16?
  let estimate: Double
  let lower: [Double]
  let upper: [Double]
  let size: Int
  let sha256: String
  let coupons: Int
  let firstInterestingColumn: Int
  let flags: UInt8
  let base64: String?
  /// Where the C++ library takes the wrong table, what the right one gives.
  let correctSha256: String?
  let correctSize: Int?
  let javaSha256: String?

  var testDescription: String {
    "\(kind ?? (a == nil ? "sketch" : "union")) lg_k \(lgK ?? resultLgK ?? 0) n \(n ?? 0) \(a ?? "")"
  }
}

extension CPCSketch {
  /// A sketch of `u<first>` to `u<last>`.
  init(lgK: Int, seed: UInt64 = defaultSeed, items: Range<Int>) throws {
    try self.init(lgK: lgK, seed: seed)
    update(items: items)
  }

  mutating func update(items: Range<Int>) {
    guard !items.isEmpty else { return }
    let lines = Lines.all
    let (first, end) = (lines.starts[items.lowerBound], lines.starts[items.upperBound])
    update(lines: lines.text.span.extracting(first..<end))
  }
}

/// `u0` and so on, each on a line, written once.
private struct Lines {
  var text: [UInt8] = []
  /// Where each line begins, and where the last one ends.
  var starts: [Int] = [0]

  static let all: Lines = {
    var lines = Lines()
    for item in 0..<1_500_000 {
      lines.text += "u\(item)\n".utf8
      lines.starts.append(lines.text.count)
    }
    return lines
  }()
}

/// Reads `u5..u9` as 5..<10, and `empty` as nothing.
func range(_ text: String) -> Range<Int> {
  let ends = text.split(separator: "..").map { Int($0.dropFirst()) ?? 0 }
  return ends.count == 2 ? ends[0]..<ends[1] + 1 : 0..<0
}
