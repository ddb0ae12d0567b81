import ArgumentParser
import Jobs
import RedisStore

/// What every update of a window is given.
struct WindowUpdateArguments: ParsableArguments {
  @Argument(help: "The key, such as cpc:recent.", transform: readSketchKey)
  var key: [UInt8]

  @OptionGroup var window: WindowArguments
  @OptionGroup var items: ItemArguments
  @OptionGroup var shape: ShapeOptions
  @OptionGroup var size: SizeOptions
  @OptionGroup var expiry: ExpiryOptions
  @OptionGroup var dryRun: DryRunOption

  func update(_ context: JobContext) throws -> SketchChange? {
    try SketchArrayCommands(context).update(
      key, at: window.timestampMs, with: items.source, shape: SketchArrays.Shape(shape, size),
      expiry: expiry.expiry)
  }
}

extension CPC.Windows {
  struct Update: SketchCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds items to the window that a time belongs to.",
      discussion: """
        A new key is given --size and --win; one that is there keeps its own. Windows that lie size \
        times win or more before the newest one are dropped, and cannot be added to any more (exit 65).

        EXAMPLE
          tally cpc array update cpc:recent 1795165800000 anna bert --size 10 --win 60000

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var arguments: WindowUpdateArguments
    @OptionGroup var common: CommonOptions

    var isDryRun: Bool { arguments.dryRun.isDryRun }

    func answer(in context: JobContext, terminal: Terminal) throws {
      try tell(try arguments.update(context), as: "cpc array update", on: terminal)
    }
  }

  struct UpdateToEstimate: SketchCommand {
    static let configuration = CommandConfiguration(
      commandName: "update2est",
      abstract: "Adds items to a window and tells its estimate then.",
      discussion: """
        EXAMPLE
          tally cpc array update2est cpc:recent 1795165800000 carl

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var arguments: WindowUpdateArguments
    @OptionGroup var common: CommonOptions

    var isDryRun: Bool { arguments.dryRun.isDryRun }

    func answer(in context: JobContext, terminal: Terminal) throws {
      try print(try arguments.update(context)?.after)
    }
  }

  struct UpdateToJudge: SketchCommand {
    static let configuration = CommandConfiguration(
      commandName: "update2jud",
      abstract: "Adds an item to a window and tells by how much its estimate grew.",
      discussion: """
        Prints the window's estimate and the difference to the one before.

        \(CPC.howTrueZeroIs)

        EXAMPLE
          tally cpc array update2jud cpc:recent 1795165800000 carl

        \(ExitStatus.help(questionStatuses))
        """)

    @OptionGroup var arguments: WindowUpdateArguments
    @OptionGroup var common: CommonOptions

    var isDryRun: Bool { arguments.dryRun.isDryRun }

    func answer(in context: JobContext, terminal: Terminal) throws {
      try printJudgement(try arguments.update(context))
    }
  }
}
