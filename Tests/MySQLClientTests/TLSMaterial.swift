import Foundation
import TestServers

/// Certificates for a server on 127.0.0.1, made by `openssl` in a folder of their own.
final class TLSMaterial: Sendable {
  let folder: String

  /// The authority that signed the servers' certificates.
  var authority: String { "\(folder)/ca.pem" }
  /// One that signed none of them.
  var otherAuthority: String { "\(folder)/other.pem" }

  init() throws {
    folder = try PrivateFolder.make()
    for name in ["ca", "other"] {
      try openssl(
        "req -x509 \(newKey) -days 2 -subj /CN=\(name) "
          + "-keyout \(name).key -out \(name).pem")
    }
    try sign("right", name: "IP:127.0.0.1", days: 2)
    try sign("elsewhere", name: "DNS:elsewhere.example", days: 2)
    try sign("expired", name: "IP:127.0.0.1", days: -1)
  }

  deinit { try? PrivateFolder.remove(folder) }

  /// The options that make a server offer TLS on a TCP port, with one of `right`, `elsewhere`
  /// (another name) and `expired`.
  func options(_ certificate: String, port: Int) -> [String] {
    [
      "skip-networking=OFF", "port=\(port)", "ssl-ca=\(authority)",
      "ssl-cert=\(folder)/\(certificate).pem", "ssl-key=\(folder)/\(certificate).key",
    ]
  }

  private let newKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

  private func sign(_ file: String, name: String, days: Int) throws {
    try openssl(
      "req \(newKey) -subj /CN=\(file) -keyout \(file).key -out \(file).csr")
    try "subjectAltName=\(name)\n".write(
      toFile: "\(folder)/\(file).ext", atomically: false, encoding: .utf8)
    try openssl(
      "x509 -req -in \(file).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days \(days) "
        + "-extfile \(file).ext -out \(file).pem")
  }

  private func openssl(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TestFailure("openssl \(arguments): exit \(process.terminationStatus)")
    }
  }
}
