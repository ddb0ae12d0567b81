import Foundation
import Sketches
import TestServers
import Testing

/// `tally cpc`, as a user runs it on a real Redis.
struct SketchCommandTests {
  private let installation: Installation

  init() throws { installation = try Installation(redis: RedisServer()) }

  private func run(_ arguments: String, stdin: String = "") throws -> TallyTool.Output {
    try installation.tool.run(
      words(arguments), environment: installation.environment, stdin: stdin)
  }

  private func redis(_ command: String...) throws -> String {
    try installation.redis.run(command, database: installation.redisDatabase)
  }

  /// The bytes of a key, as hexadecimal digits.
  private func digits(_ key: String) throws -> String {
    try redis(
      "EVAL",
      "return (redis.call('GET', KEYS[1]):gsub('.', function(c) return string.format('%02x', c:byte()) end))",
      "1", key)
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
  }

  private func number(_ output: TallyTool.Output, _ field: String) throws -> Double {
    try #require(try object(output.stdout)[field] as? Double)
  }

  @Test func theImageIsThatOfTheLibrary() throws {
    var sketch = try CPCSketch(lgK: 11)
    for item in 0..<20 { sketch.update("u\(item)") }
    let items = (0..<20).map { "u\($0)" }
    #expect(try run("cpc update cpc:a \(items.joined(separator: " ")) --lg-k 11").exitCode == 0)
    #expect(try digits("cpc:a") == hex(sketch.serialized()))
    // The same in two goes, and by lines.
    _ = try run("cpc update cpc:b \(items[..<7].joined(separator: " ")) --lg-k 11")
    _ = try run("cpc update cpc:b --stdin", stdin: items[7...].joined(separator: "\n"))
    #expect(try digits("cpc:b") == hex(sketch.serialized()))
    let output = try run("cpc estimate cpc:a --json")
    #expect(
      output.stdout == """
        {"estimate":\(sketch.estimate),"lower_bound":\(sketch.lowerBound(kappa: .two)),\
        "upper_bound":\(sketch.upperBound(kappa: .two))}

        """)
    #expect(try run("cpc estimate cpc:a").stdout == "\(sketch.estimate)\n")
  }

  @Test func everyCommandAnswersInThePinnedJSON() throws {
    let answers = [
      ("update cpc:v anna bert", #"{"changed":true}"#),
      ("update cpc:v bert anna", #"{"changed":false}"#),
      ("estimate cpc:none", #"{"estimate":null,"lower_bound":null,"upper_bound":null}"#),
      ("update2jud cpc:v anna", #"{"estimate":2.000122070312504,"difference":0.0}"#),
      ("merge cpc:w cpc:v cpc:none", #"{"changed":true}"#),
      ("merge cpc:w cpc:v", #"{"changed":false}"#),
      ("array range cpc:none 0 100", #"{"estimates":[]}"#),
      ("array update cpc:t 125 anna --size 3 --win 10", #"{"changed":true}"#),
      ("array update2est cpc:t 139 anna", #"{"estimate":1.0,"lower_bound":1.0,"upper_bound":2.0}"#),
      ("array update2jud cpc:t 130 anna", #"{"estimate":1.0,"difference":0.0}"#),
      ("array estimate cpc:t 121", #"{"estimate":1.0,"lower_bound":1.0,"upper_bound":2.0}"#),
      ("array estimate cpc:t 111", #"{"estimate":0.0,"lower_bound":0.0,"upper_bound":0.0}"#),
      ("array range cpc:t 110 139", #"{"start":110,"win":10,"estimates":[0.0,1.0,1.0]}"#),
    ]
    for (command, answer) in answers {
      let output = try run("cpc \(command) --json")
      #expect(output.exitCode == 0 && output.stderr == "", "\(command): \(output.stderr)")
      if command.hasPrefix("update2jud") {
        #expect(try number(output, "difference") == 0 && Set(object(output.stdout).keys).count == 2)
      } else {
        #expect(output.stdout == answer + "\n", "\(command)")
      }
    }
    let new = try run("cpc update2jud cpc:v carl --json")
    #expect(abs(try number(new, "difference") - 1) < 0.001)
    let estimate = try run("cpc update2est cpc:v carl --json")
    #expect(try number(estimate, "estimate") == number(new, "estimate"))
  }

  @Test func withoutJSONTheAnswerIsForPeopleAndPipes() throws {
    #expect(try run("cpc update cpc:v anna").stdout == "")
    #expect(try run("cpc estimate cpc:v").stdout == "1.0\n")
    #expect(try run("cpc estimate cpc:none").stdout == "none\n")
    #expect(try run("cpc update2jud cpc:v anna").stdout == "1.0\t0.0\n")
    _ = try run("cpc array update cpc:t 125 anna --win 10")
    #expect(try run("cpc array range cpc:t 110 129").stdout == "0.0\n1.0\n")
    #expect(try run("cpc array range-merge cpc:t 129 2").stdout == "1.0\n")
    let told = try run("cpc update cpc:v anna --log-level info")
    #expect(told.stderr == "cpc update: nothing new\n")
  }

  @Test func severalKeysAreCountedTogether() throws {
    _ = try run("cpc update cpc:a 1 2 3")
    _ = try run("cpc update cpc:b 3 4")
    let both = try number(try run("cpc estimate cpc:a cpc:none cpc:b --json"), "estimate")
    #expect(abs(both - 4) < 0.01)
    #expect(try run("cpc merge cpc:both cpc:a cpc:b --ex 1000").exitCode == 0)
    #expect(try number(try run("cpc estimate cpc:both --json"), "estimate") == both)
    #expect(try (900...1000).contains(Int(redis("TTL", "cpc:both")) ?? 0))
    // Its own lg_k stays, and the smaller of two wins.
    _ = try run("cpc update cpc:small 9 --lg-k 8")
    _ = try run("cpc merge cpc:both cpc:small")
    #expect(try digits("cpc:both").dropFirst(6).prefix(2) == "08")
  }

  /// Lines are bytes: only a line feed ends one, and the last line counts without it.
  @Test func linesAreItemsByteForByte() throws {
    let crlf = try run("cpc update2est cpc:a --stdin --json", stdin: "a\r\na\n\n\nb")
    #expect(abs(try number(crlf, "estimate") - 3) < 0.01)
    let none = try run("cpc update cpc:none --stdin --json", stdin: "\n\n")
    #expect(none.stdout == "{\"changed\":false}\n")
    #expect(try redis("EXISTS", "cpc:none") == "0")
    var sketch = try CPCSketch(lgK: 12)
    // Longer than a block that is read at once.
    let long = String(repeating: "x", count: 3_000_000)
    for item in ["1", long, "2"] { sketch.update(item) }
    _ = try run("cpc update cpc:long --stdin", stdin: "1\n\(long)\n2")
    #expect(try digits("cpc:long") == hex(sketch.serialized()))
  }

  @Test func manyLinesMakeTheSketchOfTheirItems() throws {
    var sketch = try CPCSketch(lgK: 12)
    for item in 0..<300_000 { sketch.update("item-\(item)") }
    let lines = (0..<300_000).map { "item-\($0)" }.joined(separator: "\n")
    #expect(try run("cpc update cpc:many --stdin", stdin: lines + "\n").exitCode == 0)
    #expect(try digits("cpc:many") == hex(sketch.serialized()))
    // Onto a sketch that is there: as if it had seen them all.
    for item in 300_000..<400_000 { sketch.update("item-\(item)") }
    let more = (300_000..<400_000).map { "item-\($0)" }.joined(separator: "\n")
    _ = try run("cpc update cpc:many --stdin", stdin: more)
    #expect(try digits("cpc:many") == hex(sketch.serialized()))
  }

  /// A value that is none is named, and the key stays as it was.
  @Test func whatIsNoSketchIsRefusedAndLeft() throws {
    let image = try CPCSketch(lgK: 12, "a", "b").serialized()
    var seeded = try CPCSketch(lgK: 12, seed: 7)
    seeded.update("a")
    let bad: [(key: String, digits: String, reason: String)] = [
      ("text", hex(Array("12".utf8)), "bytes, not 8"), ("cut", hex(image.dropLast()), "bytes, not"),
      ("longer", hex(image + [0, 0, 0, 0]), "bytes, not"),
      ("seed", hex(seeded.serialized()), "another seed"), ("empty", "", "bytes, not 8"),
      ("lgk", hex(image[..<3] + [27] + image[4...]), "lg_k is 27"),
    ]
    for (key, digits, _) in bad {
      _ = try redis(
        "EVAL",
        "return redis.call('SET', KEYS[1], (ARGV[1]:gsub('..', function(d) return string.char(tonumber(d, 16)) end)))",
        "1", key, digits)
    }
    _ = try redis("RPUSH", "list", "x")
    _ = try redis("HSET", "hash", "f", "x")
    _ = try redis("PFADD", "hll", "x")
    let all =
      bad.map { ($0.key, $0.reason) } + [
        ("list", "is a list, not a string"), ("hash", "is a hash, not a string"),
        ("hll", "HyperLogLog"),
      ]
    let before = try redis("DEBUG", "DIGEST")
    for (key, reason) in all {
      for command in [
        "update \(key) x", "estimate \(key)", "update2est \(key) x", "update2jud \(key) x",
        "merge \(key) cpc:none good", "merge good \(key)", "estimate good \(key)",
      ] {
        _ = try run("cpc update good x")
        let output = try run("cpc \(command) --json")
        #expect(output.exitCode == 65, "\(command): \(output)")
        #expect(output.stderr.contains("rejected: \(key): ") && output.stderr.contains(reason))
        #expect(try object(output.stdout)["rejected"] as? Int == 1)
      }
    }
    _ = try redis("DEL", "good")
    #expect(try redis("DEBUG", "DIGEST") == before)
    for command in ["update list 1 x", "estimate hash 1", "range hll 1 2", "range-merge hll 1 2"] {
      let output = try run("cpc array \(command)")
      #expect(output.exitCode == 65 && output.stderr.contains("rejected: "), "\(command)")
    }
    #expect(try redis("DEBUG", "DIGEST") == before)
  }

  @Test func aDamagedWindowIsNamedByItsStart() throws {
    _ = try run("cpc array update cpc:t 125 anna --win 10")
    _ = try redis("HSET", "cpc:t", "120", "x")
    for command in ["update cpc:t 125 b", "estimate cpc:t 125", "range cpc:t 100 130"] {
      let output = try run("cpc array \(command)")
      #expect(output.exitCode == 65, "\(command)")
      #expect(output.stderr.contains("rejected: cpc:t 120: holds the sketch has 1 bytes"))
    }
    #expect(try redis("HGET", "cpc:t", "120") == "x")
  }

  @Test func windowsOlderThanTheKeptOnesAreDroppedAndRefused() throws {
    for time in [5, 15, 25, 35, 45] {
      _ = try run("cpc array update cpc:t \(time) anna v\(time) --size 3 --win 10")
    }
    #expect(
      try run("cpc array range cpc:t 0 49").stdout.split(separator: "\n").prefix(2) == [
        "0.0", "0.0",
      ])
    #expect(
      try redis("HKEYS", "cpc:t").split(separator: "\n").sorted() == [
        "20", "30", "40", "lg_k", "size", "win",
      ])
    let late = try run("cpc array update cpc:t 15 anna")
    #expect(late.exitCode == 65 && late.stderr.contains("keeps 3 windows of 10 ms"), "\(late)")
    // What the key was made with stays.
    _ = try run("cpc array update cpc:t 48 bert --size 9 --win 99 --lg-k 4")
    #expect(try redis("HMGET", "cpc:t", "size", "win", "lg_k") == "3\n10\n12")
    let merged = try number(try run("cpc array range-merge cpc:t 45 3 --json"), "estimate")
    // anna, bert, and three more.
    #expect(abs(merged - 5) < 0.01)
  }

  @Test func theTimeToLiveIsThatOfTairCpc() throws {
    func seconds() throws -> Int { Int(try redis("TTL", "cpc:v")) ?? -9 }
    _ = try run("cpc update cpc:v a --ex 1000")
    #expect(try (900...1000).contains(seconds()))
    _ = try run("cpc update cpc:v b")
    #expect(try (900...1000).contains(seconds()))
    _ = try run("cpc update cpc:v a --ex 0")
    #expect(try (900...1000).contains(seconds()))
    _ = try run("cpc update cpc:v a --ex -1")
    #expect(try seconds() == -1)
    _ = try run("cpc update2est cpc:v a --px 500000")
    #expect(try (400...500).contains(seconds()))
    _ = try run("cpc update2jud cpc:v a --exat 4000000000")
    #expect(try redis("PTTL", "cpc:v").count > 11)
    _ = try run("cpc update cpc:v a --pxat 1000")
    #expect(try redis("EXISTS", "cpc:v") == "0")
    _ = try run("cpc array update cpc:v 5 a --ex 1000")
    #expect(try (900...1000).contains(seconds()))
  }

  @Test func keysAndItemsAreBytesAndDriveNoTerminal() throws {
    let script = #"exec "$0" "$@" "$(printf 'k\377\033[2J')""#
    let wrapped = TallyTool(wrapper: ["bash", "-c", script])
    let output = try wrapped.run(
      words("cpc estimate --"), environment: installation.environment)
    #expect(output.stdout == "none\n")
    _ = try redis("EVAL", "return redis.call('SET', 'k\\255\\27[2J', 'x')", "0")
    let refused = try wrapped.run(
      words("cpc estimate --"), environment: installation.environment)
    #expect(refused.exitCode == 65 && refused.stderr.contains("k\\xFF\\x1B[2J"))
    let itemed = try wrapped.run(
      words("cpc update cpc:a --"), environment: installation.environment)
    var sketch = try CPCSketch(lgK: 12)
    sketch.update(bytes: Array("k".utf8) + [255, 27] + Array("[2J".utf8))
    #expect(itemed.exitCode == 0)
    #expect(try digits("cpc:a") == hex(sketch.serialized()))
  }

  /// Everybody's items are there in the end, whoever wrote between.
  @Test func writersAtOnceLoseNothingOfEachOther() async throws {
    let (tool, environment) = (installation.tool, installation.environment)
    let works: [@Sendable () throws -> Int32] = (0..<8).map { writer in
      {
        var worst: Int32 = 0
        for part in 0..<4 {
          let items = (0..<40).map { "w\(writer)-\(part)-\($0)" }
          let byLines = part % 2 == 0
          let output = try tool.run(
            ["cpc", "update", "cpc:shared"] + (byLines ? ["--stdin"] : items),
            environment: environment, stdin: byLines ? items.joined(separator: "\n") : "")
          worst = max(worst, output.exitCode)
          let window = try tool.run(
            ["cpc", "array", "update", "cpc:windows", "\(part)", "--win", "2"] + items,
            environment: environment)
          worst = max(worst, window.exitCode)
        }
        return worst
      }
    }
    #expect(try await atOnce(works).max() == 0)
    var all = try CPCSketch(lgK: 12)
    for writer in 0..<8 {
      for part in 0..<4 { for item in 0..<40 { all.update("w\(writer)-\(part)-\(item)") } }
    }
    let bytes = Array(try digits("cpc:shared"))
    let image = stride(from: 0, to: bytes.count, by: 2).map {
      UInt8(String(bytes[$0...$0 + 1]), radix: 16)!
    }
    #expect(try CPCSketch(serialized: image).couponCount == all.couponCount)
    let windows = try run("cpc array range-merge cpc:windows 3 9 --json")
    #expect(abs(try number(windows, "estimate") / 1280 - 1) < 0.05)
  }

  /// Each answers twice the same: first dry, with the key as it was, then in earnest.
  @Test func aDryRunAnswersWhatARealOneDoes() throws {
    for (line, exitCode) in [
      ("update cpc:v a b c", 0), ("update cpc:v a", 0), ("update2est cpc:v d", 0),
      ("update2jud cpc:v e f", 0), ("merge cpc:w cpc:v", 0), ("merge cpc:w cpc:none", 0),
      ("update cpc:v a --ex 1000", 0), ("array update cpc:t 9 x --win 1 --size 2", 0),
      ("array update2est cpc:t 9 y", 0), ("array update2jud cpc:t 12 z", 0),
      ("array update cpc:t 11 x", 0), ("array update cpc:t 10 x", 65),
      ("array update cpc:v 1 x", 65), ("update cpc:t x", 65),
    ] as [(String, Int32)] {
      let before = try redis("DEBUG", "DIGEST")
      let dry = try run("cpc \(line) --dry-run --json")
      #expect(try redis("DEBUG", "DIGEST") == before, "\(line)")
      let real = try run("cpc \(line) --json")
      #expect(dry.stdout == real.stdout && dry.stderr == real.stderr, "\(line)")
      #expect(dry.exitCode == exitCode && real.exitCode == exitCode, "\(line)")
    }
    #expect(try redis("TTL", "cpc:v") != "-1")
    let told = try run("cpc update cpc:v new --dry-run --log-level info")
    #expect(told.stderr.contains("cpc update (dry run, nothing written): changed"))
  }

  @Test func aSignalEndsTheReadingOfLinesAndNothingIsWritten() throws {
    let script = #"exec 3< <(echo a; exec sleep 30); exec "$0" "$@" <&3"#
    let running = try TallyTool(wrapper: ["bash", "-c", script]).start(
      words("cpc update cpc:slow --stdin"), environment: installation.environment)
    let isReading = try eventually {
      try redis("CLIENT", "LIST").split(separator: "\n").contains {
        $0.contains(" db=\(installation.redisDatabase) ") && $0.contains("cmd=getrange")
      }
    }
    #expect(isReading)
    running.signal(SIGTERM)
    #expect(try running.wait().exitCode == 143)
    #expect(try redis("EXISTS", "cpc:slow") == "0")
  }
}

extension CPCSketch {
  init(lgK: Int, _ items: String...) throws {
    try self.init(lgK: lgK)
    for item in items { update(item) }
  }
}
