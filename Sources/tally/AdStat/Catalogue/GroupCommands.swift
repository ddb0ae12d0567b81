import ArgumentParser
import Jobs
import Rules

/// The commands of the groups of images.
struct GroupCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "group", abstract: "The groups of images, such as campaigns.",
    subcommands: [List.self, Add.self, Set.self, Remove.self])

  struct List: CatalogueListCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the groups.",
      discussion: """
        EXAMPLE
          tally adstat group list
          tally adstat group list --json

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let kind = CatalogueKind.group

    @Flag(name: .customLong("all"), help: "Removed ones, too.")
    var isComplete = false
    @OptionGroup var common: CommonOptions

    var filter: CatalogueFilter {
      var filter = CatalogueFilter()
      filter.isComplete = isComplete
      return filter
    }
  }

  struct Add: CatalogueEditCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds a group.",
      discussion: """
        EXAMPLE
          tally adstat group add spring --note 'spring campaign'

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat group add"
    var mode: CatalogueMode { .add }

    @Argument(help: "Its name.")
    var group: String
    @Option(help: "A note for people.")
    var note: String?
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    func entries() -> [CatalogueEntry] { [entry(group, note)] }
  }

  struct Set: CatalogueEditCommand {
    static let configuration = CommandConfiguration(
      abstract: "Changes a group.",
      discussion: """
        EXAMPLE
          tally adstat group set spring --note 'until Easter'

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat group set"
    var mode: CatalogueMode { .set(isRestoring: isRestoring) }

    @Argument(help: "Its name.")
    var group: String
    @Option(help: "A note for people.")
    var note: String?
    @Flag(name: .customLong("restore"), help: "Bring it back where it was removed.")
    var isRestoring = false
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    func entries() -> [CatalogueEntry] { [entry(group, note)] }
  }

  struct Remove: CatalogueEditCommand {
    static let configuration = CommandConfiguration(
      abstract: "Removes groups.",
      discussion: """
        A group that still has images is left, unless they shall go with it.

        EXAMPLE
          tally adstat group remove spring
          tally adstat group remove spring --with-images

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat group remove"
    var mode: CatalogueMode { .remove(withImages: withImages) }

    @Argument(help: "Their names.")
    var groups: [String]
    @Flag(help: "Remove their images as well.")
    var withImages = false
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    func entries() -> [CatalogueEntry] { groups.map { entry($0, nil) } }
  }
}

private func entry(_ group: String, _ note: String?) -> CatalogueEntry {
  var texts: [CatalogueField: String] = [.group: group]
  texts[.note] = note
  return CatalogueEntry(.group, texts)
}
