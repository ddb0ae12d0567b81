/// Where an image may be shown: by system and position, the weight it has there.
public typealias ShelfPlaces = [String: [String: UInt64]]

/// Which places the styles give an image.
///
/// Its weight at a position is the style's times its own. A style that names the image goes before one
/// that names its group; a weight of 0 keeps it off the position.
public struct ShelfPlan: Sendable {
  private var groupStyles: [String: [CatalogueStyle]] = [:]
  /// Every position that has a style, with how many images it shows.
  public private(set) var imageCounts: [Position: Int] = [:]

  public struct Position: Hashable, Comparable, Sendable {
    public let system: String
    public let position: String

    public init(system: String, position: String) {
      self.system = system
      self.position = position
    }

    public static func < (a: Position, b: Position) -> Bool {
      (a.system, a.position) < (b.system, b.position)
    }
  }

  /// `styles` are those that name a group; `positions` all that have a style.
  public init(groupStyles styles: [CatalogueStyle], positions: [Position]) {
    for position in positions { imageCounts[position] = 0 }
    setGroupStyles(styles)
  }

  /// What was read anew; what was counted stays. True where it is not what was read before.
  @discardableResult
  public mutating func setGroupStyles(_ styles: [CatalogueStyle]) -> Bool {
    let before = groupStyles
    groupStyles = [:]
    for style in styles where !style.isRemoved {
      if case .group(let name) = style.key.target { groupStyles[name, default: []].append(style) }
    }
    return groupStyles != before
  }

  /// `styles` are those that name the image.
  public func places(of image: CatalogueImage, styles: [CatalogueStyle]) -> ShelfPlaces {
    var places: ShelfPlaces = [:]
    let ofGroup = image.group.flatMap { groupStyles[$0] } ?? []
    for style in ofGroup + styles where !style.isRemoved {
      let weight = UInt64(style.weight) * UInt64(image.weight)
      places[style.key.system, default: [:]][style.key.position] = weight > 0 ? weight : nil
    }
    return places.filter { !$0.value.isEmpty }
  }

  /// An image is shown at these places.
  public mutating func count(_ places: ShelfPlaces) {
    for (system, positions) in places {
      for position in positions.keys {
        imageCounts[Position(system: system, position: position), default: 0] += 1
      }
    }
  }

  /// Positions that show nothing, in order.
  public var emptyPositions: [Position] {
    imageCounts.filter { $0.value == 0 }.map(\.key).sorted()
  }
}

/// What the shelf should hold of one image now.
public struct ShelfWish: Equatable, Sendable {
  public let code: Code
  /// When the image may be shown; empty where it is removed or unknown.
  public let dueSpan: Range<Int>
  /// Its setting; nil where it is not due, and nothing of it belongs on the shelf.
  public let setting: [UInt8]?
  /// The systems that show it; empty where it is not due.
  public let systems: Set<String>

  public init(code: Code, dueSpan: Range<Int>, setting: [UInt8]?, systems: Set<String>) {
    self.code = code
    self.dueSpan = dueSpan
    self.setting = setting
    self.systems = systems
  }
}

/// What is found under an image's code.
public enum HeldSetting: Equatable, Sendable {
  case nothing
  /// One of ours. `secondsLeft` until it expires; nil where it does not.
  case setting([UInt8], secondsLeft: Int?)
  /// Something of another program's, which is not touched.
  case foreign(String)

  /// A setting's bytes.
  public var setting: [UInt8]? { if case .setting(let bytes, _) = self { bytes } else { nil } }

  /// Whether it is a setting of these bytes.
  public func isSetting(_ other: Span<UInt8>) -> Bool {
    if case .setting(let bytes, _) = self { bytes.isEqual(to: other) } else { false }
  }
}

/// What is to be done about one image.
public enum ShelfStep: Equatable, Sendable {
  /// Not due, and not there; or right, and long enough.
  case leave
  /// Right, but it would expire before too long.
  case refresh
  case putUp
  case change
  case takeDown
  /// Its key is somebody else's.
  case refuse(String)
}

/// How long settings stay, and what follows from what is there and what should be.
public enum ShelfRule {
  /// A setting expires a day after it was put up: a shelf that nobody tends empties itself.
  public static let secondsToLive = 86_400
  /// Below this much it is put up anew, so that half a day of missed runs does no harm.
  public static let secondsLeftMin = 43_200

  /// - Parameter isInPlace: whether the shelves of all systems that show it hold what lies under its
  ///   code, and those of the others nothing of it.
  public static func step(
    from held: HeldSetting, to wish: ShelfWish, isInPlace: Bool
  ) -> ShelfStep {
    guard let setting = wish.setting else {
      return held.setting == nil && isInPlace ? .leave : .takeDown
    }
    switch held {
    case .foreign(let reason): return .refuse(reason)
    case .nothing: return .putUp
    case .setting(let bytes, let secondsLeft):
      guard bytes == setting, isInPlace else { return .change }
      guard let secondsLeft, secondsLeft >= secondsLeftMin, secondsLeft <= secondsToLive else {
        return .refresh
      }
      return .leave
    }
  }
}
