import ArgumentParser

/// The commands of the login bitmaps.
struct LoginLog: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loginlog",
    abstract: "On which days users logged in.",
    subcommands: [
      SyncWeek.self, Expire.self, Restore.self, Mark.self, DayQuestion.self, MonthQuestion.self,
      RangeQuestion.self, Active.self, Calendar.self,
    ])
}
