/// A bounded batch of login bitmaps in the order of `login_month`'s primary key, one a user's month.
///
/// SCAN hands keys over in no order and may repeat them; MySQL keeps rows in the order of their primary
/// key. A run brings the two together: what was read twice is merged into one, and the sorted rest is
/// compared with the table, and written to it, in one pass.
///
/// Shape: 24 bytes a bitmap and the bytes of its id. As a collection it makes every bitmap whole, for
/// those who want to look at few of them.
public struct LoginRun: Sendable {
  /// In ascending order.
  public let groups: [LoginGroup]
  /// The ids of all bitmaps, behind one another in no order.
  public let ids: [UInt8]
  /// Those of its bitmaps that the run is about: a slice shares all others with the run it is cut from.
  public let indices: Range<Int>
  private let logins: [PackedLogin]

  /// Takes what the batch holds, sorted; the batch is empty afterwards.
  public init(_ batch: inout LoginBatch) {
    var (logins, ids, groups): ([PackedLogin], [UInt8], [LoginGroup]) = ([], [], [])
    swap(&logins, &batch.logins)
    swap(&ids, &batch.ids)
    swap(&groups, &batch.groups)
    batch = LoginBatch(countMax: batch.countMax)

    let ascending = groups.indices.sorted { groups[$0] < groups[$1] }
    var ranks = [UInt32](repeating: 0, count: groups.count)
    for (rank, number) in ascending.enumerated() { ranks[number] = UInt32(rank) }
    for index in logins.indices { logins[index].group = ranks[Int(logins[index].group)] }
    let skipped = LoginRun.sharedByteCounts(logins, ids, groupCount: groups.count)
    for index in logins.indices {
      logins[index].order = logins[index].orderingBytes(
        ids, behind: skipped[Int(logins[index].group)])
    }
    logins.sort { PackedLogin.precedes($0, $1, ids) }
    LoginRun.mergeRepeated(&logins, ids)
    self.groups = ascending.map { groups[$0] }
    self.ids = ids
    self.logins = logins
    indices = logins.indices
  }

  private init(_ run: LoginRun, _ indices: Range<Int>) {
    (groups, ids, logins) = (run.groups, run.ids, run.logins)
    self.indices = indices
  }

  public var count: Int { indices.count }
  public var isEmpty: Bool { indices.isEmpty }

  /// Where in `ids` the id of a bitmap lies.
  public func idRange(_ index: Int) -> Range<Int> { logins[index].idRange }
  /// Which of `groups` a bitmap belongs to.
  public func group(_ index: Int) -> Int { Int(logins[index].group) }
  public func days(_ index: Int) -> LoginDays { LoginDays(bits: logins[index].bits) }

  public func bitmap(_ index: Int) -> LoginBitmap {
    LoginBitmap(days: days(index), byteCount: Int(logins[index].bitmapByteCount))
  }

  public func userMonth(_ index: Int) -> UserMonth {
    let group = groups[group(index)]
    // Both parts are those of a UserKey, which looked at them.
    return UserMonth(
      month: group.month, user: UserKey(type: group.type, id: ids[idRange(index)])!)
  }

  /// The stretches of the run that are of one group each, in order.
  public var stretches: [LoginRun] {
    var stretches: [LoginRun] = []
    var start = indices.lowerBound
    while start < indices.upperBound {
      let group = logins[start].group
      // Binary search: a stretch may be a million long.
      var (low, high) = (start, indices.upperBound)
      while low < high {
        let middle = low + (high - low) / 2
        if logins[middle].group > group { high = middle } else { low = middle + 1 }
      }
      stretches.append(LoginRun(self, start..<low))
      start = low
    }
    return stretches
  }

  /// The run cut into slices of at most `countMax` bitmaps.
  public func slices(of countMax: Int) -> [LoginRun] {
    stride(from: indices.lowerBound, to: indices.upperBound, by: countMax).map { start in
      LoginRun(self, start..<Swift.min(start + countMax, indices.upperBound))
    }
  }

  /// How many bytes all ids of a group begin with alike, by group.
  private static func sharedByteCounts(
    _ logins: [PackedLogin], _ ids: [UInt8], groupCount: Int
  ) -> [Int] {
    var firsts = [Range<Int>?](repeating: nil, count: groupCount)
    for login in logins {
      let range = login.idRange
      guard let first = firsts[Int(login.group)] else {
        firsts[Int(login.group)] = range
        continue
      }
      var shared = 0
      let most = Swift.min(first.count, range.count)
      while shared < most, ids[first.lowerBound + shared] == ids[range.lowerBound + shared] {
        shared += 1
      }
      if shared < first.count {
        firsts[Int(login.group)] = first.lowerBound..<first.lowerBound + shared
      }
    }
    return firsts.map { $0?.count ?? 0 }
  }

  /// What was read twice becomes one, by the merge of bitmaps.
  private static func mergeRepeated(_ logins: inout [PackedLogin], _ ids: [UInt8]) {
    guard !logins.isEmpty else { return }
    var last = 0
    for index in logins.indices.dropFirst() {
      let login = logins[index]
      if logins[last].isSameUser(as: login, ids) {
        logins[last].bits |= login.bits
        logins[last].bitmapByteCount = Swift.max(
          logins[last].bitmapByteCount, login.bitmapByteCount)
      } else {
        last += 1
        logins[last] = login
      }
    }
    logins.removeSubrange((last + 1)...)
  }
}

extension LoginRun: RandomAccessCollection {
  public struct Element: Equatable, Sendable {
    public let key: UserMonth
    public let value: LoginBitmap

    public init(key: UserMonth, value: LoginBitmap) {
      self.key = key
      self.value = value
    }
  }

  public var startIndex: Int { indices.lowerBound }
  public var endIndex: Int { indices.upperBound }
  public subscript(index: Int) -> Element { Element(key: userMonth(index), value: bitmap(index)) }

  public init(_ elements: some Collection<Element>) {
    var batch = LoginBatch(countMax: elements.count)
    for element in elements { batch.add(element.key, element.value) }
    self.init(&batch)
  }
}
