/// What a run did, in numbers; the meaning of each per job stands in the README.
public struct RunReport: Equatable, Sendable {
  public let job: String
  public let isDryRun: Bool
  public var found = 0
  public var changed = 0
  public var unchanged = 0
  public var forgotten = 0
  public var rejected = 0
  public var seconds = 0.0

  public init(job: String, isDryRun: Bool) {
    self.job = job
    self.isDryRun = isDryRun
  }
}
