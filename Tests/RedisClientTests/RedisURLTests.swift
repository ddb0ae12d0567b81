import RedisClient
import Testing

struct RedisURLTests {
  struct Accepted: Sendable {
    let url: String
    let endpoint: RedisEndpoint
  }

  static func tcp(
    _ host: String, _ port: UInt16 = 6379, user: String? = nil, password: String? = nil,
    database: Int = 0, tls: Bool = false
  ) -> RedisEndpoint {
    RedisEndpoint(
      address: .tcp(host: host, port: port), user: user, password: password, database: database,
      tls: tls)
  }

  static func unix(
    _ path: String, user: String? = nil, password: String? = nil, database: Int = 0
  ) -> RedisEndpoint {
    RedisEndpoint(address: .unix(path: path), user: user, password: password, database: database)
  }

  @Test(arguments: [
    Accepted(url: "redis://localhost", endpoint: tcp("localhost")),
    Accepted(url: "redis://localhost/", endpoint: tcp("localhost")),
    Accepted(url: "redis://10.0.0.7:6380/12", endpoint: tcp("10.0.0.7", 6380, database: 12)),
    Accepted(url: "redis://:secret@db", endpoint: tcp("db", password: "secret")),
    Accepted(url: "redis://tally@db", endpoint: tcp("db", user: "tally")),
    Accepted(url: "redis://tally:@db", endpoint: tcp("db", user: "tally")),
    Accepted(
      url: "redis://tally:p%40ss%3A%2F%25@db:1/3",
      endpoint: tcp("db", 1, user: "tally", password: "p@ss:/%", database: 3)),
    Accepted(url: "redis://u:a@b:c@db", endpoint: tcp("db", user: "u", password: "a@b:c")),
    Accepted(url: "redis://u:%C3%A4@db", endpoint: tcp("db", user: "u", password: "ä")),
    Accepted(url: "redis://[::1]", endpoint: tcp("::1")),
    Accepted(
      url: "redis://u:p@[fe80::1%25eth0]:65535/1",
      endpoint: tcp(
        "fe80::1%eth0", 65535, user: "u", password: "p", database: 1)),
    Accepted(url: "rediss://db/2", endpoint: tcp("db", database: 2, tls: true)),
    Accepted(url: "unix:///run/redis.sock", endpoint: unix("/run/redis.sock")),
    Accepted(url: "unix:///run/redis.sock?", endpoint: unix("/run/redis.sock")),
    Accepted(url: "unix:///run/redis.sock?db=15", endpoint: unix("/run/redis.sock", database: 15)),
    Accepted(url: "unix:///run/my%20redis%3F.sock", endpoint: unix("/run/my redis?.sock")),
    Accepted(url: "unix:///run/a@b:c.sock", endpoint: unix("/run/a@b:c.sock")),
    Accepted(
      url: "unix://tally:p%2F@/run/redis.sock?db=1",
      endpoint: unix("/run/redis.sock", user: "tally", password: "p/", database: 1)),
    Accepted(url: "unix://:p@/run/redis.sock", endpoint: unix("/run/redis.sock", password: "p")),
  ])
  func aURLNamesAnEndpoint(_ accepted: Accepted) throws {
    #expect(try RedisEndpoint(url: accepted.url) == accepted.endpoint)
  }

  struct Refused: Sendable {
    let url: String
    let fault: String
  }

