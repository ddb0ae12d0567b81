import Foundation
import TestServers
import Testing

/// The HTML page: valid, self-contained, and its charts say what its tables say.
struct ReportPageTests {
  static let november = "--from 2024-11-18 --to 2024-11-22"

  @Test(arguments: MySQLServer.available)
  func everyPageIsValidHTML(flavor: MySQLServer.Flavor) throws {
    let site = try ReportSite(flavor)
    #expect(try complaints(about: site.page("--by day")) == "")
    try site.archiveNovember()
    for grouping in ["hour", "day", "week", "month", "code", "group"] {
      #expect(try complaints(about: site.page("--by \(grouping) \(Self.november)")) == "")
    }
    #expect(
      try complaints(about: site.page("--by code \(Self.november) --top 1 --group spring")) == "")
  }

  @Test func whatIsNotValidIsNoticed() throws {
    let page = try ReportSite().page("--by day")
    for (text, spoiled) in [
      ("</h1>", ""), ("<main>", "<main><blink>x</blink>"), ("<ul ", "<ul id=\"rows\" "),
    ] {
      #expect(page.contains(text))
      #expect(try complaints(about: page.replacing(text, with: spoiled)) != "", "\(text)")
    }
  }

  /// Nothing of it comes from elsewhere, and nothing would be let in.
  @Test func thePageNeedsNoNetworkAndHasNoScript() throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let page = try site.page("--by code \(Self.november)")
    for forbidden in ["http:", "https:", "//", "<script", "<link", "<img", "url(", "@import"] {
      #expect(!page.contains(forbidden), "\(forbidden)")
    }
    #expect(!page.contains(/\son[a-z]+=/))
    #expect(page.contains("default-src 'none'; style-src 'unsafe-inline'"))
    #expect(page.contains("prefers-color-scheme: dark"))
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
  }

  @Test(arguments: ["hour", "day", "week", "month"])
  func theChartOfTimeSaysWhatTheTableSays(grouping: String) throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let page = PageText(try site.page("--by \(grouping) --from 2024-11-01 --to 2024-11-22"))
    try expectChartOfTime(page, keyCount: grouping == "hour" ? 2 : 1)
  }

  @Test(arguments: ["code", "group"])
  func theBarsSayWhatTheTableSays(grouping: String) throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let page = PageText(try site.page("--by \(grouping) \(Self.november)"))
    try expectSame(page.marks(in: "bars"), page.rows(behind: "<h2 id=\"rows\"", keyCount: 1))
    try expectSame(page.sentences(in: "bars"), page.marks(in: "bars"))
    // The days of the chart of time have a table of their own.
    try expectSame(page.marks(in: "time"), page.rows(behind: "<h2 id=\"time\"", keyCount: 1))
  }

  @Test func theHoursOfTheWeekSayWhatTheirTableSays() throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let page = PageText(try site.page("--by month --from 2024-11-01 --to 2024-11-22"))
    let cells = try page.marks(in: "heat")
    #expect(cells.count == 7 * 24)
    try expectSame(cells, page.rows(behind: "<h2 id=\"week\"", keyCount: 2))
    try expectSame(page.sentences(in: "heat"), cells)
    // 2024-11-22 is a Friday.
    #expect(
      cells.first { $0.key == "Friday 08:00" }?.numbers
        == PageText.Numbers(shows: "8,122", clicks: "88", rate: "1.08 %"))
    #expect(cells.first { $0.key == "Sunday 08:00" }?.numbers.rate == "–")
  }

  @Test func aLongSeriesIsDrawnByDaysOrMonthsWithATableOfItsOwn() throws {
    let site = try ReportSite()
    for month in 1...9 { try site.archive("2024-0\(month)-10", 9, "best", 100, month) }
    let page = PageText(try site.page("--by hour --from 2024-01-01 --to 2024-09-30"))
    let marks = try page.marks(in: "time")
    #expect(marks.count == 265)
    #expect(marks[0].key == "2024-01-10")
    try expectSame(marks, page.rows(behind: "<h2 id=\"time\"", keyCount: 1))
    #expect(try page.rows(behind: "<h2 id=\"rows\"", keyCount: 2).count == 265 * 24 - 1)
  }

  @Test func onlyTheFirstImagesAreDrawnAndAllAreInTheTable() throws {
    let site = try ReportSite()
    for code in 1...45 { try site.archive("2024-11-20", 9, "c\(code)", 100 + code, 1) }
    let page = PageText(try site.page("--by code \(Self.november)"))
    let rows = try page.rows(behind: "<h2 id=\"rows\"", keyCount: 1)
    #expect(rows.count == 45)
    try expectSame(page.marks(in: "bars"), Array(rows.prefix(30)))
    #expect(page.text.contains("The first 30 rows of the table below."))
  }
}

/// Its marks, its bars and its sentences.
func expectChartOfTime(_ page: PageText, keyCount: Int) throws {
  let rows = try page.rows(behind: "<h2 id=\"rows\"", keyCount: keyCount)
  let marks = try page.marks(in: "time")
  expectSame(marks, rows)
  try expectSame(page.sentences(in: "time"), rows)
  // Bars are as high as their numbers.
  for (kind, values) in [
    ("shows", marks.map(\.numbers.shows)), ("clicks", marks.map(\.numbers.clicks)),
  ] {
    let numbers = values.map { Double($0.replacing(",", with: "")) ?? -1 }
    let heights = try page.heights(of: kind)
    #expect(heights.count == numbers.count)
    let (largest, height) = (numbers.max() ?? 0, heights.max() ?? 0)
    for (number, drawn) in zip(numbers, heights) {
      #expect(abs(drawn - number / largest * height) < 0.011, "\(kind) \(number)")
    }
  }
}

func expectSame(
  _ some: [(key: String, numbers: PageText.Numbers)],
  _ others: [(key: String, numbers: PageText.Numbers)]
) {
  #expect(!some.isEmpty && some.map(\.key) == others.map(\.key))
  for (one, other) in zip(some, others) { #expect(one.numbers == other.numbers, "\(one.key)") }
}

extension ReportSite {
  func page(_ options: String) throws -> String {
    let output = try run("adstat report \(options) --format html")
    guard output.exitCode == 0, output.stderr == "" else { throw TestFailure("\(output)") }
    return output.stdout
  }
}

/// What HTML Tidy finds wrong with a page; empty where it is valid.
func complaints(about page: String) throws -> String {
  let folder = try PrivateFolder.make()
  defer { try? PrivateFolder.remove(folder) }
  let path = URL(filePath: "\(folder)/page.html")
  try Data(page.utf8).write(to: path)
  let (process, output) = (Process(), Pipe())
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [
    "tidy", "-errors", "-quiet", "-utf8", "--doctype", "html5", "--drop-empty-elements", "no",
    path.path,
  ]
  process.standardError = output
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return process.terminationStatus == 0 ? "" : "\(process.terminationStatus): \(text)"
}
