public import Rules

/// How a day hash and what MySQL holds of it differ.
public enum DayHashDifference: Equatable, Sendable {
  /// MySQL holds less: after a merge this must not be.
  case lacking
  /// MySQL holds more than Redis ever showed us: somebody raised it, or Redis lost counts.
  case ahead
}

/// Compares a run with what `ad_ctr` holds of its images, in one pass over both.
///
/// Feed it the table's rows of the run's day in ascending order of their codes (rows of other images are
/// passed over), then ask for the result.
public struct AdCtrComparison: Sendable {
  public let run: AdCtrRun
  private var found: [Found]
  private var cursor: AdCtrRun.Cursor

  public init(_ run: AdCtrRun) {
    self.run = run
    cursor = AdCtrRun.Cursor(run)
    found = [Found](repeating: Found(), count: run.images.count)
  }

  /// The next row of the table.
  public mutating func meet(_ code: Span<UInt8>, hour: Int, epoch: UInt16, holding held: HourCount)
  {
    guard let index = cursor.place(of: code, epoch) else { return }
    found[index].note(held, at: hour, for: run.count(ofImage: index, at: hour))
  }

  /// The hours of an image that the table has no row for, or one that holds less: bit h for hour h.
  func lackingHours(ofImage index: Int) -> UInt32 {
    found[index].missing(of: run.hours(ofImage: index))
      | found[index].shows.smaller | found[index].clicks.smaller
  }

  /// Rows that are missing or hold less.
  public var lackingCount: Int {
    run.images.indices.reduce(0) { $0 + lackingHours(ofImage: $1).nonzeroBitCount }
  }
  /// Rows that are there and hold less.
  public var smallerCount: Int {
    found.reduce(0) { $0 + ($1.shows.smaller | $1.clicks.smaller).nonzeroBitCount }
  }
  /// Rows that the table holds already, whole.
  public var heldCount: Int { run.rowCount - lackingCount }

  /// Nil where the table holds every count of the hash exactly, and none that the hash has not.
  ///
  /// - Parameter hash: one that the run was made of.
  public func difference(of hash: DayHash, epoch: UInt16) -> DayHashDifference? {
    guard let index = run.place(of: hash.code, epoch) else { return .lacking }
    let found = found[index]
    if found.missing(of: hash.hours.hours) | found[hash.metric].smaller != 0 { return .lacking }
    return isAhead(of: hash, epoch: epoch) ? .ahead : nil
  }

  /// Whether the table holds more of an hour than the hash, whatever it lacks of others.
  public func isAhead(of hash: DayHash, epoch: UInt16) -> Bool {
    run.place(of: hash.code, epoch).map { found[$0][hash.metric].ahead != 0 } ?? false
  }
}

/// What rows were met of one image; bit h stands for hour h.
private struct Found {
  struct Counts {
    var smaller: UInt32 = 0
    /// Also hours of which nothing was counted.
    var ahead: UInt32 = 0

    mutating func note(_ held: UInt64, at hour: Int, for counted: UInt64) {
      let bit: UInt32 = 1 << UInt32(hour)
      if held < counted { smaller |= bit }
      if held > counted { ahead |= bit }
    }
  }

  private var met: UInt32 = 0
  private(set) var shows = Counts()
  private(set) var clicks = Counts()

  mutating func note(_ held: HourCount, at hour: Int, for counted: HourCount) {
    met |= 1 << UInt32(hour)
    shows.note(held.shows, at: hour, for: counted.shows)
    clicks.note(held.clicks, at: hour, for: counted.clicks)
  }

  /// Those of the hours that no row was met for.
  func missing(of hours: UInt32) -> UInt32 { hours & ~met }

  subscript(metric: Metric) -> Counts { metric == .show ? shows : clicks }
}
