import Rules
import Testing

struct ReportOrderTests {
  private let rows = [
    ("a", 1000, 10), ("b", 0, 0), ("c", 200, 10), ("d", 1, 1), ("e", 2000, 20), ("f", 0, 3),
  ].map { code, shows, clicks in
    ReportRow(
      key: .code(Code(Array(code.utf8))!),
      totals: AdTotals(shows: UInt128(shows), clicks: UInt128(clicks)))
  }

  private func codes(_ order: ReportOrder) -> String {
    order.rows(of: rows.shuffled()).map { row in
      if case .code(let code) = row.key { String(decoding: code.bytes, as: UTF8.self) } else { "?" }
    }.joined()
  }

  @Test func theLargestNumberStandsFirstAndWhatHasNoRateLast() {
    #expect(codes(ReportOrder(by: .key)) == "abcdef")
    #expect(codes(ReportOrder(by: .shows)) == "eacdbf")
    #expect(codes(ReportOrder(by: .clicks)) == "eacfdb")
    #expect(codes(ReportOrder(by: .ctr)) == "dceabf")
  }

  @Test func reversedTheSmallestStandsFirstAndWhatHasNoRateStillLast() {
    #expect(codes(ReportOrder(by: .key, isReversed: true)) == "fedcba")
    #expect(codes(ReportOrder(by: .clicks, isReversed: true)) == "bdface")
    #expect(codes(ReportOrder(by: .ctr, isReversed: true)) == "eacdbf")
  }

  @Test func rowsWithFewShowsAreLeftOutBeforeTheFirstOnesAreTaken() {
    #expect(codes(ReportOrder(by: .ctr, countMax: 2)) == "dc")
    #expect(codes(ReportOrder(by: .ctr, countMax: 2, showsMin: 100)) == "ce")
    #expect(codes(ReportOrder(by: .ctr, countMax: 9, showsMin: 5000)) == "")
  }

  @Test func groupsWithoutANameStandBehindTheOthers() {
    let keys = [ReportKey.group(nil), .group("z"), .group("A"), .group("é")]
    #expect(keys.sorted() == [.group("A"), .group("z"), .group("é"), .group(nil)])
  }
}
