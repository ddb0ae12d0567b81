import ArgumentParser
import Jobs
import Rules

extension LoginLog {
  struct Active: QuestionCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists who logged in within a range of days.",
      discussion: """
        Both ends count. Every user is told once, with the number of days, in the order of types and \
        ids: as lines of type, id and days with tabs between them, or with --json one object a line. \
        Both stores are read, and a day counts that either has. Memory stays bounded for any number \
        of users; many of them are sorted in nameless files in TMPDIR, else /var/tmp.

        EXAMPLE
          tally loginlog active last-week --type client
          tally loginlog active 2026-11-01 2026-11-30 --type client
          tally loginlog active yesterday yesterday --count --json    # {"count":1234}

        \(ExitStatus.help(questionStatuses.withCannotCreate))
        """)

    @OptionGroup var range: RangeArguments

    @Option(
      help: ArgumentHelp("Users of this type alone.", valueName: "type"),
      transform: readUserType)
    var type: [UInt8]?

    @Flag(help: "Print how many there are, and not who.")
    var count = false

    @OptionGroup var common: CommonOptions

    func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int {
      let users = ActiveUsers(
        range: try range.days(in: context), type: type,
        temporaryDirectory: settings.temporaryDirectory())
      var userCount = 0
      var lines = BufferedOutput()
      let rejectedCount = try users.forEach(in: context) { user, dayCount in
        if userCount == 0 { terminal.clear() }
        userCount += 1
        guard !count else { return }
        try lines.write(common.json ? object(user, dayCount) : line(user, dayCount))
      }
      if count { try lines.write(countText(userCount, rejectedCount)) }
      try lines.flush()
      return rejectedCount
    }

    private func line(_ user: UserKey, _ dayCount: Int) -> String {
      "\(printable(user.type))\t\(printable(user.id))\t\(dayCount)\n"
    }

    private func object(_ user: UserKey, _ dayCount: Int) -> String {
      var object = JSONText()
      object.add("type", bytes: user.type)
      object.add("id", bytes: user.id)
      object.add("day_count", dayCount)
      return "\(object)\n"
    }

    private func countText(_ userCount: Int, _ rejectedCount: Int) -> String {
      guard common.json else { return "\(userCount)\n" }
      var object = JSONText()
      object.add("count", userCount)
      object.addRejected(rejectedCount)
      return "\(object)\n"
    }
  }
}

extension [ExitStatus] {
  /// With 73 where it stands among the others.
  fileprivate var withCannotCreate: [ExitStatus] {
    flatMap { $0 == .inputOutput ? [.cannotCreate, $0] : [$0] }
  }
}

extension JSONText {
  /// Bytes as text; where they are no UTF-8, which JSON cannot hold, U+FFFD stands for what is none,
  /// and a second field `<name>_hex` has them exactly.
  mutating func add(_ name: String, bytes: [UInt8]) {
    add(name, String(decoding: bytes, as: UTF8.self))
    if String(validating: bytes, as: UTF8.self) == nil { add("\(name)_hex", hex(bytes)) }
  }
}
