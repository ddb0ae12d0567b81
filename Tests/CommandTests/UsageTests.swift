import TestServers
import Testing

/// Command lines that cannot be understood: exit 64, one line that says why and what is accepted, and
/// nothing is contacted.
struct UsageTests {
  @Test(arguments: [
    ("frobnicate", "frobnicate"), ("adstat frobnicate", "frobnicate"),
    ("adstat rollover-hour --frobnicate", "--frobnicate"),
    ("adstat rollover-hour --redis-url", "--redis-url"),
    ("adstat rollover-hour --hour 2026-11-20", "2026-11-20T09"),
    ("adstat rollover-hour --hour 2026-11-20T24", "2026-11-20T09"),
    ("verify --month 2026", "2026-11"), ("status --after-days 31", "from 32"),
    ("doctor --log-dir", "--log-dir"), ("adstat rollover-hour --grace-minutes 60", "0 to 59"),
    ("adstat rollover-hour --grace-minutes -1", "--grace-minutes"),
    ("adstat rollover-hour --source keys", "scan"),
    ("adstat archive-day --day 2026-02-30", "today or yesterday"),
    ("adstat archive-day --day 20.11.2026", "2026-11-20"),
    ("adstat archive-day --from 2026-11-01", "--to"),
    ("adstat archive-day --to 2026-11-01", "--from"),
    ("adstat archive-day --day today --from today --to today", "exclude"),
    ("adstat archive-day --keep-days -1", "--keep-days"),
    ("adstat archive-day --keep-days many", "0 to"),
    ("loginlog sync-week --month 2026-13", "2026-11"),
    ("loginlog sync-week --as-of 2026-11", "2026-11-20"),
    ("loginlog sync-week --as-of today --month 2026-11", "exclude"),
    ("cpc update cpc:a", "--stdin"), ("cpc update cpc:a x --stdin", "--stdin"),
    ("cpc update cpc:a x --lg-k 27", "4 to 26"), ("cpc update cpc:a x --lg-k 3", "4 to 26"),
    ("cpc update cpc:a x --ex 1 --px 1", "exclude"), ("cpc update cpc:a x --ex -2", "from -1"),
    ("cpc update cpc:a x --exat 0", "from 1"), ("cpc estimate", "key"),
    ("cpc merge cpc:a", "source"),
    ("cpc array update cpc:a now x", "from 0"),
    ("cpc array update cpc:a 1 x --size 1001", "1 to 1000"),
    ("cpc array update cpc:a 1 x --win 0", "from 1"),
    ("cpc array range cpc:a 2 1", "after the last"),
    ("cpc array range-merge cpc:a 1 0", "1 to 1000"),
    ("cpc archive-day --day 2026-02-30", "today or yesterday"),
    ("loginlog expire --after-days 31", "from 32"),
    ("loginlog expire --after-days x", "from 32"),
    ("loginlog expire --log-level loud", "warning"), ("loginlog expire --progress some", "never"),
    ("loginlog day app 7", "day"), ("loginlog day app 7 2026-02-29", "2026-11-20"),
    ("loginlog month app 7 2026-11-01", "2026-11"), ("loginlog range app 7 today", "to"),
    ("loginlog active today", "to"), ("loginlog active last-week today", "leave out"),
    ("loginlog active next-week", "last-week"), ("loginlog day a_b 7 today", "without _"),
    ("loginlog mark app", "id"),
    ("loginlog active today today --type a_b", "without _"),
    ("loginlog calendar app 7 --year 69", "1970 to 9999"),
    ("loginlog calendar app 7 --year +202", "1970 to 9999"),
    ("loginlog calendar app 7 --format png", "svg"),
    ("loginlog calendar app 7 --format svg --json", "exclude"),
    ("adstat report --by year", "week"), ("adstat report --period 2d", "7d"),
    ("adstat report --period today --from today --to today", "exclude"),
    ("adstat report --from 2026-11-01", "--to"), ("adstat report --to 2026-11-01", "--from"),
    ("adstat report --format xml", "html"), ("adstat report --json --format csv", "exclude"),
    ("adstat report --sort rate", "ctr"), ("adstat report --top 0", "above 0"),
    ("adstat report --min-shows -1", "--min-shows"), ("adstat report --code", "--code"),
    ("loginlog restore", "file"), ("loginlog restore x --to disk", "mysql"),
    ("adstat rollover-hour --max-rate 0", "1 to 10000000"),
    ("adstat rollover-hour --max-load a=1", "--max-load"),
    ("loginlog expire --max-load Threads_running", "Threads_running=25"),
    ("loginlog sync-week --max-lag 86401", "0 to 86400"),
    ("cpc archive-day --max-pause 0", "86400"),
    ("migrate --print-sql --print-grants", "exclude"), ("migrate --database x", "--print-grants"),
    ("migrate --print-grants --database x`y", "A-Z"),
  ])
  func aWrongCommandLineIsRefusedInOneLine(arguments: String, named: String) throws {
    let output = try TallyTool().run(words(arguments))
    #expect(output.exitCode == 64)
    #expect(output.stdout.isEmpty)
    let lines = output.stderr.split(separator: "\n")
    #expect(lines.first?.hasPrefix("tally: error: ") == true)
    #expect(lines.first?.contains(named) == true, "\(output.stderr)")
    #expect(lines.count == 2)
    #expect(lines.last?.hasPrefix("HINT: See 'tally") == true)
  }

  @Test func whatWouldDriveATerminalIsEscaped() throws {
    let output = try TallyTool().run(["adstat", "archive-day", "--day", "\u{1B}[2J\u{202E}"])
    #expect(output.exitCode == 64)
    #expect(!output.stderr.contains("\u{1B}"))
    #expect(output.stderr.contains(#"\u{1B}[2J\u{202E}"#))
  }

  @Test func aRangeThatEndsBeforeItBeginsIsRefused() throws {
    let output = try Installation().run("adstat archive-day --from 2026-11-02 --to 2026-11-01")
    #expect(output.exitCode == 64)
    #expect(
      output.stderr == "tally: error: --from 2026-11-02 lies after --to 2026-11-01\n")
  }
}
