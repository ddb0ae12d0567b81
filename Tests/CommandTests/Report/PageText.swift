import Foundation
import TestServers

/// What a report's page says, read from its text or from what a browser made of it.
struct PageText {
  struct Numbers: Equatable {
    var shows: String
    var clicks: String
    /// As a percentage; `–` where nothing was shown.
    var rate: String
  }

  let text: String

  init(_ text: String) { self.text = text }

  /// The marks of a chart, by what each stands for, from what they carry for programs.
  func marks(in svg: String) throws -> [(key: String, numbers: Numbers)] {
    let chart = try part(from: "<svg class=\"\(svg)\"", to: "</svg>")
    let pattern =
      /<(?:g|rect) class="(?:slot|cell)[^>]*? data-key="([^"]*)" data-shows="(\d+)" data-clicks="(\d+)" data-ctr="([\d.]*)"/
    return try chart.matches(of: pattern).map { match in
      (plain(match.1), try Numbers(shows: match.2, clicks: match.3, fraction: match.4))
    }
  }

  /// The same from the sentences that are read out.
  func sentences(in svg: String) throws -> [(key: String, numbers: Numbers)] {
    let chart = try part(from: "<svg class=\"\(svg)\"", to: "</svg>")
    let pattern =
      /<title>([^<]*): ([\d,]+) shows, ([\d,]+) clicks, CTR ([\d.]+ %|–)(?: \(not finished\))?<\/title>/
    return chart.matches(of: pattern).map { match in
      (
        plain(match.1),
        Numbers(shows: String(match.2), clicks: String(match.3), rate: String(match.4))
      )
    }
  }

  /// The rows of the table behind an element, each under its first `keyCount` cells.
  func rows(behind start: String, keyCount: Int) throws -> [(key: String, numbers: Numbers)] {
    let table = try part(from: start, to: "</table>")
    let body = try PageText(table).part(from: "<tbody>", to: "</tbody>")
    return body.matches(of: /<tr>(.*?)<\/tr>/).map { row in
      let cells = row.1.matches(of: /<t[hd][^>]*>(.*?)<\/t[hd]>/).map { cell in
        plain(cell.1.replacing(/[ ]?<span.*?<\/span>/, with: ""))
      }
      let numbers = Numbers(
        shows: cells[cells.count - 3], clicks: cells[cells.count - 2], rate: cells[cells.count - 1])
      return (cells.prefix(keyCount).joined(separator: " "), numbers)
    }
  }

  /// Heights of the bars of a kind, in the order of time.
  func heights(of kind: String) throws -> [Double] {
    let chart = try part(from: "<svg class=\"time\"", to: "</svg>")
    return chart.matches(of: /<rect class="(\w+)" [^>]*height="([\d.]+)"/)
      .filter { $0.1 == kind }.compactMap { Double($0.2) }
  }

  func part(from start: String, to end: String) throws -> String {
    guard let first = text.range(of: start),
      let last = text[first.upperBound...].range(of: end)
    else { throw TestFailure("no \(start) … \(end) in the page") }
    return String(text[first.lowerBound..<last.upperBound])
  }

  private func plain(_ text: some StringProtocol) -> String {
    var plain = String(text)
    for (name, sign) in [("lt", "<"), ("gt", ">"), ("quot", "\""), ("#39", "'"), ("amp", "&")] {
      plain = plain.replacing("&\(name);", with: sign)
    }
    return plain
  }
}

extension PageText.Numbers {
  fileprivate init(
    shows: Substring, clicks: Substring, fraction: Substring
  ) throws {
    func grouped(_ digits: Substring) -> String {
      var groups: [Substring] = []
      var rest = digits
      while rest.count > 3 {
        groups.append(rest.suffix(3))
        rest = rest.dropLast(3)
      }
      return ([rest] + groups.reversed()).joined(separator: ",")
    }
    (self.shows, self.clicks) = (grouped(shows), grouped(clicks))
    guard !fraction.isEmpty, let value = Double(fraction) else {
      rate = "–"
      return
    }
    rate = String(format: "%.2f %%", value * 100)
  }
}
