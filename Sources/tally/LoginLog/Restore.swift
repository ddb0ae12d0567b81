import ArgumentParser
import Jobs
import Rules

extension LoginLog {
  struct Restore: MySQLWritingCommand {
    static let configuration = CommandConfiguration(
      abstract: "Puts back what the logs of expired bitmaps hold, into MySQL or Redis.",
      discussion: """
        Each line that is whole is joined to what is there by OR, so that nothing is lost and a \
        second run changes nothing. A line that is torn, altered or of another key prefix is named \
        and passed over. What comes back into Redis is expired again by the next expire.

        EXAMPLE
          tally loginlog restore /var/log/tally/loginlog-expired-2026-11-20.jsonl
          zcat /var/log/tally/*.gz | tally loginlog restore /dev/stdin --to redis

        \(ExitStatus.help([
          .done, .usage, .rejected, .unavailable, .software, .cannotCreate, .inputOutput, .tryAgain,
          .noPermission, .configuration,
        ]))
        """)

    static let mysqlNeed = MySQLNeed.optional

    @Argument(help: ArgumentHelp("Logs that expire wrote.", valueName: "file"), completion: .file())
    var files: [String]

    @Option(help: "Where the lines go.")
    var to = TargetArgument.mysql

    @OptionGroup var loadOptions: LoadOptions
    @OptionGroup var jobOptions: JobOptions
    @OptionGroup var common: CommonOptions

    func work(settings: Settings, clock: LocalClock, now: Int) throws -> Jobs.Restore {
      Jobs.Restore(files: files, target: to == .mysql ? .mysql : .redis)
    }

    static func summary(of report: RunReport) -> [Tallied] {
      [
        Tallied(report.found, "line", "read"), Tallied(report.changed, "month", "restored"),
        Tallied(report.unchanged, "already there"), Tallied(report.rejected, "rejected"),
      ]
    }
  }

  enum TargetArgument: String, ExpressibleByArgument, CaseIterable { case mysql, redis }
}
