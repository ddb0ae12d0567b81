import ArgumentParser
import Jobs
import Rules

/// The commands of the images.
struct ImageCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image", abstract: "The images, each with its code and the time it may be shown.",
    subcommands: [List.self, Add.self, Set.self, Remove.self])

  /// What can be said of an image. Empty texts are taken as such.
  struct Fields: ParsableArguments {
    @Option(help: "Its name for people; the code where none is given.")
    var name: String?
    @Option(help: "Where the image lies.")
    var url: String?
    @Option(help: "Where a click leads.")
    var link: String?
    @Option(help: "A note for people.")
    var note: String?
    @Option(help: "The group it belongs to.")
    var group: String?
    @Option(help: "How often it is shown in proportion to others, 0 to 1000000; 1 if not given.")
    var weight: String?
    @Option(help: "The device model it is for; empty for every one.")
    var deviceModel: String?
    @Option(
      help: ArgumentHelp(
        """
        From when on it may be shown, in the time zone of the settings, such as 2026-11-20 09:00; \
        empty for at once.
        """, valueName: "time"))
    var upTime: String?
    @Option(
      help: ArgumentHelp(
        "From when on it may not be shown any more; empty for never.", valueName: "time"))
    var downTime: String?

    func entry(_ code: String) -> CatalogueEntry {
      var texts: [CatalogueField: String] = [.code: code]
      texts[.name] = name
      texts[.url] = url
      texts[.link] = link
      texts[.note] = note
      texts[.group] = group
      texts[.weight] = weight
      texts[.deviceModel] = deviceModel
      texts[.upTime] = upTime
      texts[.downTime] = downTime
      return CatalogueEntry(.image, texts)
    }
  }

  struct List: CatalogueListCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the images.",
      discussion: """
        Times are shown in the time zone of the settings.

        EXAMPLE
          tally adstat image list --due
          tally adstat image list --group spring --json

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let kind = CatalogueKind.image

    @Option(help: "Only those of this group.")
    var group: String?
    @Flag(name: .customLong("due"), help: "Only those that may be shown now.")
    var isDue = false
    @Flag(name: .customLong("all"), help: "Removed ones, too.")
    var isComplete = false
    @OptionGroup var common: CommonOptions

    var filter: CatalogueFilter {
      var filter = CatalogueFilter()
      filter.group = group
      filter.isDue = isDue
      filter.isComplete = isComplete
      return filter
    }
  }

  struct Add: CatalogueEditCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds an image.",
      discussion: """
        Its code is what it is counted under, for ever: the code of a removed image is not given \
        a second time. A time that the clocks skip is the moment at which they go on; one that they \
        show twice is the first of the two, and the second one is told by its distance from UTC, \
        such as 2026-10-25 02:30+01:00.

        EXAMPLE
          tally adstat image add banner-7 --url https://cdn.example.com/7.png --group spring \
        --weight 2 --up-time '2026-11-20 09:00' --down-time '2026-12-01'

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat image add"
    var mode: CatalogueMode { .add }

    @Argument(help: "Its code, 1 to 128 bytes.")
    var code: String
    @OptionGroup var fields: Fields
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    func entries() -> [CatalogueEntry] { [fields.entry(code)] }
  }

  struct Set: CatalogueEditCommand {
    static let configuration = CommandConfiguration(
      abstract: "Changes an image. What is not given stays as it is.",
      discussion: """
        EXAMPLE
          tally adstat image set banner-7 --weight 3 --down-time ''

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat image set"
    var mode: CatalogueMode { .set(isRestoring: isRestoring) }

    @Argument(help: "Its code.")
    var code: String
    @OptionGroup var fields: Fields
    @Flag(name: .customLong("restore"), help: "Bring it back where it was removed.")
    var isRestoring = false
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    func entries() -> [CatalogueEntry] { [fields.entry(code)] }
  }

  struct Remove: CatalogueEditCommand {
    static let configuration = CommandConfiguration(
      abstract: "Removes images: they come down with the next shelf check.",
      discussion: """
        Their rows and their counts stay.

        EXAMPLE
          tally adstat image remove banner-7 banner-8

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat image remove"
    var mode: CatalogueMode { .remove(withImages: false) }

    @Argument(help: "Their codes.")
    var codes: [String]
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    func entries() -> [CatalogueEntry] { codes.map { CatalogueEntry(.image, [.code: $0]) } }
  }
}
