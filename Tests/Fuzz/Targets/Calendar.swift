import Rules

extension FuzzTarget {
  /// A month, a day and an hour have one spelling each: what is read is written again the same, and
  /// nothing else is read.
  static let calendar = FuzzTarget("calendar") { input in
    let text = String(decoding: input, as: UTF8.self)
    if let month = Month(text) { try require("\(month)", equals: text, "the month") }
    if let day = CivilDay(text) { try require("\(day)", equals: text, "the day") }
    if let hour = LocalHour(text) { try require("\(hour)", equals: text, "the hour") }
    try day(index: Int(crc32(input)) % 2_932_896, hour: input.count % 24)
  }
}

/// Every day from 1970 to 9998 is read as it is written, and the next one follows it.
private func day(index: Int, hour: Int) throws {
  let day = CivilDay(index: index)
  let next = day.advanced(by: 1)
  try require(CivilDay("\(day)"), equals: day, "\(day), read again")
  try require(Month("\(day.month)"), equals: day.month, "\(day.month), read again")
  try require("\(day)" < "\(next)", "\(next) follows \(day)")
  try require(
    next.dayOfMonth == day.dayOfMonth + 1 && next.month == day.month
      || next.dayOfMonth == 1 && next.month == day.month.next
        && day.dayOfMonth == day.month.dayCount,
    "\(next) follows \(day)")
  let local = LocalHour(day: day, hour: hour)
  try require(LocalHour("\(local.map(String.init(describing:)) ?? "")"), equals: local, "the hour")
}
