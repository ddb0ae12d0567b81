import Sketches

// How fast the sketches are by themselves, one measurement a line, for sketches.py to compare:
//
//     update LG_K ITEMS       million items a second, from a buffer of lines
//     serialize, deserialize, union LG_K ITEMS       microseconds

/// The best of some tries, in seconds; others on the machine only ever slow it down.
func best(of tries: Int, _ work: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  var best = Double.infinity
  for _ in 0..<tries {
    let began = clock.now
    try work()
    best = min(best, (clock.now - began) / .seconds(1))
  }
  return best
}

/// `u0`, `u1`, … a line each.
func lines(_ items: Range<Int>) -> [UInt8] {
  var text: [UInt8] = []
  text.reserveCapacity(items.count * 9)
  for item in items {
    text.append(UInt8(ascii: "u"))
    text += String(item).utf8
    text.append(UInt8(ascii: "\n"))
  }
  return text
}

func sketch(_ lgK: Int, _ text: [UInt8]) throws -> CPCSketch {
  var sketch = try CPCSketch(lgK: lgK)
  sketch.update(lines: text.span)
  return sketch
}

// What nobody looks at the compiler may leave out.
var seen = 0

let itemCount = 10_000_000
let text = lines(0..<itemCount)
for lgK in [12, 21] {
  let seconds = try best(of: 5) { seen &+= try sketch(lgK, text).couponCount }
  print("update \(lgK) \(itemCount) \(Double(itemCount) / seconds / 1e6)")
}
for (lgK, count) in [
  (12, 1000), (12, 100_000), (14, 1000), (14, 100_000), (16, 1000), (16, 100_000), (21, 1000),
  (21, 100_000),
] {
  let one = try sketch(lgK, lines(0..<count))
  let other = try sketch(lgK, lines(count / 2..<count + count / 2))
  let image = one.serialized()
  let rounds = max(3, 20_000_000 / (image.count * 50))
  func measure(_ name: String, _ work: () throws -> Int) rethrows {
    let seconds = try best(of: 7) { for _ in 0..<rounds { seen &+= try work() } }
    print("\(name) \(lgK) \(count) \(seconds / Double(rounds) * 1e6)")
  }
  measure("serialize") { one.serialized().count }
  try measure("deserialize") { try CPCSketch(serialized: image).couponCount }
  try measure("union") {
    var union = try CPCUnion(lgK: lgK)
    try union.merge(one)
    try union.merge(other)
    return union.result.couponCount
  }
}
precondition(seen != 0)
