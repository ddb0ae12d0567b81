import ArgumentParser
import Jobs
import RedisStore

extension CPC.Windows {
  struct Estimate: SketchCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tells how many different items the window of a time has seen.",
      discussion: """
        A window that nothing came into, or that was dropped, has 0; a key that is not there none.

        EXAMPLE
          tally cpc array estimate cpc:recent 1795165800000

        \(ExitStatus.help(questionStatuses))
        """)

    @Argument(help: "The key.", transform: readSketchKey)
    var key: [UInt8]

    @OptionGroup var window: WindowArguments
    @OptionGroup var common: CommonOptions

    func answer(in context: JobContext, terminal: Terminal) throws {
      try print(try SketchArrayCommands(context).estimate(key, at: window.timestampMs))
    }
  }

  struct Range: SketchCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tells it for each window from one time to another.",
      discussion: """
        One number a window, zeros included, the earliest first; both ends count. A key that is not \
        there has no windows.

        EXAMPLE
          tally cpc array range cpc:recent 1795165500000 1795165800000 --json
            # {"start":1795165500000,"win":60000,"estimates":[0.0,2.0,0.0,1.0,0.0,3.0]}

        \(ExitStatus.help(questionStatuses))
        """)

    @Argument(help: "The key.", transform: readSketchKey)
    var key: [UInt8]

    @Argument(
      help: "The first time, in milliseconds since 1970.",
      transform: { try readWhole($0, in: SketchArrays.Shape.timeRange) })
    var startMs: Int

    @Argument(
      help: "The last time, in milliseconds since 1970.",
      transform: { try readWhole($0, in: SketchArrays.Shape.timeRange) })
    var endMs: Int

    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard startMs <= endMs else { throw ValidationError("the first time lies after the last") }
    }

    func answer(in context: JobContext, terminal: Terminal) throws {
      let series = try SketchArrayCommands(context).series(key, from: startMs, to: endMs)
      let estimates = series?.estimates ?? []
      guard common.json else {
        return try writeToStdout(estimates.map { "\($0)\n" }.joined())
      }
      var object = JSONText()
      if let series {
        object.add("start", series.start)
        object.add("win", series.windowMilliseconds)
      }
      object.add("estimates", estimates)
      try writeToStdout("\(object)\n")
    }
  }

  struct RangeMerge: SketchCommand {
    static let configuration = CommandConfiguration(
      commandName: "range-merge",
      abstract: "Tells how many different items some windows have seen together.",
      discussion: """
        Of the window that a time belongs to and those before it, as many as RANGE says.

        EXAMPLE
          tally cpc array range-merge cpc:recent 1795165800000 10

        \(ExitStatus.help(questionStatuses))
        """)

    @Argument(help: "The key.", transform: readSketchKey)
    var key: [UInt8]

    @OptionGroup var window: WindowArguments

    @Argument(
      help: "How many windows, 1 to 1000.",
      transform: { try readWhole($0, in: SketchArrays.Shape.sizeRange) })
    var range: Int

    @OptionGroup var common: CommonOptions

    func answer(in context: JobContext, terminal: Terminal) throws {
      try print(
        try SketchArrayCommands(context).merged(key, at: window.timestampMs, count: range))
    }
  }
}
