/// Which days are archived, closed and forgotten.
public struct ArchivePolicy: Equatable, Sendable {
  public static let defaultKeepDays = 2

  public let today: CivilDay
  /// How many closed days stay in Redis after they were archived. 0 forgets yesterday at once.
  public let keepDays: Int
  /// Days asked for by `--day` or `--from` and `--to`; nil means every closed day.
  public let chosen: ClosedRange<CivilDay>?

  public init(
    today: CivilDay, keepDays: Int = defaultKeepDays, chosen: ClosedRange<CivilDay>? = nil
  ) {
    self.today = today
    self.keepDays = keepDays
    self.chosen = chosen
  }

  /// What is to be done with a day that Redis still holds.
  public enum Treatment: Equatable, Sendable {
    /// Not asked for, or in the future; today too, unless it is asked for.
    case leave
    /// Merged as it stands now; it goes on counting. Only today, when asked for.
    case publish
    /// Sealed, then merged; kept in Redis.
    case archive
    /// Sealed, merged, proven and forgotten.
    case archiveAndForget
  }

  public func treatment(of day: CivilDay) -> Treatment {
    if let chosen, !chosen.contains(day) { return .leave }
    if day > today { return .leave }
    if day == today { return chosen == nil ? .leave : .publish }
    return day < today.advanced(by: -keepDays) ? .archiveAndForget : .archive
  }
}
