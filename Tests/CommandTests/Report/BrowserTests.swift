import Foundation
import TestServers
import Testing

/// The page as a real browser reads and draws it: `make browser`. No part of the suite, because a browser
/// is larger than all the rest together.
@Suite(.enabled(if: Browser.isWanted, "make browser runs them"), .serialized)
struct BrowserTests {
  /// What the browser made of the page, not what was written.
  @Test(arguments: ["hour", "day", "week", "month"])
  func theChartsInTheBrowserSayWhatTheTablesSay(grouping: String) throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let browser = try Browser()
    let page = PageText(
      try browser.document(
        of: site.page("--by \(grouping) --from 2024-11-01 --to 2024-11-22")))
    try expectChartOfTime(page, keyCount: grouping == "hour" ? 2 : 1)
    try expectSame(page.marks(in: "heat"), page.rows(behind: "<h2 id=\"week\"", keyCount: 2))
  }

  @Test func aHostileNameIsTextInTheBrowser() throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let browser = try Browser()
    let page = PageText(
      try browser.document(of: site.page("--by code \(ReportPageTests.november)")))
    #expect(!page.text.contains("<script"))
    try expectSame(page.marks(in: "bars"), page.rows(behind: "<h2 id=\"rows\"", keyCount: 1))
    #expect(page.text.contains("&lt;script&gt;alert(1)"))
  }

  /// Wide and narrow, light and dark. `TALLY_BROWSER` names a folder where the pictures stay.
  @Test(arguments: ["day", "code"])
  func itIsDrawnLightAndDarkWideAndNarrow(grouping: String) throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let page = try site.page("--by \(grouping) --from 2024-11-01 --to 2024-11-22")
    let browser = try Browser()
    var pictures: Set<Data> = []
    for (width, height) in [(1280, 1700), (400, 2000)] {
      for isDark in [false, true] {
        let picture = try browser.picture(
          of: page, width: width, height: height, isDark: isDark,
          name: "\(grouping)-\(width)-\(isDark ? "dark" : "light").png")
        #expect(picture.count > 20_000)
        pictures.insert(picture)
      }
    }
    #expect(pictures.count == 4)
  }
}

/// A headless Chromium with a profile of its own and no network.
private final class Browser {
  static let wish = ProcessInfo.processInfo.environment["TALLY_BROWSER"]
  static var isWanted: Bool { wish != nil }

  private let folder: String

  init() throws { folder = try PrivateFolder.make() }

  deinit { try? PrivateFolder.remove(folder) }

  /// The document as the browser understood it, as HTML.
  func document(of page: String) throws -> String { try run(["--dump-dom"], page) }

  func picture(
    of page: String, width: Int, height: Int, isDark: Bool, name: String
  ) throws -> Data {
    let kept = Browser.wish.flatMap { $0.hasPrefix("/") ? $0 : nil }
    let path = "\(kept ?? folder)/\(name)"
    _ = try run(
      [
        "--screenshot=\(path)", "--window-size=\(width),\(height)", "--hide-scrollbars",
        "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)",
      ], page)
    return try Data(contentsOf: URL(filePath: path))
  }

  private func run(_ options: [String], _ page: String) throws -> String {
    let path = URL(filePath: "\(folder)/page.html")
    try Data(page.utf8).write(to: path)
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [
        "timeout", "120", "chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
        "--disable-dev-shm-usage", "--no-first-run", "--user-data-dir=\(folder)/profile",
        "--host-resolver-rules=MAP * ~NOTFOUND",
      ] + options + [path.absoluteString]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TestFailure("chromium ended with \(process.terminationStatus)")
    }
    return text
  }
}
