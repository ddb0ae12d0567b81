import Foundation
import TestServers
import Testing

/// The catalogue as people keep it by commands.
struct CatalogueCommandTests {
  @Test(arguments: MySQLServer.available)
  func aCatalogueIsKeptShelvedAndCarriedOver(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    // The catalogue needs no Redis.
    let mysqlAlone = ["TALLY_REDIS_URL": "", "TALLY_TIME_ZONE": "Europe/Berlin"]
    for command in [
      "adstat group add spring --note campaign",
      "adstat image add banner-7 --url https://x/7.png --group spring --weight 2 --up-time 2026-11-20",
      "adstat image add banner-8 --url https://x/8.png", "adstat image set banner-8 --weight 0",
      "adstat style add web top --group spring --weight 3",
      "adstat style add web side --code banner-7 --code banner-8",
    ] {
      let output = try installation.run(command, mysqlAlone)
      #expect(output.exitCode == 0 && output.stdout.isEmpty && output.stderr.isEmpty, "\(output)")
    }
    let list = try installation.run("adstat image list", mysqlAlone).stdout
    #expect(list.contains("2026-11-20 00:00:00"))
    let json = try installation.run("adstat image list --json", mysqlAlone).stdout
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((object?["images"] as? [[String: Any]])?.first?["weight"] as? Int == 2)

    let file = try installation.run("adstat export", mysqlAlone)
    #expect(file.exitCode == 0)
    let other = try Installation(flavor)
    let output = try other.tool.run(
      words("adstat import - --json"),
      environment: other.environment.merging(mysqlAlone) { $1 }, stdin: file.stdout)
    #expect(output.exitCode == 0 && output.stdout.contains(#""changed":6"#), "\(output)")
    #expect(try other.run("adstat export", mysqlAlone).stdout == file.stdout)

    let shelved = try installation.run("adstat shelve --json")
    #expect(shelved.exitCode == 0 && shelved.stdout.contains(#""changed":2"#), "\(shelved)")
    let shelf = try installation.redis.run(
      ["HGET", "adstat:shelf:web", "banner-7"], database: installation.redisDatabase)
    #expect(shelf.contains(#""up_time":"2026-11-19T23:00:00Z""#))
    #expect(shelf.hasSuffix(#""systems":{"web":{"side":2,"top":6}}}"#))
  }

  @Test func aDryRunPrintsTheDifferenceOnStdout() throws {
    let installation = try Installation()
    _ = try installation.run("adstat image add a --url u")
    let path = "\(installation.folder)/catalogue.csv"
    try Data("code,weight,url\na,2,u\nb,1,u\nc,x,u\n".utf8).write(to: URL(filePath: path))
    let dry = try installation.run("adstat import \(path) --dry-run")
    #expect(dry.exitCode == 65)
    #expect(dry.stdout == "~ image a: weight '1' -> '2'\n+ image b\n")
    #expect(dry.stderr.contains("rejected: line 4: image c: weight 'x' is no whole number"))
    #expect(try installation.run("adstat image list").stdout.split(separator: "\n").count == 2)
  }

  @Test func whatIsRefusedIsNamed() throws {
    let installation = try Installation()
    _ = try installation.run("adstat image add a --url u")
    let again = try installation.run("adstat image add a --url u")
    #expect(again.exitCode == 65 && again.stderr.contains("rejected: image a: is there already"))
    let collides = try installation.run("adstat image add tally:x --url u")
    #expect(collides.exitCode == 65 && collides.stderr.contains("tally's own"))
    #expect(try installation.run("adstat style add web top").exitCode == 64)
    #expect(try installation.run("adstat import /nonexistent.csv").exitCode == 74)
    #expect(try installation.run("adstat image list", ["TALLY_MYSQL_URL": ""]).exitCode == 78)
  }

  @Test func anExportThatCannotBeWrittenIsAnError() throws {
    let installation = try Installation(
      wrapper: ["sh", "-c", #"exec "$0" "$@" >/dev/full"#])
    #expect(try installation.run("adstat export").exitCode == 74)
  }
}
