/// One row of a report.
public struct ReportRow: Hashable, Sendable {
  public let key: ReportKey
  public var totals: AdTotals
  /// Some of its counts are not archived yet, or more may come.
  public var isUnfinished: Bool
  /// What the catalogue calls the image of the row's code; nil where it knows none.
  public var name: String?
  /// The group of that image.
  public var group: String?
  /// How many different viewers there were; nil where none were kept, or nobody asked.
  public var viewers: ViewerCount?

  public init(
    key: ReportKey, totals: AdTotals, isUnfinished: Bool = false, name: String? = nil,
    group: String? = nil, viewers: ViewerCount? = nil
  ) {
    self.key = key
    self.totals = totals
    self.isUnfinished = isUnfinished
    self.name = name
    self.group = group
    self.viewers = viewers
  }
}

/// In which order rows stand, and which of them.
public struct ReportOrder: Hashable, Sendable {
  public enum Column: String, CaseIterable, Sendable { case key, shows, clicks, ctr, unique }

  public var column: Column
  /// Turns the usual order round: keys descend, numbers ascend.
  public var isReversed: Bool
  /// No more rows than this.
  public var countMax: Int?
  /// Only rows with so many shows: one click on one show is no rate.
  public var showsMin: UInt128

  public init(
    by column: Column, isReversed: Bool = false, countMax: Int? = nil, showsMin: UInt128 = 0
  ) {
    self.column = column
    self.isReversed = isReversed
    self.countMax = countMax
    self.showsMin = showsMin
  }

  /// Time goes on; images and groups stand with the largest in front.
  public static func usual(for grouping: ReportGrouping) -> Column {
    grouping.isTime ? .key : .shows
  }

  /// Whether every row is shown, in the order of the keys.
  public var isPlain: Bool {
    column == .key && !isReversed && countMax == nil && showsMin == 0
  }

  public func rows(of all: [ReportRow]) -> [ReportRow] {
    let admitted = showsMin == 0 ? all : all.filter { $0.totals.shows >= showsMin }
    let sorted = admitted.sorted(by: precedes)
    return countMax.map { Array(sorted.prefix($0)) } ?? sorted
  }

  /// Rows without a rate, or without viewers, stand at the end, either way round. Where the column says nothing, the row with
  /// more shows goes first, then the smaller key, so that there is one order only.
  private func precedes(_ a: ReportRow, _ b: ReportRow) -> Bool {
    switch column {
    case .key: return isReversed ? b.key < a.key : a.key < b.key
    case .shows:
      if a.totals.shows != b.totals.shows { return (a.totals.shows > b.totals.shows) != isReversed }
    case .clicks:
      if a.totals.clicks != b.totals.clicks {
        return (a.totals.clicks > b.totals.clicks) != isReversed
      }
    case .ctr:
      switch (a.totals.rate, b.totals.rate) {
      case (let left?, let right?) where left != right: return (left > right) != isReversed
      case (.some, nil): return true
      case (nil, .some): return false
      default: break
      }
    case .unique:
      switch (a.viewers?.estimate, b.viewers?.estimate) {
      case (let left?, let right?) where left != right: return (left > right) != isReversed
      case (.some, nil): return true
      case (nil, .some): return false
      default: break
      }
    }
    if a.totals.shows != b.totals.shows { return a.totals.shows > b.totals.shows }
    return a.key < b.key
  }
}
