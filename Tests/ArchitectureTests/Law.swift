/// Something that holds for every source file, and that the compiler does not see to.
struct Law: Sendable, CustomStringConvertible {
  let description: String
  /// What breaks the law in a file, each as `path:line: text`.
  let violations: @Sendable (SourceFile) -> [String]
  /// A file that breaks it, so that the law itself is tested.
  let counterexample: SourceFile

  /// What a room may import besides the standard library. The arrows run down only.
  static let walls: [String: Set<String>] = [
    "RedisClient": ["CHiredis", "Glibc"],
    "MySQLClient": ["CMariaDB", "Glibc"],
    "Rules": [],
    "Sketches": ["Glibc"],
    "RedisStore": ["RedisClient", "Rules"],
    "MySQLStore": ["MySQLClient", "Rules", "SchemaFiles", "Sketches"],
    "Jobs": [
      "Rules", "Sketches", "RedisStore", "MySQLStore", "RedisClient", "MySQLClient", "Logging",
      "SystemPackage", "Synchronization", "Glibc",
    ],
    "tally": [
      "Rules", "RedisStore", "RedisClient", "MySQLClient", "Jobs", "ArgumentParser",
      "Configuration", "Logging", "SystemPackage", "Synchronization", "Glibc", "CMalloc",
    ],
  ]

  static let all = [
    Law(
      "a room imports only what stands below it",
      brokenBy: "public import Jobs", in: "Rules/Calendar/Month.swift"
    ) { file in
      let allowed = walls[file.room] ?? []
      return file.imports.filter { !allowed.contains($0) }.map { "\(file.path): import \($0)" }
    },
    Law(
      "full Foundation stays out: it brings 40 MB of ICU along",
      brokenBy: "import struct Foundation.Date", in: "tally/Shared/Clock.swift"
    ) { file in file.imports.filter { $0 == "Foundation" }.map { "\(file.path): import \($0)" } },
    Law(
      "no file has more than 400 lines",
      brokenBy: String(repeating: "\n", count: 401), in: "Jobs/Everything.swift"
    ) { file in file.lineCount > 400 ? ["\(file.path): \(file.lineCount) lines"] : [] },
    Law(
      "nothing stops the process where an error could be thrown",
      brokenBy: "  fatalError(\"to be built\")", in: "Jobs/AdStat/Job.swift"
    ) { $0.occurrences(of: #"\btry!|\bfatalError\(|\bpreconditionFailure\("#) },
    Law(
      "proof that MySQL holds something is issued by the MySQL store alone",
      brokenBy: "  let receipt = Merged(provenHeld: run)", in: "Jobs/LoginLog/Expire.swift"
    ) { file in
      file.room == "MySQLStore" || file.path == "Rules/Merging/Merged.swift"
        ? [] : file.occurrences(of: #"\bMerged(<.*>)?(\.init)?\(|\bprovenHeld:"#)
    },
    Law(
      "SQL is written in the MySQL rooms alone; SELECT is a command of Redis, too",
      brokenBy: "  try database.run(\"DELETE FROM ad_ctr\")", in: "Jobs/AdStat/ArchiveDay.swift"
    ) { file in
      ["MySQLStore", "MySQLClient", "RedisClient"].contains(file.room)
        ? []
        : file.occurrences(
          of: #"\b(SELECT|INSERT|UPDATE|DELETE FROM|REPLACE|CREATE|ALTER|DROP|GRANT|COMMIT)\b"#)
    },
    Law(
      "Redis is spoken in the Redis rooms alone",
      brokenBy: "  connection.send([\"DEL\", key])", in: "Jobs/AdStat/ArchiveDay.swift"
    ) { file in
      ["RedisStore", "RedisClient"].contains(file.room)
        ? []
        : file.occurrences(
          of:
            #""(GET|SET|DEL|UNLINK|EXPIRE|PERSIST|SCAN|EVAL|EVALSHA|HGETALL|HINCRBY|INCR|SETBIT)""#)
    },
    Law(
      "keys are spelled in the Redis store alone; the door's help may show them",
      brokenBy: "  let key = \"loginLog_\\(month)\"", in: "Jobs/LoginLog/SyncWeek.swift"
    ) { file in
      ["RedisStore", "tally"].contains(file.room)
        ? [] : file.occurrences(of: #"loginLog_|_day_(show|click)|_uv_|tally:adstat"#)
    },
    Law(
      "only the door prints",
      brokenBy: "  print(report)", in: "Jobs/Support/Job.swift"
    ) { $0.room == "tally" ? [] : $0.occurrences(of: #"\b(print|puts|debugPrint|dump)\("#) },
    Law(
      "stores are told the time and never read it",
      brokenBy: "  clock_gettime(CLOCK_REALTIME, &now)", in: "MySQLStore/Tables/AdCtr.swift"
    ) { file in
      ["RedisStore", "MySQLStore", "Rules"].contains(file.room)
        ? file.occurrences(
          of: #"\b(clock_gettime|gettimeofday|time\(nil)|\bContinuousClock|\bDate\(\)"#)
        : []
    },
  ]

  private init(
    _ description: String, brokenBy text: String, in path: String,
    violations: @escaping @Sendable (SourceFile) -> [String]
  ) {
    self.description = description
    self.violations = violations
    counterexample = SourceFile(path: path, text: text)
  }
}
