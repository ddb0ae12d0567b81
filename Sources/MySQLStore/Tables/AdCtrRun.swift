public import Rules

/// What is to be in `ad_ctr` of one day, in the order of its codes.
///
/// Shape: one image an element, up to 24 rows each.
public struct AdCtrRun: Sendable {
  /// The hours of one image in one epoch: the shows and the clicks of an hour are one row.
  public struct Image: Equatable, Sendable {
    public let code: Code
    /// Which life of Redis counted it.
    public let epoch: UInt16
    public var shows = HourNumbers()
    public var clicks = HourNumbers()

    public init(code: Code, epoch: UInt16) {
      self.code = code
      self.epoch = epoch
    }

    /// Bit h: there is a row for hour h.
    var hours: UInt32 { shows.hours | clicks.hours }

    subscript(hour: Int) -> HourCount {
      HourCount(shows: shows[hour] ?? 0, clicks: clicks[hour] ?? 0)
    }
  }

  public let day: CivilDay
  /// In the order of their codes; those of one code stand together. Look at single ones by `span`: what an
  /// array hands out is a copy, with the numbers of 24 hours.
  public private(set) var images: [Image] = []

  /// - Parameters:
  ///   - hashes: of this day, in the order of their codes.
  ///   - epochs: the epoch of every lineage among them.
  public init(_ day: CivilDay, of hashes: [DayHash], epochs: [Lineage: UInt16]) {
    self.day = day
    images.reserveCapacity(hashes.count / 2 + 1)
    for hash in hashes { add(hash, epoch: epochs[hash.lineage]!) }  // because every lineage has one
  }

  /// Two hashes of a code may have been counted in two lives of Redis.
  private mutating func add(_ hash: DayHash, epoch: UInt16) {
    var place = images.count
    while place > 0, images[place - 1].code == hash.code {
      place -= 1
      if images[place].epoch == epoch { return images[place].take(hash) }
    }
    images.append(Image(code: hash.code, epoch: epoch))
    images[images.count - 1].take(hash)
  }

  /// The epoch of all images, where it is one; nil where there are several, or no image.
  var onlyEpoch: UInt16? {
    guard let epoch = images.first?.epoch else { return nil }
    return images.indices.allSatisfy { images.span[$0].epoch == epoch } ? epoch : nil
  }

  /// How many rows it is.
  public var rowCount: Int { images.indices.reduce(0) { $0 + hours(ofImage: $1).nonzeroBitCount } }

  /// Nothing where there is no row for the hour.
  func count(ofImage index: Int, at hour: Int) -> HourCount { images.span[index][hour] }

  /// Bit h: there is a row for hour h.
  func hours(ofImage index: Int) -> UInt32 { images.span[index].hours }

  /// Where the image of a code in an epoch stands, by binary search.
  func place(of code: Code, _ epoch: UInt16) -> Int? {
    let images = images.span
    var (low, high) = (0, images.count)
    while low < high {
      let middle = low + (high - low) / 2
      if images[middle].code < code { low = middle + 1 } else { high = middle }
    }
    while low < images.count, images[low].code == code {
      if images[low].epoch == epoch { return low }
      low += 1
    }
    return nil
  }

  /// Its codes, each once.
  var codes: [Code] {
    var codes: [Code] = []
    for image in images where codes.last != image.code { codes.append(image.code) }
    return codes
  }
}

extension AdCtrRun {
  /// Finds the images that rows are of, which come in ascending order of their codes.
  struct Cursor: Sendable {
    private let images: [Image]
    /// The first image that later rows may be of.
    private var start = 0

    init(_ run: AdCtrRun) { images = run.images }

    /// Nil where a row is of no image of the run.
    mutating func place(of code: Span<UInt8>, _ epoch: UInt16) -> Int? {
      start = firstPlace(of: code)
      let images = images.span
      var place = start
      while place < images.count, images[place].code.isEqual(to: code) {
        if images[place].epoch == epoch { return place }
        place += 1
      }
      return nil
    }

    /// The first image whose code does not come before this one.
    private func firstPlace(of code: Span<UInt8>) -> Int {
      let images = images.span
      var place = start
      while place < images.count, images[place].code.precedes(code) { place += 1 }
      return place
    }
  }
}

extension AdCtrRun.Image {
  fileprivate mutating func take(_ hash: DayHash) {
    if hash.metric == .show { shows = hash.hours } else { clicks = hash.hours }
  }
}
