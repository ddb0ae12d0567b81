import Foundation
import Jobs
import RedisClient
import Rules
import TestServers

/// A month of a shelf: people edit the catalogue, the service counts, the clock goes on by minutes or
/// by days, runs are cut off and killed; after each run that was not, the shelf must be what an oracle
/// says that knows nothing of tally.
struct ShelfMonth {
  /// An image as the oracle knows it.
  struct Ad {
    var upTime = 0
    var downTime = Int.max
    var weight = 1
    var group: String?
    var isRemoved = false

    func isDue(at now: Int) -> Bool { !isRemoved && upTime <= now && now < downTime }
  }

  /// A system and a position, and the group or the image that is shown there.
  struct Style: Hashable {
    let system: String
    let position: String
    let group: String?
    let code: String?
  }

  static let begin = 1_793_491_205  // 2026-11-01 00:00:05

  let bench: ProxyBench
  let clock: FakeClock
  private let catalogue: CatalogueContext
  private(set) var now = ShelfMonth.begin
  private(set) var shown: [String: Int] = [:]
  private(set) var figures = (steps: 0, kills: 0, cuts: 0, edits: 0, up: 0)
  private var generator: SeededGenerator
  private var ads: [String: Ad] = [:]
  private var weights: [Style: Int] = [:]
  private var messageCount = 20

  init(_ flavor: MySQLServer.Flavor, seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    clock = try FakeClock(at: "2026-11-01 00:00:05")
    let server = try RedisServer(environment: clock.environment)
    bench = try ProxyBench(flavor, redis: server)
    catalogue = CatalogueContext(
      mysql: bench.context.mysql!,  // because a bench has one
      now: ShelfMonth.begin, observer: SilentObserver())
    for group in ["g", "h"] { try edit(.group, .add, [.group: group]) }
    for number in 0..<12 { try add("ad\(number)") }
    for style in [
      Style(system: "web", position: "top", group: "g", code: nil),
      Style(system: "app", position: "start", group: "h", code: nil),
      Style(system: "app", position: "start", group: nil, code: "ad1"),
      Style(system: "web", position: "side", group: nil, code: "ad0"),
      Style(system: "web", position: "side", group: nil, code: "ad1"),
      Style(system: "web", position: "side", group: nil, code: "ad2"),
    ] { try set(style, weight: generator.pick(1...4), .add) }
  }

  var isOver: Bool { now > ShelfMonth.begin + 30 * 86_400 }

  /// Life goes on, a run may go wrong, and one does not. Returns what is wrong then.
  mutating func step() throws -> [String] {
    figures.steps += 1
    // Once in a while nobody runs anything for more than a day.
    let isPause = generator.happens(percent: 3)
    now += 60 * generator.pick(isPause ? 1500...3000 : 5...600)
    try clock.set(to: now)
    for _ in 0..<generator.pick(0...3) { try editSomething() }
    for code in ads.keys.sorted() where generator.happens(percent: 20) {
      let count = generator.pick(1...9)
      try bench.send("INCRBY", "\(code)_show", "\(count)")
      shown[code, default: 0] += count
    }
    if generator.happens(percent: 12) { try killARun() }
    if generator.happens(percent: 30) { try cutARun() }
    let outcome =
      generator.happens(percent: 30)
      ? run(RolloverHour(), in: bench.context) : run(Shelve(), in: bench.context)
    var problems: [String] = []
    if let failure = outcome.failure { problems.append("a clean run fails: \(failure)") }
    if outcome.report.rejected > 0 { problems.append("a clean run rejects something") }
    problems += try differences()
    return problems.map { "step \(figures.steps), at \(now): \($0)" }
  }

  // MARK: Edits

  private mutating func add(_ code: String) throws {
    try edit(.image, .add, [.code: code, .url: "u"])
    ads[code] = Ad()
    try changeTimes(of: code)
  }

  private mutating func editSomething() throws {
    figures.edits += 1
    let codes = ads.keys.sorted()
    let code = generator.pick(codes)
    switch generator.pick(0...9) {
    case 0: try add("ad\(codes.count)")
    case 1, 2, 3, 4: try changeTimes(of: code)
    case 5: try change(code, [.weight: "\(generator.pick(0...5))"])
    case 6: try change(code, [.group: generator.pick(["", "g", "h"])])
    case 7:
      ads[code]?.isRemoved = true
      try edit(.image, .remove(withImages: false), [.code: code])
    default:
      let style = generator.pick(weights.keys.sorted { "\($0)" < "\($1)" })
      try set(style, weight: generator.pick(0...4), .put)
    }
  }

  /// Whole minutes, and the clock of each step stands at five seconds past one.
  private mutating func changeTimes(of code: String) throws {
    let up = now - 5 + 60 * generator.pick(-2000...3000)
    let down = up + 60 * generator.pick(1...6000)
    try change(
      code,
      [.upTime: LocalClock.utc.text(of: up), .downTime: LocalClock.utc.text(of: down)])
    ads[code]?.upTime = up
    ads[code]?.downTime = down
  }

  private mutating func change(_ code: String, _ texts: [CatalogueField: String]) throws {
    if let weight = texts[.weight] { ads[code]?.weight = Int(weight)! }
    if let group = texts[.group] { ads[code]?.group = group.isEmpty ? nil : group }
    ads[code]?.isRemoved = false
    try edit(.image, .set(isRestoring: true), [.code: code].merging(texts) { $1 })
  }

