import Rules

extension FuzzTarget {
  /// A number is read only where it has the one spelling that Redis gives it, and a day hash only
  /// where all its fields are ours: what is read is written again the same.
  ///
  /// Input: a counter; and, as lines `name=value`, the fields of a day hash.
  static let counts = FuzzTarget("counts") { input in
    try number(input)
    try dayHash(input)
  }
}

private func number(_ bytes: [UInt8]) throws {
  let text = String(decoding: bytes, as: UTF8.self)
  let value = UInt64(text).flatMap { String($0) == text ? $0 : nil }
  try require(
    CounterValue.read(bytes), equals: value.flatMap { $0 < 1_000_000_000_000_000_000 ? $0 : nil },
    "the counter")
  try require(
    CounterValue.readSum(bytes), equals: value.flatMap { $0 < 1 << 63 ? $0 : nil }, "the sum")
}

private func dayHash(_ bytes: [UInt8]) throws {
  // Redis gives every field once.
  var fields: [[UInt8]: [UInt8]] = [:]
  for line in bytes.split(separator: UInt8(ascii: "\n")) {
    let name = line.prefix { $0 != UInt8(ascii: "=") }
    fields[Array(name)] = Array(line.dropFirst(name.count + 1))
  }
  do {
    let hash = try DayHash(
      code: Code("a".utf8)!, metric: .show, day: CivilDay(index: 0),
      fields: fields.map { (name: $0.key, value: $0.value) })
    let written = hash.fields
    try require(written.count <= DayHash.fieldCountMax, "there are \(written.count) fields")
    try require(
      Dictionary(written.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }), equals: fields,
      "the fields, written again")
    try require(hash.hours.map(\.hour), equals: hash.hours.map(\.hour).sorted(), "the hours")
  } catch let error as DayHashFault {
    try require(isHarmless(error.description), "\(error.description.debugDescription)")
  }
}
