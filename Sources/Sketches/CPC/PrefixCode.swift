/// A prefix code with words of at most twelve bits, read and written from the lowest bit up.
struct PrefixCode: Sendable {
  /// For every symbol its word in the lower twelve bits, the word's length above them.
  let words: [UInt16]
  /// For every twelve bits that may come next: the symbol in the upper eight bits, the length of its
  /// word in the lower.
  let symbols: [UInt16]
  /// The same for two symbols at once: the length of both words, how many they are, the first and the
  /// second symbol, in a byte each from the lowest. Where the second is not all there, it is but one.
  let pairs: [UInt32]
  /// The shortest word's length, which says how little a stream of symbols can take.
  let minimumLength: Int

  static let maximumLength = 12

  /// The best code for symbols with these probabilities; what is less probable has no shorter word.
  init(probabilities: [Double]) {
    let lengths = PrefixCode.bestLengths(probabilities)
    var words = [UInt16](repeating: 0, count: lengths.count)
    var symbols = [UInt16](repeating: 0, count: 1 << PrefixCode.maximumLength)
    // Canonical: words are counted up in the order of their lengths, then of their symbols.
    var (next, length) = (0, 0)
    for symbol in lengths.indices.sorted(by: { (lengths[$0], $0) < (lengths[$1], $1) }) {
      next <<= lengths[symbol] - length
      length = lengths[symbol]
      let word = (0..<length).reduce(0) { $0 | (next >> $1 & 1) << (length - 1 - $1) }
      words[symbol] = UInt16(word | length << PrefixCode.maximumLength)
      for follow in 0..<1 << (PrefixCode.maximumLength - length) {
        symbols[word | follow << length] = UInt16(symbol << 8 | length)
      }
      next += 1
    }
    self.words = words
    self.symbols = symbols
    pairs = symbols.indices.map { bits in
      let first = symbols[bits]
      let second = symbols[bits >> Int(first & 0xFF)]
      let both = (first & 0xFF) + (second & 0xFF)
      return both <= PrefixCode.maximumLength
        ? UInt32(both) | 2 << 8 | UInt32(first >> 8) << 16 | UInt32(second >> 8) << 24
        : UInt32(first & 0xFF) | 1 << 8 | UInt32(first >> 8) << 16
    }
    minimumLength = lengths.min() ?? 0
  }

  /// Optimal lengths up to a limit, by package-merge (Larmore and Hirschberg, 1990): twelve times the
  /// cheapest pairs of the level before are offered beside the symbols themselves; of the last level
  /// the 2n - 2 cheapest are bought, and a symbol's length is how often it is among them.
  private static func bestLengths(_ probabilities: [Double]) -> [Int] {
    let order = probabilities.indices.sorted {
      (probabilities[$0], $0) < (probabilities[$1], $1)
    }
    let leaves = order.map { probabilities[$0] }
    var isLeaf: [[Bool]] = []
    var level: [Double] = []
    for _ in 0..<maximumLength {
      let packages = stride(from: 0, to: level.count - 1, by: 2).map { level[$0] + level[$0 + 1] }
      (level, isLeaf) = merged(leaves, packages, appendingTo: isLeaf)
    }
    var lengths = [Int](repeating: 0, count: probabilities.count)
    var bought = 2 * probabilities.count - 2
    for flags in isLeaf.reversed() {
      let leafCount = flags.prefix(bought).count { $0 }
      for symbol in order.prefix(leafCount) { lengths[symbol] += 1 }
      bought = 2 * (bought - leafCount)
    }
    return lengths
  }

  private static func merged(
    _ leaves: [Double], _ packages: [Double], appendingTo flags: [[Bool]]
  ) -> (level: [Double], flags: [[Bool]]) {
    var level: [Double] = []
    var isLeaf: [Bool] = []
    var (leaf, package) = (0, 0)
    while leaf < leaves.count || package < packages.count {
      let takesLeaf =
        package == packages.count || leaf < leaves.count && leaves[leaf] <= packages[package]
      level.append(takesLeaf ? leaves[leaf] : packages[package])
      isLeaf.append(takesLeaf)
      if takesLeaf { leaf += 1 } else { package += 1 }
    }
    return (level, flags + [isLeaf])
  }
}
