public import Rules

/// What a report is asked.
public struct ReportQuestion: Sendable {
  public var grouping: ReportGrouping
  public var period: ReportPeriod
  /// Only these images; empty for all.
  public var codes: [Code] = []
  /// Only the images of this group.
  public var group: String?
  public var order: ReportOrder
  /// From MySQL alone: Redis is not asked, and may be down.
  public var isArchivedOnly = false
  /// The sums of all hours are wanted besides, whatever the rows stand for.
  public var wantsHours = false
  /// How many different viewers each row had, and all together. Not by hour: they are kept by day.
  public var wantsViewers = false
  /// As given to rollover-hour: which hour a live counter is booked under.
  public var graceMinutes = BookingRule.defaultGraceMinutes

  public init(by grouping: ReportGrouping, _ period: ReportPeriod, order: ReportOrder? = nil) {
    self.grouping = grouping
    self.period = period
    self.order = order ?? ReportOrder(by: ReportOrder.usual(for: grouping))
  }
}

/// Shows and clicks of a period.
public struct AdReport: Sendable {
  public let grouping: ReportGrouping
  /// As asked for.
  public let days: DayRange
  /// In the order that was asked for, and no more than that. Of time, every stretch there was, also those
  /// without a show, from the first day that anything was ever counted.
  public var rows: [ReportRow] = []
  /// How many there were before some were left out.
  public var rowCount = 0
  /// Of all rows, left out or not.
  public var total = AdTotals()
  /// Whether viewers were asked for.
  public let hasViewers: Bool
  /// The different viewers of all rows together: of their union, hence no sum of the rows.
  public var viewers: ViewerCount?
  /// Days to which more may be counted, or of which Redis holds counts that are not archived yet.
  public var unfinished: [CivilDay] = []
  /// The hour that live counters are counted under; nil where none was, for the hour is no part of the
  /// period or Redis was not asked.
  public var liveHour: LocalHour?
  /// The sums of all hours, where they were wanted.
  public var hours: [LocalHour: AdTotals] = [:]
  /// Keys of Redis that could not be read; each was told to the observer.
  public var rejectedCount = 0
  /// The moment it holds for, by Redis' clock where Redis was asked, in seconds since 1970.
  public let asOf: Int
  public let order: ReportOrder

  init(_ question: ReportQuestion, of days: DayRange, asOf instant: Int) {
    grouping = question.grouping
    order = question.order
    hasViewers = question.wantsViewers
    self.days = days
    asOf = instant
  }
}
