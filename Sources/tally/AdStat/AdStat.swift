import ArgumentParser

/// The commands of the advertising counters.
struct AdStat: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adstat",
    abstract: "Shows and clicks of advertising images.",
    subcommands: [
      RolloverHour.self, ArchiveDay.self, Shelve.self, Report.self, GroupCommands.self,
      ImageCommands.self, StyleCommands.self, Export.self, Import.self,
    ])
}