  private mutating func set(_ style: Style, weight: Int, _ mode: CatalogueMode) throws {
    // A style of an image that is gone cannot be changed.
    if let code = style.code, ads[code]?.isRemoved == true { return }
    weights[style] = weight
    try edit(
      .style, mode,
      [
        .system: style.system, .position: style.position, .group: style.group ?? "",
        .code: style.code ?? "", .weight: "\(weight)",
      ])
  }

  private func edit(
    _ kind: CatalogueKind, _ mode: CatalogueMode, _ texts: [CatalogueField: String]
  ) throws {
    let outcome = CatalogueEdit.run(
      "test", [CatalogueEntry(kind, texts)], mode: mode, in: catalogue
    ) { _ in }
    if let failure = outcome.failure { throw failure }
    guard outcome.report.rejected == 0 else { throw TestFailure("an edit was refused: \(texts)") }
  }

  // MARK: Disasters

  /// The tool, killed at one of its messages.
  private mutating func killARun() throws {
    let victim = Victim()
    bench.plan.begin([
      Fault(generator.pick(Array(Fault.Moment.allCases)), number: generator.pick(1...messageCount))
      {
        victim.signal(SIGKILL)
        return .cut
      }
    ])
    let command = generator.happens(percent: 30) ? "rollover-hour" : "shelve"
    let output = try victim.start(["adstat", command], on: bench).wait(timeoutSeconds: 60)
    bench.plan.waitUntilQuiet()
    messageCount = max(20, bench.plan.messages.count)
    figures.kills += output.exitCode == 128 + SIGKILL ? 1 : 0
  }

  /// A run whose connection breaks at one of its messages.
  private mutating func cutARun() throws {
    bench.plan.begin([
      .cut(
        generator.pick(Array(Fault.Moment.allCases)), number: generator.pick(1...messageCount))
    ])
    _ = run(Shelve(), in: try bench.proxiedContext())
    bench.plan.waitUntilQuiet()
    figures.cuts += bench.plan.struckCount
  }

  // MARK: The oracle

  /// What is, and is not, as it should be.
  private mutating func differences() throws -> [String] {
    var problems: [String] = []
    let due = Set(ads.filter { $0.value.isDue(at: now) }.keys)
    figures.up = max(figures.up, due.count)
    for system in ["web", "app"] {
      let (held, expected) = (try shelf(system), expected(on: system, due))
      if held != expected { problems.append("\(system) shows \(held), not \(expected)") }
    }
    for code in ads.keys.sorted() {
      let isHeld = try bench.exists(code)
      if isHeld != due.contains(code) {
        problems.append("\(code) is \(isHeld ? "" : "not ")up, wrongly")
      }
      guard isHeld, case .integer(let rest) = try bench.send("TTL", code) else { continue }
      if !(43_000...86_400).contains(rest) { problems.append("\(code) lives \(rest) s more") }
    }
    return problems
  }

  private func expected(on system: String, _ due: Set<String>) -> [String: [String: Int]] {
    var expected: [String: [String: Int]] = [:]
    for code in due {
      guard let ad = ads[code] else { continue }
      var places: [String: Int] = [:]
      // Those of its group, and over them those of itself.
      for (style, weight) in weights where style.system == system && style.group != nil {
        if style.group == ad.group { places[style.position] = weight * ad.weight }
      }
      for (style, weight) in weights where style.system == system && style.code == code {
        places[style.position] = weight * ad.weight
      }
      places = places.filter { $0.value > 0 }
      if !places.isEmpty { expected[code] = places }
    }
    return expected
  }

  private func shelf(_ system: String) throws -> [String: [String: Int]] {
    guard case .array(let words) = try bench.send("HGETALL", "adstat:shelf:\(system)") else {
      throw TestFailure("the shelf of \(system) is none")
    }
    var shelf: [String: [String: Int]] = [:]
    for index in stride(from: 0, to: words.count, by: 2) {
      guard case .bytes(let code) = words[index], case .bytes(let text) = words[index + 1] else {
        continue
      }
      let setting = try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any]
      let places = setting?["systems"] as? [String: [String: Int]]
      shelf[String(decoding: code, as: UTF8.self)] = places?[system] ?? [:]
    }
    return shelf
  }

  /// What was counted of each image over the month, live or in the hash of a day.
  func counted() throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for code in ads.keys {
      var sum = 0
      if case .bytes(let text) = try bench.send("GET", "\(code)_show") {
        sum += Int(String(decoding: text, as: UTF8.self)) ?? 0
      }
      for day in 1...31 {
        let date = CivilDay("2026-11-01")!.advanced(by: day - 1)
        guard case .array(let words) = try bench.send("HGETALL", "\(code)_day_show_\(date)")
        else { continue }
        for index in stride(from: 0, to: words.count, by: 2) {
          guard words[index] != .bytes(Array("lineage".utf8)),
            case .bytes(let text) = words[index + 1]
          else { continue }
          sum += Int(String(decoding: text, as: UTF8.self)) ?? 0
        }
      }
      if sum > 0 { counts[code] = sum }
    }
    return counts
  }
}