  @Test(arguments: [
    Refused(url: "", fault: "there is no scheme"),
    Refused(url: "PASSWORD", fault: "there is no scheme"),
    Refused(url: "localhost:6379", fault: "there is no scheme"),
    Refused(url: "http://u:PASSWORD@db", fault: "the scheme is none of"),
    Refused(url: "PASSWORD://db", fault: "the scheme is none of"),
    Refused(url: "redis://", fault: "there is no host"),
    Refused(url: "redis:///3", fault: "there is no host"),
    Refused(url: "redis://u:PASSWORD@", fault: "there is no host"),
    Refused(url: "redis://u:PASSWORD@:6379", fault: "there is no host"),
    Refused(url: "redis://u:PASSWORD", fault: "the port is no number"),
    Refused(url: "redis://u:PASS/WORD@db", fault: "the port is no number"),
    Refused(url: "redis://db:", fault: "the port is no number"),
    Refused(url: "redis://db:0", fault: "the port is no number"),
    Refused(url: "redis://db:65536", fault: "the port is no number"),
    Refused(url: "redis://db:+80", fault: "the port is no number"),
    Refused(url: "redis://db:99999999999999999999", fault: "the port is no number"),
    Refused(url: "redis://[::1", fault: "not closed"),
    Refused(url: "redis://[::1]PASSWORD", fault: "only :port"),
    Refused(url: "redis://my host", fault: "a blank or a control character"),
    Refused(url: "redis://db\n", fault: "a blank or a control character"),
    Refused(url: "redis://db/PASSWORD", fault: "the database is no number"),
    Refused(url: "redis://db/-1", fault: "the database is no number"),
    Refused(url: "redis://db/1/", fault: "the database is no number"),
    Refused(url: "redis://db/4294967296", fault: "the database is no number"),
    Refused(url: "redis://db?db=1", fault: "takes no options"),
    Refused(url: "redis://u:PASS#WORD@db", fault: "there is a #"),
    Refused(url: "redis://u:PASSWORD%4@db", fault: "the password has a %"),
    Refused(url: "redis://u:PASSWORD%zz@db", fault: "the password has a %"),
    Refused(url: "redis://u:PASSWORD%FF@db", fault: "the password has a %"),
    Refused(url: "redis://u:PASSWORD%00@db", fault: "the password has a %"),
    Refused(url: "redis://%GG@db", fault: "the user has a %"),
    Refused(url: "unix://run/redis.sock", fault: "not absolute"),
    Refused(url: "unix://u:PASSWORD@run/redis.sock", fault: "not absolute"),
    Refused(url: "unix://", fault: "not absolute"),
    Refused(url: "unix:///", fault: "a folder"),
    Refused(url: "unix:///s?db=", fault: "the database is no number"),
    Refused(url: "unix:///s?db=x", fault: "the database is no number"),
    Refused(url: "unix:///s?db=1&db=2", fault: "the only option"),
    Refused(url: "unix:///s?password=PASSWORD", fault: "the only option"),
  ])
  func aWrongURLIsExplainedWithoutRepeatingIt(_ refused: Refused) {
    let error = #expect(throws: RedisURLError.self) { try RedisEndpoint(url: refused.url) }
    let text = error.map(String.init(describing:)) ?? ""
    #expect(text.hasPrefix("redis url: "))
    #expect(text.contains(refused.fault))
    #expect(text.contains("accepted are redis://[user[:password]@]host[:port][/db]"))
    #expect(!text.contains("PASS") && !text.contains("WORD"))
  }

  @Test(arguments: [
    ("redis://tally:secret@db:6380/2", "redis://tally:***@db:6380/2"),
    ("redis://:secret@db", "redis://:***@db:6379/0"),
    ("redis://tally@db", "redis://tally@db:6379/0"),
    ("rediss://db", "rediss://db:6379/0"),
    ("redis://[::1]/1", "redis://[::1]:6379/1"),
    ("unix:///run/my%20redis.sock", "unix:///run/my%20redis.sock?db=0"),
    ("unix://a%3Ab:secret@/run/s?db=4", "unix://a%3Ab:***@/run/s?db=4"),
  ])
  func anEndpointIsShownWithoutItsPassword(url: String, shown: String) throws {
    let endpoint = try RedisEndpoint(url: url)
    #expect("\(endpoint)" == shown)
    #expect(String(reflecting: endpoint) == shown)
  }
}
