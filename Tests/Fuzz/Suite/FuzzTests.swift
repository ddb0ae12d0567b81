import Foundation
import Testing

/// The short form of `make fuzz`: every check over its corpus and over some thousand changed inputs.
struct FuzzTests {
  /// Another one in every run; `TALLY_TEST_SEED=<seed> swift test --filter FuzzTests` repeats a run.
  static let seed: UInt64 = {
    let chosen = ProcessInfo.processInfo.environment["TALLY_TEST_SEED"].flatMap { UInt64($0) }
    let seed = chosen ?? UInt64.random(in: 0...UInt64.max)
    // Said beforehand: after a crash nobody could.
    FileHandle.standardError.write(Data("fuzz: TALLY_TEST_SEED=\(seed)\n".utf8))
    return seed
  }()

  @Test(arguments: FuzzTarget.all)
  func everyInputOfTheCorpusIsDealtWith(_ target: FuzzTarget) throws {
    let corpus = try Corpus(of: target)
    #expect(!corpus.inputs.isEmpty)
    for (name, input) in zip(corpus.names, corpus.inputs) {
      #expect(throws: Never.self, "\(target)/\(name)") { try target.check(input) }
    }
  }

  @Test(arguments: FuzzTarget.all, [seed])
  func everyChangedInputIsDealtWith(_ target: FuzzTarget, seed: UInt64) throws {
    let inputs = try Corpus(of: target).inputs
    var mutation = Mutation(seed: seed)
    for _ in 0..<target.suiteRuns {
      let input = mutation.next(from: inputs)
      do { try target.check(input) } catch {
        Issue.record("\(error); the input was \(input)")
        return
      }
    }
  }

  @Test func everyCorpusHasItsTarget() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Corpus.root)
    #expect(folders.sorted() == FuzzTarget.all.map(\.name).sorted())
  }
}

/// The hand-made inputs of a target, and those that once were findings.
private struct Corpus {
  let names: [String]
  let inputs: [[UInt8]]

  static let root = URL(filePath: #filePath).appending(path: "../../Corpus").standardized.path

  init(of target: FuzzTarget) throws {
    let folder = "\(Corpus.root)/\(target)"
    names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    inputs = try names.map { Array(try Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) }
  }
}
