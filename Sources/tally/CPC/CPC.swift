import ArgumentParser

/// The commands of the CPC sketches.
struct CPC: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cpc",
    abstract: "How many different items there were, by sketches of a few kilobytes.",
    discussion: """
      The commands are those of TairCpc, on any Redis. A sketch is a string with the image of an \
      Apache DataSketches CPC sketch; whatever reads those reads these.
      """,
    subcommands: [
      Update.self, Estimate.self, UpdateToEstimate.self, UpdateToJudge.self, Merge.self,
      Windows.self, ArchiveDay.self,
    ])

  /// The sketches by windows of time.
  struct Windows: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "array",
      abstract: "A sketch for each window of time, such as the last ten minutes.",
      subcommands: [
        Update.self, Estimate.self, Range.self, RangeMerge.self, UpdateToEstimate.self,
        UpdateToJudge.self,
      ])
  }
}
