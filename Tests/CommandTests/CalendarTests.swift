import Foundation
import Rules
import TestServers
import Testing

@testable import tally

/// The year as text and as SVG; no server is needed for that.
struct CalendarTests {
  private static let logins = [
    "2026-01-01", "2026-01-05", "2026-01-06", "2026-02-28", "2026-03-01", "2026-03-02",
    "2026-11-20",
  ]

  private func grid(
    _ year: Int = 2026, _ logins: [String] = CalendarTests.logins, today: String = "2026-11-20"
  ) -> YearGrid {
    YearGrid(
      year: DayRange(year: year)!, logins: logins.map { CivilDay($0)! }, today: CivilDay(today)!)
  }

  @Test func pipedItIsPlainCharacters() {
    let text = CalendarText(grid(), title: "client 7 in 2026", colour: false).description
    #expect(
      text == """
        client 7 in 2026

            Jan Feb Mar  Apr May  Jun Jul Aug  Sep Oct Nov  Dec
        Mon  #.......#.....................................
             #.............................................
        Wed  ..............................................
            #..............................................
        Fri ..............................................#
            ........#.....................................
        Sun ........#.....................................

        7 days with a login, the longest streak 3 days from 2026-02-28 to 2026-03-02

        """)
  }

  @Test(arguments: [2012, 2024, 2026, 2028, 2040])
  func itFitsIntoATerminalOfEightyColumns(year: Int) {
    let text = CalendarText(
      grid(year, [], today: "\(year + 1)-01-01"), title: "x", colour: false
    ).description
    let widths = text.split(separator: "\n").map(\.count)
    #expect(widths.max()! <= 60)
    #expect(text.hasSuffix("\nno login\n"))
    #expect(text.filter { $0 == "." }.count == DayRange(year: year)!.dayCount)
  }

  @Test func coloursChangeWhatIsSeenAndNotWhatItSays() {
    let plain = CalendarText(grid(), title: "x", colour: false).description
    let coloured = CalendarText(grid(), title: "x", colour: true).description
    var bare = coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    bare = bare.replacing("■", with: "#").replacing("·", with: ".")
    func trimmed(_ text: String) -> [String] {
      text.split(separator: "\n", omittingEmptySubsequences: false).map {
        String($0.reversed().drop { $0 == " " }.reversed())
      }
    }
    #expect(trimmed(bare) == trimmed(plain))
    // No colour reaches the next line.
    for line in coloured.split(separator: "\n") where line.contains("\u{1B}") {
      #expect(line.hasSuffix("\u{1B}[0m"))
    }
  }

  @Test func theSVGSaysEveryDayOnceAndIsWhole() throws {
    let svg = CalendarSVG(grid(2024, ["2024-02-29"]), title: "a<b>&\"c\" in 2024").description
    let titles = svg.matches(of: /<title>(\d{4}-\d\d-\d\d): (login|no login|to come)<\/title>/)
    #expect(titles.count == 366)
    #expect(Set(titles.map { String($0.1) }).count == 366)
    #expect(titles.filter { $0.2 == "login" }.map { String($0.1) } == ["2024-02-29"])
    #expect(svg.contains("a&lt;b&gt;&amp;&quot;c&quot; in 2024"))
    #expect(svg.contains("prefers-color-scheme: dark"))
    // Self-contained: but for its own name nothing points elsewhere.
    #expect(svg.components(separatedBy: "http").count == 2)
    #expect(svg.contains("1 day with a login, never two in a row"))
    #expect(try elementNames(svg).count { $0 == "rect" } == 367)
  }

  @Test func daysToComeAreNoDaysWithoutALogin() {
    let svg = CalendarSVG(grid(), title: "x").description
    #expect(svg.components(separatedBy: "class=\"future\"").count == 1 + 41)
    #expect(svg.contains("2026-11-21: to come"))
  }

  @Test func onATerminalItIsColouredUnlessThatIsUnwanted() throws {
    let installation = try Installation()
    try installation.addLogin()
    let question = words("loginlog calendar web 7 --year 2026")
    let coloured = try installation.tool.runOnTerminal(
      question, environment: installation.environment)
    #expect(coloured.exitCode == 0)
    #expect(coloured.stdout.contains("\u{1B}[0;32m■"))
    for unwanted in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
      let plain = try installation.tool.runOnTerminal(
        question, environment: installation.environment.merging(unwanted) { $1 })
      #expect(!plain.stdout.contains("\u{1B}"))
      #expect(plain.stdout.contains("#"))
    }
    #expect(try !installation.run(question.joined(separator: " ")).stdout.contains("\u{1B}"))
  }

  /// Element names in order; throws where the text is no well-formed XML of plain elements.
  private func elementNames(_ xml: String) throws -> [Substring] {
    var (open, names): ([Substring], [Substring]) = ([], [])
    for tag in xml.matches(of: /<(\/?)(\w+)((?: [\w-]+="[^"<]*")*)(\/?)>/) {
      names += tag.1.isEmpty ? [tag.2] : []
      if !tag.1.isEmpty {
        guard open.popLast() == tag.2 else { throw TestFailure("</\(tag.2)> ends nothing") }
      } else if tag.4.isEmpty {
        open.append(tag.2)
      }
    }
    guard open.isEmpty, xml.count(where: { $0 == "<" }) == xml.matches(of: /<\/?\w/).count else {
      throw TestFailure("not well-formed")
    }
    return names
  }
}
