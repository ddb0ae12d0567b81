public import Rules

extension AdCtr {
  /// The rows that day hashes are, in the order of the primary key: the shows and the clicks of an image
  /// in one hour are one row.
  ///
  /// - Parameters:
  ///   - hashes: of one day, in the order of their codes.
  ///   - epochs: the epoch of every lineage among them.
  public static func run(of hashes: [DayHash], epochs: [Lineage: UInt16]) -> Run {
    var entries: [Run.Entry] = []
    entries.reserveCapacity(hashes.reduce(0) { $0 + $1.hours.count })
    var rest = hashes[...]
    while let first = rest.first {
      let ofCode = rest.prefix { $0.code == first.code }
      rest = rest.dropFirst(ofCode.count)
      append(ofCode, epochs, to: &entries)
    }
    return Run(entries)
  }

  /// The hashes are of one code; two of them may have been counted in two lives of Redis.
  private static func append(
    _ hashes: ArraySlice<DayHash>, _ epochs: [Lineage: UInt16], to entries: inout [Run.Entry]
  ) {
    let start = entries.count
    for hash in hashes {
      let epoch = epochs[hash.lineage]!  // because every lineage among them has one
      var place = start
      for value in hash.hours {
        let key = AdCtrKey(day: hash.day, code: hash.code, hour: value.hour, epoch: epoch)
        while place < entries.count, entries[place].key < key { place += 1 }
        if place == entries.count || entries[place].key != key {
          entries.insert(Run.Entry(key: key, value: HourCount()), at: place)
        }
        entries[place].value[hash.metric] = value.count
      }
    }
  }
}
