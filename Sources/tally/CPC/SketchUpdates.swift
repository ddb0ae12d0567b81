import ArgumentParser
import Jobs
import RedisStore

/// What every update of a sketch is given.
struct UpdateArguments: ParsableArguments {
  @Argument(help: "The key, such as cpc:visitors_2026-11-20.", transform: readSketchKey)
  var key: [UInt8]

  @OptionGroup var items: ItemArguments
  @OptionGroup var size: SizeOptions
  @OptionGroup var expiry: ExpiryOptions
  @OptionGroup var dryRun: DryRunOption

  func update(_ context: JobContext) throws -> SketchChange? {
    try SketchCommands(context).update(
      key, with: items.source, lgK: size.lgK, expiry: expiry.expiry)
  }
}

extension CPC {
  struct Update: SketchCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds items to a sketch, and makes it where there is none.",
      discussion: """
        Writers of the same key do not lose each other's items: what another one wrote meanwhile is \
        read and added to. Repeating an update changes nothing.

        EXAMPLE
          tally cpc update cpc:visitors_2026-11-20 anna bert
          cut -f1 access.log | tally cpc update cpc:visitors_2026-11-20 --stdin --ex 604800

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var arguments: UpdateArguments
    @OptionGroup var common: CommonOptions

    var isDryRun: Bool { arguments.dryRun.isDryRun }

    func answer(in context: JobContext, terminal: Terminal) throws {
      try tell(try arguments.update(context), as: "cpc update", on: terminal)
    }
  }

  struct UpdateToEstimate: SketchCommand {
    static let configuration = CommandConfiguration(
      commandName: "update2est",
      abstract: "Adds items to a sketch and tells its estimate then.",
      discussion: """
        EXAMPLE
          tally cpc update2est cpc:visitors_2026-11-20 carl --json
            # {"estimate":3.0000915587884194,"lower_bound":3.0,"upper_bound":4.0}

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var arguments: UpdateArguments
    @OptionGroup var common: CommonOptions

    var isDryRun: Bool { arguments.dryRun.isDryRun }

    func answer(in context: JobContext, terminal: Terminal) throws {
      try print(try arguments.update(context)?.after)
    }
  }

  struct UpdateToJudge: SketchCommand {
    static let configuration = CommandConfiguration(
      commandName: "update2jud",
      abstract: "Adds an item to a sketch and tells by how much its estimate grew.",
      discussion: """
        Prints the estimate and the difference to the one before.

        \(howTrueZeroIs)

        EXAMPLE
          tally cpc update2jud cpc:visitors_2026-11-20 carl --json
            # {"estimate":3.0000915587884194,"difference":1.0000762997665227}

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var arguments: UpdateArguments
    @OptionGroup var common: CommonOptions

    var isDryRun: Bool { arguments.dryRun.isDryRun }

    func answer(in context: JobContext, terminal: Terminal) throws {
      try printJudgement(try arguments.update(context))
    }
  }

  /// What `update2jud` promises and what not.
  static let howTrueZeroIs = """
    A difference above 0 is certain: the item is new. A difference of 0 says "seen before" only while \
    there are far fewer items than the sketch has rows, 2^lg_k: a new item may fall on a bit that others \
    have set. Of the new items, so many are taken for old ones: with lg_k 12, 8 % after 1,000 items, \
    51 % after 10,000 and 94 % after 100,000; with lg_k 21, 0.02 %, 0.2 % and 2 %. Where one item counts, \
    use a set.
    """
}
