/// A property of a group, an image or a style, by the name it has as an option, a column or a field.
public enum CatalogueField: String, CaseIterable, Sendable {
  case system, position, group, code, name, url, link, note, weight
  case deviceModel = "device_model"
  case upTime = "up_time"
  case downTime = "down_time"
  case removed

  /// How many characters fit its column; nil where it is no text.
  var lengthMax: Int? {
    switch self {
    case .group, .name, .deviceModel: 128
    case .url, .link: 2048
    case .note: 1024
    case .system, .position: 64
    case .code, .weight, .upTime, .downTime, .removed: nil
    }
  }

  /// Names are compared by servers that do not see blanks at their ends.
  fileprivate var isName: Bool { [.group, .system, .position].contains(self) }
}

/// Why what was entered cannot be taken.
public enum CatalogueFault: Error, Equatable, Sendable, CustomStringConvertible {
  case missing(CatalogueField)
  case tooLong(CatalogueField, lengthMax: Int)
  case control(CatalogueField)
  case blankEnds(CatalogueField)
  case noCode
  case noWeight(String)
  case noTime(CatalogueField, String)
  case noYesOrNo(String)
  case downBeforeUp
  case twoTargets
  case notOf(CatalogueKind, CatalogueField)

  public var description: String {
    switch self {
    case .missing(let field): "\(field.rawValue) is missing"
    case .tooLong(let field, let most): "\(field.rawValue) is longer than \(most) characters"
    case .control(let field): "\(field.rawValue) holds a control character"
    case .blankEnds(let field): "\(field.rawValue) begins or ends with a blank"
    case .noCode: "code is no text of 1 to \(Code.byteCountMax) bytes"
    case .noWeight(let text):
      "weight '\(printable(text.utf8))' is no whole number from 0 to \(CatalogueImage.weightMax)"
    case .noTime(let field, let text):
      "\(field.rawValue) '\(printable(text.utf8))' is no time such as 2026-11-20 09:00"
    case .noYesOrNo(let text): "removed '\(printable(text.utf8))' is neither 0 nor 1"
    case .downBeforeUp: "down_time is not after up_time"
    case .twoTargets: "a style shows an image or a group, one of them"
    case .notOf(let kind, let field): "\(field.rawValue) is nothing that \(kind.article) has"
    }
  }
}

/// The three kinds of rows of the catalogue, in the order in which they may name each other.
public enum CatalogueKind: String, CaseIterable, Sendable {
  case group, image, style

  var article: String { self == .image ? "an image" : "a \(rawValue)" }
}

/// Something of the catalogue whose properties can be entered and shown as text.
public protocol CatalogueItem: Equatable, Sendable {
  static var kind: CatalogueKind { get }
  /// What can be entered, and is shown in this order; those that name it first.
  static var fields: [CatalogueField] { get }
  /// `image banner-7`, for people.
  var title: String { get }
  var isRemoved: Bool { get set }
  var times: CatalogueTimes? { get }

  /// Takes what was entered. Those that name it are let be.
  mutating func set(_ field: CatalogueField, to text: String, clock: LocalClock)
    throws(CatalogueFault)
  func text(of field: CatalogueField, clock: LocalClock) -> String
  /// What no single property tells.
  func check() throws(CatalogueFault)
}

extension CatalogueGroup: CatalogueItem {
  public static let kind = CatalogueKind.group
  public static let fields: [CatalogueField] = [.group, .note, .removed]
  public var title: String { "group \(printable(name.utf8))" }

  public mutating func set(
    _ field: CatalogueField, to text: String, clock: LocalClock
  ) throws(CatalogueFault) {
    switch field {
    case .group: break
    case .note: note = try field.checked(text)
    case .removed: isRemoved = try yesOrNo(text)
    default: throw .notOf(.group, field)
    }
  }

  public func text(of field: CatalogueField, clock: LocalClock) -> String {
    switch field {
    case .group: name
    case .note: note
    case .removed: isRemoved ? "1" : ""
    default: ""
    }
  }

  public func check() {}
}

extension CatalogueImage: CatalogueItem {
  public static let kind = CatalogueKind.image
  public static let fields: [CatalogueField] = [
    .code, .name, .url, .link, .note, .group, .weight, .deviceModel, .upTime, .downTime, .removed,
  ]
  /// So that the product of two of them is exact for every reader of JSON.
  public static let weightMax = 1_000_000
  public var title: String { "image \(printable(code.bytes))" }

