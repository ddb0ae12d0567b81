/// Which months the weekly sync carries over.
///
/// From the 8th on this month only; before the 8th this month and the month before, because the
/// last week of that month may not have been carried over yet. Nothing older.
public enum SyncRule {
  public static func months(asOf day: CivilDay) -> [Month] {
    day.dayOfMonth >= 8 ? [day.month] : [day.month.previous, day.month]
  }
}
