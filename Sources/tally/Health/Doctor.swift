import ArgumentParser
import Glibc
import Jobs
import RedisStore
import Rules

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Looks at everything that the jobs rely on: what was found, what is needed, what to do.",
    discussion: """
      Both servers, the account's rights, the schema, clocks, directories. Changes nothing: rights are \
      tried by commands that cannot do anything. Warnings stop no job. It ends with 78 when something \
      stops one, and with 69 when a server cannot be reached; all the rest is looked at all the same. \
      Run it as the user that runs the jobs.

      EXAMPLE
        tally doctor --env-file /etc/tally.env
        tally doctor --json

      \(ExitStatus.help([
        .done, .usage, .unavailable, .inputOutput, .tryAgain, .noPermission, .configuration,
      ]))
      """)

  @Option(
    help: ArgumentHelp("As given to loginlog expire (TALLY_LOG_DIR).", valueName: "directory"),
    completion: .directory)
  var logDir: String?

  @Option(
    help: ArgumentHelp("As given to the jobs (TALLY_LOCK_DIR).", valueName: "directory"),
    completion: .directory)
  var lockDir: String?

  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    do {
      let settings = try await Settings(common)
      let findings = look(settings)
      try writeToStdout(
        common.json ? json(findings) : text(findings, marks: FindingMarks(for: STDOUT_FILENO)))
      throw ExitCode(findings.status.code)
    } catch let code as ExitCode {
      throw code
    } catch {
      complain(about: error)
      throw ExitCode(ExitStatus(of: error).code)
    }
  }

  private func look(_ settings: Settings) -> [Finding] {
    machine(settings) + redis(settings) + mysql(settings) + pace(settings)
  }

  private func machine(_ settings: Settings) -> [Finding] {
    var findings: [Finding] = []
    if let path = settings.envFilePath {
      // Any other one was refused before we came here.
      findings.append(
        Finding("machine", "env file", .fine, found: path, needed: "mode 0600, ours or root's"))
    }
    findings += settings.misspelt.map {
      Finding("machine", "misspelt setting", .warning, found: $0, needed: "names that tally knows")
    }
    findings += attempt("machine", "time zone", needed: "a zone that is installed") {
      _ = try settings.clock()
      return [
        Finding(
          "machine", "time zone", .fine, found: settings.timeZoneName(),
          needed: "a zone that is installed")
      ]
    }
    findings += attempt("machine", "lock directory", needed: "a directory of our own") {
      [Jobs.Doctor.lookAtLocks(in: try settings.lockDirectory(flag: lockDir))]
    }
    findings += attempt("machine", "log directory", needed: "a directory we can write in") {
      [Jobs.Doctor.lookAtLogs(in: try settings.logDirectory(flag: logDir))]
    }
    return findings
  }

  private func redis(_ settings: Settings) -> [Finding] {
    attempt("redis", "settings", needed: "TALLY_REDIS_URL") {
      try doctor(settings).look(at: try settings.redisEndpoint())
    }
  }

  private func mysql(_ settings: Settings) -> [Finding] {
    attempt("mysql", "settings", needed: "TALLY_MYSQL_URL") {
      try doctor(settings).look(at: try settings.mysqlEndpoint())
    }
  }

  private func pace(_ settings: Settings) -> [Finding] {
    attempt("mysql", "pace", needed: "limits that can be kept to") {
      let limits = try settings.paceLimits(maxRate: nil, LoadOptions.parse([]))
      return Jobs.Doctor.look(
        at: limits, primary: limits.load.isEmpty ? nil : try settings.mysqlEndpoint())
    }
  }

  private func doctor(_ settings: Settings) throws -> Jobs.Doctor {
    Jobs.Doctor(
      keyspace: Keyspace(prefix: settings.keyPrefix(), hashTags: try settings.hashTags()))
  }

  private func attempt(
    _ place: String, _ name: String, needed: String, _ look: () throws -> [Finding]
  ) -> [Finding] {
    do { return try look() } catch {
      return [Finding(place, name, stoppedBy: error, needed: needed)]
    }
  }

  private func text(_ findings: [Finding], marks: FindingMarks) -> String {
    let width = findings.map(\.name.count).max() ?? 0
    var text = ""
    for finding in findings {
      let place = finding.place + String(repeating: " ", count: max(0, 7 - finding.place.count))
      let name = finding.name + String(repeating: " ", count: width - finding.name.count)
      text += "\(marks.mark(of: finding.grade)) \(place)  \(name)  \(harmless(finding.found))\n"
      guard finding.grade != .fine else { continue }
      let indent = String(repeating: " ", count: marks.width + 1)
      text += "\(indent)needed: \(finding.needed)\n"
      if let mend = finding.mend { text += "\(indent)to do: \(harmless(mend))\n" }
    }
    return text
  }

  private func json(_ findings: [Finding]) -> String {
    var object = JSONText()
    object.add("schema", 1)
    object.add("ok", findings.status == .done)
    object.add(
      "findings",
      findings.map { finding in
        var item = JSONText()
        item.add("place", finding.place)
        item.add("name", finding.name)
        item.add("grade", finding.grade.rawValue)
        item.add("found", finding.found)
        item.add("needed", finding.needed)
        if let mend = finding.mend { item.add("mend", mend) } else { item.addNull("mend") }
        return item
      })
    return "\(object)\n"
  }
}

/// How a grade is shown: as a coloured sign on a terminal, as a word in a pipe.
struct FindingMarks {
  private let drawsSigns: Bool
  private let usesColour: Bool

  init(for descriptor: Int32) {
    let kind = getenv("TERM").map { String(cString: $0) } ?? ""
    drawsSigns = isatty(descriptor) == 1 && kind != "dumb"
    usesColour = takesColour(descriptor)
  }

  var width: Int { drawsSigns ? 1 : 4 }

  func mark(of grade: Finding.Grade) -> String {
    guard drawsSigns else {
      switch grade {
      case .fine: return "ok  "
      case .warning: return "warn"
      case .failing: return "FAIL"
      }
    }
    let (sign, colour) =
      switch grade {
      case .fine: ("✓", "32")
      case .warning: ("!", "33")
      case .failing: ("✗", "31")
      }
    return usesColour ? "\u{1B}[\(colour)m\(sign)\u{1B}[0m" : sign
  }
}
