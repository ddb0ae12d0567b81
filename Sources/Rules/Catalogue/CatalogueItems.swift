/// When a row of the catalogue was made and last changed, in seconds since 1970.
public struct CatalogueTimes: Equatable, Sendable {
  public let created: Int
  public let updated: Int

  public init(created: Int, updated: Int) {
    self.created = created
    self.updated = updated
  }
}

/// A group of images, such as a campaign.
public struct CatalogueGroup: Equatable, Sendable {
  public let name: String
  public var note = ""
  /// A removed row stays, so that its name is never given away again.
  public var isRemoved = false
  /// Nil where it was not read from the catalogue.
  public var times: CatalogueTimes?

  public init(name: String, note: String = "", isRemoved: Bool = false) {
    self.name = name
    self.note = note
    self.isRemoved = isRemoved
  }
}

/// An advertising image and when it may be shown.
public struct CatalogueImage: Equatable, Sendable {
  public let code: Code
  public var name: String
  /// Where the image lies.
  public var url = ""
  /// Where a click leads.
  public var link = ""
  public var note = ""
  /// The name of its group; nil where it is in none.
  public var group: String?
  public var weight: UInt32 = 1
  /// Empty: for every device.
  public var deviceModel = ""
  /// From here on it may be shown, in seconds since 1970.
  public var upTime = CatalogueImage.always
  /// From here on no more, in seconds since 1970.
  public var downTime = CatalogueImage.never
  public var isRemoved = false
  public var times: CatalogueTimes?

  /// The up time of an image that may be shown at once: the beginning of 1970.
  public static let always = 0
  /// The down time of an image without an end: the last second of the year 9999.
  public static let never = 253_402_300_799

  public init(code: Code) {
    self.code = code
    name = String(decoding: code.bytes, as: UTF8.self)
  }

  /// When it may be shown; empty where it is removed.
  public var dueSpan: Range<Int> {
    isRemoved || downTime <= upTime ? 0..<0 : upTime..<downTime
  }
}

/// What a style shows: one image, or every image of a group.
public enum StyleTarget: Hashable, Sendable {
  case image(Code)
  case group(String)
}

/// That a system shows something at a position, and how often in proportion.
public struct CatalogueStyle: Equatable, Sendable {
  public struct Key: Hashable, Sendable {
    public let system: String
    public let position: String
    public let target: StyleTarget

    public init(system: String, position: String, target: StyleTarget) {
      self.system = system
      self.position = position
      self.target = target
    }
  }

  public let key: Key
  public var weight: UInt32 = 1
  public var isRemoved = false
  public var times: CatalogueTimes?

  public init(key: Key, weight: UInt32 = 1, isRemoved: Bool = false) {
    self.key = key
    self.weight = weight
    self.isRemoved = isRemoved
  }
}
