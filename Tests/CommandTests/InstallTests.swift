import Foundation
import TestServers
import Testing

/// What `make install` puts beside the program: completions and manual pages, made by the program itself.
struct InstallTests {
  private static let package = URL(filePath: #filePath).appending(path: "../../..").standardized
    .path

  /// Runs a target of the Makefile with the built tool.
  private func make(_ target: String, into folder: String) throws {
    let script = """
      exec make --silent --directory '\(InstallTests.package)' \(target) TALLY="$0" \
      DESTDIR='\(folder)' PREFIX=/usr
      """
    let output = try TallyTool(wrapper: ["sh", "-c", script]).run([])
    #expect(output.exitCode == 0 && output.stderr == "", "\(output)")
  }

  private func files(in folder: String) -> Set<String> {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return Set(
      names.filter { name in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
          && !isFolder.boolValue
      })
  }

  @Test func everythingIsInstalledForAllToReadAndGoesAgain() throws {
    let folder = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(folder) }
    try make("install-files", into: folder)
    let installed = files(in: folder)
    let expected: Set = [
      "usr/bin/tally", "usr/share/bash-completion/completions/tally",
      "usr/share/zsh/site-functions/_tally", "usr/share/fish/vendor_completions.d/tally.fish",
      "usr/share/man/man1/tally.1", "usr/share/man/man1/tally-migrate.1",
      "usr/share/man/man1/tally-adstat-rollover-hour.1",
      "usr/share/man/man1/tally-adstat-group-add.1", "usr/share/man/man1/tally-status.1",
    ]
    #expect(installed.isSuperset(of: expected), "\(installed)")
    for name in installed {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
      let mode = attributes[.posixPermissions] as? Int
      #expect(mode == (name == "usr/bin/tally" ? 0o755 : 0o644), "\(name)")
      #expect(attributes[.size] as? Int ?? 0 > 100, "\(name)")
    }
    let other = "\(folder)/usr/share/man/man1/tally-ho.1"
    try "somebody else's".write(toFile: other, atomically: true, encoding: .utf8)
    try make("uninstall", into: folder)
    #expect(files(in: folder) == ["usr/share/man/man1/tally-ho.1"])
  }

  @Test func everyCommandHasAPageWithAllThatItsHelpSays() throws {
    let folder = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(folder) }
    try make("install-files", into: folder)
    let pages = "\(folder)/usr/share/man/man1"
    for command in HelpTests.jobs + HelpTests.questions + HelpTests.catalogue + ["migrate"] {
      let name = "tally-" + words(command).joined(separator: "-")
      let page = try String(contentsOfFile: "\(pages)/\(name).1", encoding: .utf8)
      #expect(page.hasPrefix(".TH \(name.uppercased()) 1 "), "\(name)")
      for title in [
        "NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "EXIT STATUS", "SEE ALSO",
      ] {
        #expect(page.contains("\n.SH \(title)\n"), "\(name): \(title)")
      }
      let help = try TallyTool().run(words(command) + ["--help"]).stdout
      let text = page.replacing("\\-", with: "-")
      for option in help.matches(of: /\n  (--[a-z-]+)/) {
        #expect(text.contains("\n.B \(option.1)"), "\(name): \(option.1)")
      }
      #expect(text.contains("\n.B 128+n\nended by signal n\n"), "\(name)")
    }
  }

  /// What roff takes for a request or an escape would not be shown.
  @Test func noPageHasALineThatRoffWouldTakeForAnotherThing() throws {
    let folder = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(folder) }
    try make("install-files", into: folder)
    let requests: Set = [
      ".TH", ".SH", ".TP", ".B", ".BR", ".PP", ".nf", ".fi", ".nh", ".hy", ".ad",
    ]
    let pages = "\(folder)/usr/share/man/man1"
    for name in try FileManager.default.contentsOfDirectory(atPath: pages) {
      let page = try String(contentsOfFile: "\(pages)/\(name)", encoding: .utf8)
      for line in page.split(separator: "\n") {
        if line.hasPrefix(".") {
          #expect(requests.contains(String(line.prefix { $0 != " " })), "\(name): \(line)")
        }
        #expect(!line.hasPrefix("'"), "\(name): \(line)")
        let escapes = line.matches(of: /\\(.)/).map { String($0.1) }
        #expect(escapes.allSatisfy { ["-", "e", "&", "("].contains($0) }, "\(name): \(line)")
      }
    }
  }

  @Test(
    arguments: [
      ("tally lo", "loginlog"), ("tally loginlog exp", "expire"),
      ("tally loginlog day --log-level ", "error warning info"),
      ("tally loginlog active ", "today yesterday this-week last-week this-month last-month"),
      ("tally adstat archive-day --day ", "today yesterday"), ("tally st", "status"),
    ])
  func bashCompletesCommandsAndValues(line: String, expected: String) throws {
    let script = #"""
      source <("$0" --generate-completion-script bash)
      line=$2
      read -ra COMP_WORDS <<< "$line"
      [[ $line == *" " ]] && COMP_WORDS+=("")
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
      complete -p tally > /dev/null && _tally tally "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
      echo "${COMPREPLY[@]}"
      """#
    let output = try TallyTool(wrapper: ["bash", "-c", script]).run(["--", line])
    #expect(output.stderr == "")
    for word in words(expected) {
      #expect(words(output.stdout.replacing("\n", with: " ")).contains(word), "\(output.stdout)")
    }
  }
}
