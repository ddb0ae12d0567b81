/// One precondition that was looked at.
public struct Finding: Sendable, Equatable {
  public enum Grade: String, Sendable { case fine, warning, failing }

  /// `redis`, `mysql` or `machine`.
  public let place: String
  /// Such as `eviction`.
  public let name: String
  public let grade: Grade
  /// What was found.
  public let found: String
  /// What is needed.
  public let needed: String
  /// A sentence saying what to do; nil where there is nothing to do.
  public let mend: String?
  /// Whether this is a server that cannot be reached.
  public let isUnreachable: Bool

  public init(
    _ place: String, _ name: String, _ grade: Grade, found: String, needed: String,
    mend: String? = nil, isUnreachable: Bool = false
  ) {
    self.place = place
    self.name = name
    self.grade = grade
    self.found = found
    self.needed = needed
    self.mend = grade == .fine ? nil : mend
    self.isUnreachable = isUnreachable
  }

  /// What stopped us from looking, or what a job would stop at.
  public init(_ place: String, _ name: String, stoppedBy error: any Error, needed: String) {
    self.init(
      place, name, .failing, found: "\(error)", needed: needed, mend: hint(for: error),
      isUnreachable: Finding.isUnreachable(error))
  }

  private static func isUnreachable(_ error: any Error) -> Bool {
    switch ExitStatus(of: error) {
    case .unavailable, .tryAgain: !(error is JobFailure)
    default: false
    }
  }
}

extension [Finding] {
  /// What `doctor` ends with: a server that cannot be reached comes before what stops the jobs.
  public var status: ExitStatus {
    if contains(where: \.isUnreachable) { return .unavailable }
    return contains { $0.grade == .failing } ? .configuration : .done
  }
}
