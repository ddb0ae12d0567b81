/// How many slips of the pen lie between two words: a letter left out, put in, exchanged for another, or
/// two neighbours in the wrong order.
///
/// Source: the optimal string alignment distance,
/// <https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance>
public func slipCount(from written: String, to meant: String) -> Int {
  let (a, b) = (Array(written.utf8), Array(meant.utf8))
  var before: [Int] = []
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var least = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
      row.append(least)
    }
    before = last
    last = row
  }
  return last[b.count]
}