  public mutating func set(
    _ field: CatalogueField, to text: String, clock: LocalClock
  ) throws(CatalogueFault) {
    switch field {
    case .code: break
    case .name: name = text.isEmpty ? CatalogueImage(code: code).name : try field.checked(text)
    case .url: url = try field.checked(text)
    case .link: link = try field.checked(text)
    case .note: note = try field.checked(text)
    case .group: group = text.isEmpty ? nil : try field.checked(text)
    case .weight: weight = try weightOf(text)
    case .deviceModel: deviceModel = try field.checked(text)
    case .upTime: upTime = try instant(text, field, clock, open: CatalogueImage.always)
    case .downTime: downTime = try instant(text, field, clock, open: CatalogueImage.never)
    case .removed: isRemoved = try yesOrNo(text)
    case .system, .position: throw .notOf(.image, field)
    }
  }

  public func text(of field: CatalogueField, clock: LocalClock) -> String {
    switch field {
    case .code: String(decoding: code.bytes, as: UTF8.self)
    case .name: name
    case .url: url
    case .link: link
    case .note: note
    case .group: group ?? ""
    case .weight: "\(weight)"
    case .deviceModel: deviceModel
    case .upTime: upTime == CatalogueImage.always ? "" : clock.text(of: upTime)
    case .downTime: downTime == CatalogueImage.never ? "" : clock.text(of: downTime)
    case .removed: isRemoved ? "1" : ""
    case .system, .position: ""
    }
  }

  public func check() throws(CatalogueFault) {
    guard !url.isEmpty else { throw .missing(.url) }
    guard upTime < downTime else { throw .downBeforeUp }
  }
}

extension CatalogueStyle: CatalogueItem {
  public static let kind = CatalogueKind.style
  public static let fields: [CatalogueField] = [
    .system, .position, .group, .code, .weight, .removed,
  ]
  public var title: String {
    "style " + printable(key.system.utf8) + " " + printable(key.position.utf8) + " "
      + printable(text(of: .group, clock: .utc).utf8) + printable(text(of: .code, clock: .utc).utf8)
  }

  public mutating func set(
    _ field: CatalogueField, to text: String, clock: LocalClock
  ) throws(CatalogueFault) {
    switch field {
    case .system, .position, .group, .code: break
    case .weight: weight = try weightOf(text)
    case .removed: isRemoved = try yesOrNo(text)
    default: throw .notOf(.style, field)
    }
  }

  public func text(of field: CatalogueField, clock: LocalClock) -> String {
    switch (field, key.target) {
    case (.system, _): key.system
    case (.position, _): key.position
    case (.group, .group(let name)): name
    case (.code, .image(let code)): String(decoding: code.bytes, as: UTF8.self)
    case (.weight, _): "\(weight)"
    case (.removed, _): isRemoved ? "1" : ""
    default: ""
    }
  }

  public func check() {}
}

extension CatalogueField {
  /// A text that fits its column and shows as what it is.
  func checked(_ text: String) throws(CatalogueFault) -> String {
    if let lengthMax, text.unicodeScalars.count > lengthMax {
      throw .tooLong(self, lengthMax: lengthMax)
    }
    let isNote = self == .note
    for scalar in text.unicodeScalars where scalar.properties.generalCategory == .control {
      guard isNote, scalar == "\n" || scalar == "\t" || scalar == "\r" else {
        throw .control(self)
      }
    }
    if isName, text.utf8.first == UInt8(ascii: " ") || text.utf8.last == UInt8(ascii: " ") {
      throw .blankEnds(self)
    }
    return text
  }

  /// The same of one that names something.
  func name(_ text: String?) throws(CatalogueFault) -> String {
    guard let text, !text.isEmpty else { throw .missing(self) }
    return try checked(text)
  }
}

private func weightOf(_ text: String) throws(CatalogueFault) -> UInt32 {
  if text.isEmpty { return 1 }
  guard let weight = decimal(Array(text.utf8)[...]), weight <= CatalogueImage.weightMax else {
    throw .noWeight(text)
  }
  return UInt32(weight)
}

func yesOrNo(_ text: String) throws(CatalogueFault) -> Bool {
  switch text {
  case "", "0", "false": return false
  case "1", "true": return true
  default: throw .noYesOrNo(text)
  }
}

/// An empty time is an open end; one beyond what can be kept is that end, too.
private func instant(
  _ text: String, _ field: CatalogueField, _ clock: LocalClock, open: Int
) throws(CatalogueFault) -> Int {
  if text.isEmpty { return open }
  guard let instant = clock.instant(reading: text) else { throw .noTime(field, text) }
  return min(max(instant, CatalogueImage.always), CatalogueImage.never)
}
