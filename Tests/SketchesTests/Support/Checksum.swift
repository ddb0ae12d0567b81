import Foundation

/// The SHA-256 of some bytes as `sha256sum` prints it.
func sha256(_ bytes: [UInt8]) throws -> String {
  let sum = Process()
  sum.executableURL = URL(filePath: "/usr/bin/sha256sum")
  let (input, output) = (Pipe(), Pipe())
  sum.standardInput = input
  sum.standardOutput = output
  try sum.run()
  try input.fileHandleForWriting.write(contentsOf: Data(bytes))
  try input.fileHandleForWriting.close()
  let line = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  sum.waitUntilExit()
  return String(line.prefix(64))
}
