internal import Rules

/// Sorts any number of login records in bounded memory and tells each user once.
///
/// Records are collected up to `recordsInMemoryMax`, sorted and written to a nameless file. As soon as
/// sixteen files have about the same size, they are merged into one of the next size. So there are at
/// most fifteen of each size, and sizes grow by sixteen: a billion records need four of them. Each
/// open file costs 64 KB while it is merged.
final class LoginSorter {
  /// About 10 MB.
  static let recordsInMemoryMax = 65_536
  /// Files merged into one.
  static let fanIn = 16

  private let directory: String
  private let recordsInMemoryMax: Int
  private var records: [LoginRecord] = []
  /// Files by their size, the smallest first.
  private var levels: [[SpillFile]] = []

  init(directory: String, recordsInMemoryMax: Int = LoginSorter.recordsInMemoryMax) {
    self.directory = directory
    self.recordsInMemoryMax = recordsInMemoryMax
  }

  var fileCount: Int { levels.reduce(0) { $0 + $1.count } }

  func add(_ record: LoginRecord) throws {
    records.append(record)
    if records.count >= recordsInMemoryMax { try spill() }
  }

  /// Call once, after the last record. A month that both stores know counts its days once.
  func forEachUser(_ body: (UserKey, Int) throws -> Void) throws {
    records.sort()
    var current: LoginRecord?
    var earlierDays = 0
    try merge(levels.joined().map { try $0.reader() } + [RecordReader(records)]) { record in
      if let last = current, last.user != record.user {
        try body(last.user, earlierDays + last.days.dayCount)
        earlierDays = 0
      } else if let last = current {
        earlierDays += last.days.dayCount
      }
      current = record
    }
    if let last = current { try body(last.user, earlierDays + last.days.dayCount) }
  }

  private func spill() throws {
    records.sort()
    try put([RecordReader(records)], asLevel: 0)
    records.removeAll(keepingCapacity: true)
  }

  private func put(_ readers: [RecordReader], asLevel level: Int) throws {
    let file = try SpillFile(in: directory)
    try merge(readers) { try file.append($0) }
    try file.flush()
    if level == levels.count { levels.append([]) }
    levels[level].append(file)
    if levels[level].count == LoginSorter.fanIn {
      let full = levels[level]
      levels[level] = []
      try put(full.map { try $0.reader() }, asLevel: level + 1)
    }
  }

  /// Hands over the records of all readers in order, those of one user and month as one.
  private func merge(
    _ readers: [RecordReader], _ body: (LoginRecord) throws -> Void
  ) throws {
    var readers = readers.filter { $0.current != nil }
    var pending: LoginRecord?
    while let next = readers.indices.min(by: { readers[$0].isBefore(readers[$1]) }),
      let record = readers[next].current
    {
      if let held = pending, held.user == record.user, held.month == record.month {
        pending?.days = held.days.merged(with: record.days)
      } else {
        if let pending { try body(pending) }
        pending = record
      }
      try readers[next].advance()
      if readers[next].current == nil { readers.remove(at: next) }
    }
    if let pending { try body(pending) }
  }
}
