import ArgumentParser
import Jobs
import RedisStore

extension CPC {
  struct Estimate: SketchCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tells how many different items the sketches have seen together.",
      discussion: """
        The bounds are two standard errors wide on each side: between them lies the truth in 95 of 100 \
        cases. A key that is not there is an empty sketch; where none of them is there, the answer is \
        none, as JSON null.

        EXAMPLE
          tally cpc estimate cpc:visitors_2026-11-20
          tally cpc estimate cpc:visitors_2026-11-19 cpc:visitors_2026-11-20 --json
            # {"estimate":3.0002441817875765,"lower_bound":3.0,"upper_bound":4.0}

        \(ExitStatus.help(questionStatuses))
        """)

    @Argument(help: "One or more keys.", transform: readSketchKey)
    var key: [[UInt8]]

    @OptionGroup var common: CommonOptions

    func answer(in context: JobContext, terminal: Terminal) throws {
      try print(try SketchCommands(context).estimate(key))
    }
  }

  struct Merge: SketchCommand {
    static let configuration = CommandConfiguration(
      abstract: "Merges sketches into one, and what that one holds already.",
      discussion: """
        The result has seen all items that any of them has. Its lg_k is the smallest of all that are not \
        empty. A source that is not there is an empty one. The sources stay as they are.

        EXAMPLE
          tally cpc merge cpc:visitors_2026-w47 cpc:visitors_2026-11-16 cpc:visitors_2026-11-17

        \(ExitStatus.help(questionStatuses))
        """)

    @Argument(help: "The key to merge into.", transform: readSketchKey)
    var destination: [UInt8]

    @Argument(help: "The keys to merge.", transform: readSketchKey)
    var source: [[UInt8]]

    @OptionGroup var expiry: ExpiryOptions
    @OptionGroup var dryRun: DryRunOption
    @OptionGroup var common: CommonOptions

    var isDryRun: Bool { dryRun.isDryRun }

    func answer(in context: JobContext, terminal: Terminal) throws {
      let change = try SketchCommands(context).merge(
        source, into: destination, expiry: expiry.expiry)
      try tell(change, as: "cpc merge", on: terminal)
    }
  }
}
