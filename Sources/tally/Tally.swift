import ArgumentParser
import Glibc
import Jobs

@main
struct Tally: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tally",
    abstract: "Settles the live counters of Redis into MySQL: nothing lost, nothing counted twice.",
    discussion: """
      Where the servers are is told by a flag, else by the environment, else by an env file, else \
      by a file of the secrets directory. `tally adstat rollover-hour --help` shows a command's \
      options, an example and its exit codes.

      EXAMPLE
        tally loginlog active last-week --type client
          # who of type client logged in last week?
        tally loginlog day client 1001 yesterday
          # did client 1001 log in yesterday?
        tally loginlog calendar client 1001
          # on which days of this year?
        tally adstat report --by code --period yesterday --sort ctr --top 1
          # which ad had the best CTR yesterday?
        tally adstat image list
          # which images are there, and when may each be shown?
        tally status
          # did all jobs run, and what waits in Redis?
        tally verify
          # do Redis and MySQL agree?
        tally doctor
          # is everything as the jobs need it?

      \(ExitStatus.help([
        .done, .late, .usage, .rejected, .unavailable, .software, .cannotCreate, .inputOutput,
        .tryAgain, .redisBehindArchive, .noPermission, .configuration,
      ]))
      """,
    version: tallyVersion,
    subcommands: [
      AdStat.self, LoginLog.self, CPC.self, Migrate.self, Doctor.self, Status.self, Verify.self,
    ])

  static func main() async {
    prepareProcess()
    Glibc.exit(await exitCode())
  }

  private static func exitCode() async -> Int32 {
    do {
      var command = try await asyncParseAsRoot()
      if var asyncCommand = command as? any AsyncParsableCommand {
        try await asyncCommand.run()
      } else {
        try command.run()
      }
      return ExitStatus.done.code
    } catch let code as ArgumentParser.ExitCode {
      return code.rawValue
    } catch  where Self.exitCode(for: error) == .success {
      return printHelp(fullMessage(for: error))
    } catch {
      return refuse(error)
    }
  }

  /// Help and version are what was asked for, so they go to stdout.
  private static func printHelp(_ text: String) -> Int32 {
    do {
      try writeToStdout(exitStatusLast(text) + "\n")
      return ExitStatus.done.code
    } catch {
      complain(about: error)
      return ExitStatus.inputOutput.code
    }
  }

  /// A command line that cannot be understood: one line saying why.
  private static func refuse(_ error: any Error) -> Int32 {
    complain(
      about: JobFailure(
        .usage, oneLine(message(for: error)),
        hint: helpPointer(in: fullMessage(for: error))))
    return ExitStatus.usage.code
  }
}
