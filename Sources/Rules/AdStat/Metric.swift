/// What is counted of an advertising image.
public enum Metric: String, CaseIterable, Sendable, Hashable {
  case show
  case click
}
