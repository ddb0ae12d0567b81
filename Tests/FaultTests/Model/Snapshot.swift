import Foundation
import Jobs
import MySQLClient
import RedisClient
import Rules

/// What the service counts: one image and one metric. Spelled by hand, not by the code under test.
struct Counter: Hashable, CustomStringConvertible {
  let code: [UInt8]
  /// `show` or `click`.
  let metric: String

  var liveKey: [UInt8] { code + "_\(metric)".utf8 }
  var dayKeyBeginning: [UInt8] { code + "_day_\(metric)_".utf8 }
  var description: String { "\(String(decoding: code, as: UTF8.self).debugDescription) \(metric)" }
}

/// One hour of a counter in one life of Redis.
struct Cell: Hashable {
  let counter: Counter
  let day: String
  let hour: Int
  let lineage: String
}

/// The key of one login bitmap.
struct LoginKey: Hashable, CustomStringConvertible {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(month: String, type: [UInt8], id: [UInt8]) {
    bytes = Array("loginLog_\(month)_".utf8) + type + [UInt8(ascii: "_")] + id
  }

  var month: String { String(decoding: bytes.dropFirst(9).prefix(7), as: UTF8.self) }
  var description: String { String(decoding: bytes, as: UTF8.self).debugDescription }
}

/// Everything both servers and the expiry log hold at one moment.
///
/// Redis is read first, all of it in one script: counts and bits go from Redis to MySQL and never back,
/// so what leaves Redis between the two looks is met in MySQL, and nothing is missed.
struct Snapshot: Equatable {
  var live: [Counter: UInt64] = [:]
  var hashes: [Cell: UInt64] = [:]
  var rows: [Cell: UInt64] = [:]
  var bitmaps: [LoginKey: UInt32] = [:]
  var loginRows: [LoginKey: UInt32] = [:]
  var logged: [LoginKey: UInt32] = [:]
  var lineages: Set<String> = []
  /// Keys that are none of the service's and none of tally's, and values that are no count.
  var strangers: [String] = []
  /// Of every day hash.
  var dayHashDays: [String] = []

  init(of world: World, counters: [Counter]) throws {
    try readRedis(world, counters)
    try readMySQL(world)
    try readLog(world.logFolder)
  }

  // MARK: Redis

  private static let dump = """
    local all = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do
      local kind = redis.call('TYPE', key).ok
      if kind == 'string' then
        all[#all + 1] = {key, redis.call('GET', key)}
      elseif kind == 'hash' then
        all[#all + 1] = {key, redis.call('HGETALL', key)}
      else
        all[#all + 1] = {key, false}
      end
    end
    return all
    """

  private mutating func readRedis(_ world: World, _ counters: [Counter]) throws {
    let reply = try world.service.send(
      RedisCommand("EVAL", [Array(Self.dump.utf8), Array("0".utf8)]))
    guard case .array(let keys) = reply else { throw ModelFailure("no dump of redis: \(reply)") }
    let byLiveKey = Dictionary(uniqueKeysWithValues: counters.map { ($0.liveKey, $0) })
    for case .array(let pair) in keys {
      guard pair.count == 2, case .bytes(let key) = pair[0] else { continue }
      switch pair[1] {
      case .bytes(let value): readString(key, value, byLiveKey[key])
      case .array(let words): readHash(key, words, counters)
      default: strangers.append(text(key))
      }
    }
  }

  private mutating func readString(_ key: [UInt8], _ value: [UInt8], _ counter: Counter?) {
    if let counter, let count = UInt64(text(value)) {
      live[counter] = count
    } else if key.starts(with: "loginLog_".utf8) {
      var bits: UInt32 = 0
      for day in 1...31 where day / 8 < value.count && value[day / 8] & (0x80 >> (day % 8)) != 0 {
        bits |= 1 << UInt32(day)
      }
      bitmaps[LoginKey(key)] = bits
    } else {
      strangers.append(text(key))
    }
  }

  private mutating func readHash(
    _ key: [UInt8], _ words: [RedisReply], _ counters: [Counter]
  ) {
    var fields: [String: String] = [:]
    for index in stride(from: 0, to: words.count - 1, by: 2) {
      guard case .bytes(let name) = words[index], case .bytes(let value) = words[index + 1] else {
        continue
      }
      fields[text(name)] = text(value)
    }
    let lineage = fields.removeValue(forKey: "lineage") ?? ""
    lineages.insert(lineage)
    if key == Array("tally:adstat".utf8) { return }
    let owner = counters.first {
      key.starts(with: $0.dayKeyBeginning) && key.count == $0.dayKeyBeginning.count + 10
    }
    guard let owner else { return strangers.append(text(key)) }
    let day = text(Array(key.suffix(10)))
    dayHashDays.append(day)
    for (hour, value) in fields {
      guard let hour = Int(hour), let count = UInt64(value) else {
        strangers.append("\(text(key)) \(hour)=\(value)")
        continue
      }
      let cell = Cell(
        counter: owner, day: day, hour: hour, lineage: lineage)
      hashes[cell] = count
    }
  }

  // MARK: MySQL

  private mutating func readMySQL(_ world: World) throws {
    let rows = try world.reader.rows(
      """
      SELECT c.day, c.hour, c.code, s.lineage, c.show_count, c.click_count
      FROM ad_ctr AS c LEFT JOIN ad_source AS s ON s.epoch = c.epoch
      """, label: "oracle")
    for row in rows {
      for (metric, column) in [("show", 4), ("click", 5)] {
        guard let count = number(row[column]), count > 0 else { continue }
        let cell = Cell(
          counter: Counter(code: row[2] ?? [], metric: metric), day: text(row[0] ?? []),
          hour: Int(number(row[1]) ?? 99), lineage: text(row[3] ?? []))
        self.rows[cell] = count
      }
    }
    for row in try world.reader.rows("SELECT lineage FROM ad_source", label: "oracle") {
      lineages.insert(text(row[0] ?? []))
    }
    let logins = try world.reader.rows(
      "SELECT DATE_FORMAT(month, '%Y-%m'), user_type, user_id, days FROM login_month",
      label: "oracle")
    for row in logins {
      let key = LoginKey(month: text(row[0] ?? []), type: row[1] ?? [], id: row[2] ?? [])
      loginRows[key] = UInt32(number(row[3]) ?? 0)
    }
  }

  // MARK: Log

  private mutating func readLog(_ folder: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      guard let contents = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
        continue
      }
      for line in contents.split(separator: UInt8(ascii: "\n")) {
        // A killed run leaves its last line torn; the next one ends it and writes it again.
        guard let line = try? ExpiryLogLine(String(decoding: line, as: UTF8.self)) else { continue }
        logged[LoginKey(line.key), default: 0] |= line.bitmap.days.bits
      }
    }
  }
}

extension World {
  /// What MySQL holds of one counter and one day, by hour.
  func counts(of counter: Counter, on day: CivilDay) throws -> [Int: UInt64] {
    let rows = try reader.rows(
      """
      SELECT hour, SUM(show_count), SUM(click_count) FROM ad_ctr
      WHERE day = \(date: day.description) AND code = \(counter.code) GROUP BY hour
      """, label: "oracle")
    var counts: [Int: UInt64] = [:]
    for row in rows {
      guard let hour = number(row[0]), let count = number(row[counter.metric == "show" ? 1 : 2])
      else { continue }
      counts[Int(hour)] = count
    }
    return counts
  }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

private func number(_ bytes: [UInt8]?) -> UInt64? { bytes.flatMap { UInt64(text($0)) } }
