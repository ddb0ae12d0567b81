import TestServers
import Testing

/// A dry run, or a question, as both servers see it: they count and log only what reads.
///
/// The servers are the witnesses, not the tool: Redis counts each command by its name, also within
/// scripts, and knows which of them write; MySQL logs each statement.
@Suite(.serialized) struct DryRunTests {
  private static let servers = MySQLServer.available.map { flavor in
    // A table of the server's own: the log as rows.
    Result { try MySQLServer(flavor, configuration: ["log_output=TABLE"]) }
  }

  private func site(_ flavor: MySQLServer.Flavor) throws -> Site {
    let index = try #require(MySQLServer.available.firstIndex(of: flavor))
    return try Site(mysql: Self.servers[index].get())
  }

  @Test(arguments: MySQLServer.available, SiteJob.allCases)
  func aDryRunOnlyReads(flavor: MySQLServer.Flavor, job: SiteJob) throws {
    let site = try site(flavor)
    try site.arrange(for: job)
    // Something to take off, and something to reject.
    try site.redis.run(["SET", "text_show", "x"])
    for key in try site.keys() where key.contains("_day_") {
      try site.redis.run(["EXPIRE", key, "1000000"])
    }
    let before = try site.fingerprint()
    let dry = try witness(site) { try site.run(job, "--dry-run --json") }
    #expect(dry.output.stdout.contains(#""changed":"#), "\(dry.output)")
    #expect(!dry.output.stdout.contains(#""changed":0"#), "there was something to do")
    #expect(dry.writes == [] && dry.count > 5)
    #expect(try site.fingerprint() == before)

    // A witness that would have missed them is none.
    let real = try witness(site) { try site.run(job) }
    #expect(real.writes.contains { $0.hasPrefix("redis") } == (job != .sync))
    #expect(real.writes.contains { $0.hasPrefix("mysql") })
  }

  @Test(arguments: MySQLServer.available)
  func aDryMigrationOnlyReads(flavor: MySQLServer.Flavor) throws {
    let site = try site(flavor)
    let database = try site.mysql.freshDatabase()
    var environment = site.environment
    environment["TALLY_MYSQL_URL"] = site.mysql.url(database: database)
    let dry = try witness(site) {
      try TallyTool().run(["migrate", "--dry-run"], environment: environment)
    }
    #expect(dry.output.exitCode == 0 && dry.output.stderr.contains("would apply"))
    #expect(dry.writes == [] && dry.count > 3)
    #expect(try site.mysql.run("SHOW TABLES", database: database) == "")

    let real = try witness(site) { try TallyTool().run(["migrate"], environment: environment) }
    #expect(real.output.exitCode == 0 && !real.writes.isEmpty)
  }

  @Test(arguments: MySQLServer.available)
  func noCommandWritesWhatItIsNotToWrite(flavor: MySQLServer.Flavor) throws {
    let site = try site(flavor)
    try SiteCommand.arrange(site)
    let before = try site.fingerprint()
    for command in SiteCommand.all {
      guard let line = command.readingLine else { continue }
      let seen = try witness(site) { try site.run(SiteCommand.words(line, on: site)) }
      #expect(command.exitCodes.contains(seen.output.exitCode), "\(line): \(seen.output.stderr)")
      #expect(seen.writes == [] || command.kind == .probing, "\(line)")
      #expect(try site.fingerprint() == before, "\(line)")
      #expect(seen.reads.contains { $0.contains(command.looksAt) }, "\(line): \(seen.reads)")
    }

    // A witness that would have missed them is none. That a run was there is written by any.
    for command in SiteCommand.all where [.dry, .writing].contains(command.kind) {
      let seen = try witness(site) { try site.run(SiteCommand.words(command.line, on: site)) }
      #expect(seen.output.exitCode == 0, "\(command): \(seen.output.stderr)")
      #expect(seen.writes.contains { !$0.contains("tally_run") }, "\(command)")
    }
    #expect(try site.fingerprint() != before)
  }

  /// A new command finds its place above, or this fails.
  @Test func everyCommandThatTheHelpNamesIsWatched() throws {
    let watched = Set(SiteCommand.all.map(\.name))
    #expect(try Set(commands(below: [])) == watched)
  }

  private func commands(below path: [String]) throws -> [String] {
    let help = try TallyTool().run(path + ["--help"])
    guard let start = help.stdout.firstRange(of: "\nSUBCOMMANDS:\n") else {
      #expect(help.exitCode == 0 && help.stdout.contains("USAGE: tally"), "\(path)")
      return [path.joined(separator: " ")]
    }
    let lines = help.stdout[start.upperBound...]
      .split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
    // An abstract that goes on stands further in.
    let names = lines.compactMap { $0.prefixMatch(of: /\s\s(\S+)/).map { String($0.1) } }
    return try names.flatMap { try commands(below: path + [$0]) }
  }

  /// What both servers did for one run: commands and statements, each once.
  private struct Witnessed {
    let output: TallyTool.Output
    let reads: [String]
    let writes: [String]
    var count: Int { reads.count + writes.count }
  }

  private func witness(
    _ site: Site, _ run: () throws -> TallyTool.Output
  ) throws -> Witnessed {
    try site.redis.run(["CONFIG", "RESETSTAT"])
    try site.mysql.run("TRUNCATE mysql.general_log; SET GLOBAL general_log = ON")
    let output = try run()
    try site.mysql.run("SET GLOBAL general_log = OFF")
    let commands = try redisCommands(site)
    let writing = Set(try site.redis.run(["ACL", "CAT", "write"]).split(separator: "\n"))
    let statements = try mysqlStatements(site)
    let redisWrites = commands.filter {
      writing.contains($0[...]) || $0.hasPrefix("eval") || $0 == "script"
    }
    let mysqlWrites = statements.filter { !Self.reads($0) }
    return Witnessed(
      output: output,
      reads: commands.filter { !redisWrites.contains($0) } + statements.filter(Self.reads),
      writes: redisWrites.map { "redis \($0)" } + mysqlWrites.map { "mysql \($0)" })
  }

  /// `cmdstat_hgetall:calls=2,…`, and `cmdstat_script|load:…` for a command with a second word.
  private func redisCommands(_ site: Site) throws -> [String] {
    try site.redis.run(["INFO", "commandstats"]).split(whereSeparator: \.isNewline)
      .filter { $0.hasPrefix("cmdstat_") }
      .map { String($0.dropFirst(8).prefix { $0 != ":" && $0 != "|" }) }
  }

  private func mysqlStatements(_ site: Site) throws -> [String] {
    try site.mysql.run(
      """
      SELECT DISTINCT CONVERT(argument USING utf8mb4) FROM mysql.general_log
      WHERE command_type IN ('Query', 'Execute') AND argument NOT LIKE '%general_log%'
      """
    ).split(separator: "\n").map(String.init)
  }

  /// Whether a statement, behind the comment that names it, cannot change a row. A lock would make
  /// others wait, which a dry run may not either. A transaction of reads is one of reading.
  private static func reads(_ statement: String) -> Bool {
    let text = statement.replacing(/^\/\*.*?\*\/\s*/, with: "")
    if ["START TRANSACTION", "COMMIT", "ROLLBACK"].contains(text) { return true }
    let words = ["SELECT ", "SHOW ", "SET NAMES ", "SET SESSION TRANSACTION "]
    return words.contains { text.hasPrefix($0) } && !text.contains("FOR UPDATE")
      && !text.contains("GET_LOCK")
  }
}
