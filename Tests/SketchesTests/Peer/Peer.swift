import Foundation
import Testing

/// The Python package datasketches, where `fetch-datasketches.sh` could get it.
enum Peer {
  static let python: String? = {
    let path = folder.appending(path: "../../../.build/peer/bin/python").standardized.path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// How many streams and unions are compared: `TALLY_PEER_STREAMS`.
  static let streamCount =
    ProcessInfo.processInfo.environment["TALLY_PEER_STREAMS"].flatMap { Int($0) } ?? 200

  /// Runs `peer.py` and returns its lines.
  static func run(_ arguments: [String], input: String = "") throws -> [Substring] {
    let (script, file) = (folder.appending(path: "peer.py"), FileManager.default.temporaryDirectory)
    // A file, so that neither side waits for the other to read.
    let inputFile = file.appending(path: "tally-peer-\(UUID())")
    try Data(input.utf8).write(to: inputFile)
    defer { try? FileManager.default.removeItem(at: inputFile) }
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: python!)
    process.arguments = [script.path] + arguments
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return text.split(separator: "\n")
  }

  private static let folder = URL(filePath: #filePath).appending(path: "..").standardized
}

/// What a sketch answers, and its image.
struct Answers: Equatable {
  let image: String
  let numbers: [Double]

  init(_ fields: some Collection<Substring>) {
    image = fields.first.map(String.init) ?? ""
    numbers = fields.dropFirst().compactMap { Double($0) }
  }
}
