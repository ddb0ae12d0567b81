import Foundation
import MySQLClient
import TestServers
import Testing

/// A server is not trusted further than it must be.
struct RogueServerTests {
  private func endpoint(_ server: RogueServer, _ parameters: String = "") throws -> MySQLEndpoint {
    try MySQLEndpoint(
      url: "mysql://etl:seCret@localhost/shop?socket=\(server.socketPath)\(parameters)")
  }

  @Test func aRequestForALocalFileIsRefused() throws {
    let folder = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(folder) }
    try Data("the secret of the file".utf8).write(to: URL(fileURLWithPath: "\(folder)/f"))
    let server = try RogueServer(answer: [0xFB] + Array("\(folder)/f".utf8))
    let error = try mysqlError { _ = try MySQLConnection(endpoint(server)) }
    #expect(error != nil)
    let sent = String(decoding: try #require(server.bytesReceived()), as: UTF8.self)
    // It came as far as the first statement, and no further.
    #expect(sent.contains("SET NAMES utf8mb4"))
    #expect(!sent.contains("the secret of the file"))
  }

  @Test(arguments: ["required", "verify-ca", "verify-identity"])
  func aServerWithoutTLSIsToldNothing(mode: String) throws {
    let server = try RogueServer(answer: [])
    let error = try mysqlError {
      _ = try MySQLConnection(endpoint(server, "&ssl-mode=\(mode)"))
    }
    #expect(error?.kind == .untrusted)
    #expect(error?.code == 2026)
    #expect(error?.isRetriable == false)
    #expect(server.bytesReceived() == [])
  }
}
