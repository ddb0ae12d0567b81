import ArgumentParser
import Jobs
import Rules

/// The commands of the styles.
struct StyleCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "style", abstract: "What each system shows at each position.",
    subcommands: [List.self, Add.self, Set.self, Remove.self])

  /// Which styles are meant: a position, and what it shows.
  struct Place: ParsableArguments {
    @Argument(help: "The system that shows it, such as web.")
    var system: String
    @Argument(help: "The position, such as top.")
    var position: String
    @Option(
      name: .customLong("code"),
      help: ArgumentHelp("An image that is shown there; may be repeated.", valueName: "code"))
    var codes: [String] = []
    @Option(name: .customLong("group"), help: "A group of which all images are shown there.")
    var group: String?

    func validate() throws {
      guard !codes.isEmpty || group != nil else {
        throw ValidationError("name what is shown there: --code or --group")
      }
    }

    func entries(weight: String?) -> [CatalogueEntry] {
      let targets = codes.map { (CatalogueField.code, $0) } + (group.map { [(.group, $0)] } ?? [])
      return targets.map { field, name in
        var texts: [CatalogueField: String] = [
          .system: system, .position: position, field: name,
        ]
        texts[.weight] = weight
        return CatalogueEntry(.style, texts)
      }
    }
  }

  struct List: CatalogueListCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the styles.",
      discussion: """
        EXAMPLE
          tally adstat style list --system web

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let kind = CatalogueKind.style

    @Option(help: "Only those of this system.")
    var system: String?
    @Option(help: "Only those that name this group.")
    var group: String?
    @Flag(name: .customLong("all"), help: "Removed ones, too.")
    var isComplete = false
    @OptionGroup var common: CommonOptions

    var filter: CatalogueFilter {
      var filter = CatalogueFilter()
      filter.system = system
      filter.group = group
      filter.isComplete = isComplete
      return filter
    }
  }

  struct Add: CatalogueEditCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a system show images, or all images of a group, at a position.",
      discussion: """
        The weight of an image at a position is the style's times its own. A style that names the \
        image goes before one that names its group; a weight of 0 keeps it off the position.

        EXAMPLE
          tally adstat style add web top --group spring --weight 3
          tally adstat style add web side --code banner-7 --code banner-8

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat style add"
    var mode: CatalogueMode { .add }

    @OptionGroup var place: Place
    @Option(help: "0 to 1000000; 1 if not given.")
    var weight: String?
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    func entries() -> [CatalogueEntry] { place.entries(weight: weight) }
  }

  struct Set: CatalogueEditCommand {
    static let configuration = CommandConfiguration(
      abstract: "Changes the weight of styles.",
      discussion: """
        EXAMPLE
          tally adstat style set web top --group spring --weight 1

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat style set"
    var mode: CatalogueMode { .set(isRestoring: isRestoring) }

    @OptionGroup var place: Place
    @Option(help: "0 to 1000000.")
    var weight: String?
    @Flag(name: .customLong("restore"), help: "Bring them back where they were removed.")
    var isRestoring = false
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    func entries() -> [CatalogueEntry] { place.entries(weight: weight) }
  }

  struct Remove: CatalogueEditCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a system show images, or a group, at a position no more.",
      discussion: """
        EXAMPLE
          tally adstat style remove web side --code banner-7

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat style remove"
    var mode: CatalogueMode { .remove(withImages: false) }

    @OptionGroup var place: Place
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    func entries() -> [CatalogueEntry] { place.entries(weight: nil) }
  }
}
