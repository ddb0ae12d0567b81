import Glibc
import TestServers
import Testing

/// SIGTERM and SIGINT at each message: the run ends between two batches, or completes.
struct SignalLoopTests {
  /// The short form takes every second message, and the signals in turn.
  @Test(arguments: SufferingJob.allCases)
  func aRunAskedToEndAtAnyMessageLosesAndDoublesNothing(job: SufferingJob) throws {
    for signal in FaultDepth.isFull ? [SIGTERM, SIGINT] : [nil] {
      let loop = FaultLoop(
        subject: job, flavor: .mariadb, moments: [.beforeForwarding, .beforeReply], stride: 3)
      try loop.run(exitCodes: [0, 128 + SIGTERM, 128 + SIGINT]) { bench, moment, number in
        let victim = Victim()
        let signal = signal ?? (number % 4 < 2 ? SIGTERM : SIGINT)
        bench.plan.begin([
          Fault(moment, number: number) {
            victim.signal(signal)
            return .goOn
          }
        ])
        let output = try victim.run(job, on: bench)
        guard [0, 128 + signal].contains(output.exitCode) else {
          throw TestFailure("signal \(signal): exit code \(output.exitCode)")
        }
        return output.exitCode
      }
    }
  }

  @Test func aRunAskedToEndBetweenTwoPagesSaysSo() throws {
    let bench = try ProxyBench(.mariadb)
    try SufferingJob.rolloverHour.prepare(bench)
    let victim = Victim()
    bench.plan.begin([
      Fault(.beforeReply, having: "SCAN") {
        victim.signalCaught(SIGTERM)
        return .goOn
      }
    ])
    let output = try victim.run(SufferingJob.rolloverHour, on: bench)
    #expect(output.exitCode == 128 + SIGTERM)
    #expect(output.stderr.contains("interrupted by signal"))
    #expect(try SufferingJob.rolloverHour.heal(bench) == [])
  }
}
