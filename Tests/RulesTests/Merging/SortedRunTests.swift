import Rules
import Testing

private typealias Run = SortedRun<Int, LoginDays>

struct SortedRunTests {
  @Test func anEmptyRunHasNothing() {
    #expect(Run([]).isEmpty)
    #expect(Run([]).count == 0)
  }

  @Test func whatWasReadTwiceIsMergedIntoOneEntry() {
    let run = Run([entry(7, 0b10), entry(3, 0b100), entry(7, 0b1000), entry(7, 0b10)])
    #expect(run.entries == [entry(3, 0b100), entry(7, 0b1010)])
    #expect(run.count == 2)
    #expect(!run.isEmpty)
  }

  @Test func entriesDifferByKeyAndByValue() {
    #expect(entry(1, 2) == entry(1, 2))
    #expect(entry(1, 2) != entry(2, 2))
    #expect(entry(1, 2) != entry(1, 4))
  }

  @Test(arguments: Seed.ofThisRun)
  func aRunIsWhatADictionarySortedByKeyWouldBe(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let unsorted = randomEntries(count: 0...60, using: &random)
    let naive = Dictionary(unsorted.map { ($0.key, $0.value) }) { $0.merged(with: $1) }
      .sorted { $0.key < $1.key }.map { Run.Entry(key: $0.key, value: $0.value) }
    #expect(Run(unsorted).entries == naive)
    #expect(Run(unsorted.shuffled(using: &random)).entries == naive)
    #expect(Run(naive + unsorted).entries == naive)
  }
}

struct RunComparisonTests {
  @Test func eachRowIsMissingSmallerHeldOrAhead() {
    let run = Run([entry(1, 0b10), entry(2, 0b110), entry(3, 0b10), entry(4, 0b10), entry(6, 0b10)])
    let result = compare(
      run, with: [(0, 0b10), (2, 0b100), (3, 0b10), (4, 0b110), (5, 0b10), (9, 0)])
    #expect(result.missing == [entry(1, 0b10), entry(6, 0b10)])
    #expect(result.smaller == [entry(2, 0b110)])
    #expect(result.ahead == [entry(4, 0b10)])
    #expect(result.heldCount == 2)
    #expect(!result.allHeld)
  }

  @Test func aRowThatHasSomethingElseIsSmaller() {
    let result = compare(Run([entry(1, 0b010)]), with: [(1, 0b100)])
    #expect(result.smaller == [entry(1, 0b010)])
    #expect(result.ahead.isEmpty)
    #expect(!result.allHeld)
  }

  @Test func whatTheTableIsAheadOfIsHeld() {
    let result = compare(Run([entry(1, 0b010)]), with: [(1, 0b110)])
    #expect(result.allHeld)
    #expect(result.ahead.count == 1)
  }

  @Test func nothingIsProvenBeforeTheLastRowWasMet() {
    var comparison = RunComparison(Run([entry(1, 0b10), entry(2, 0b10)]))
    comparison.meet(1, holding: LoginDays(bits: 0b10))
    #expect(!comparison.allHeld)
    comparison.meet(2, holding: LoginDays(bits: 0b10))
    comparison.finish()
    #expect(comparison.allHeld)
  }

  @Test func anEmptyTableHoldsNothingOfARunAndAllOfAnEmptyOne() {
    #expect(compare(Run([entry(1, 0b10)]), with: []).missing == [entry(1, 0b10)])
    #expect(!compare(Run([entry(1, 0b10)]), with: []).allHeld)
    #expect(compare(Run([]), with: [(1, 0b10)]).allHeld)
  }

  @Test func aRowOutOfOrderIsNeverTakenForProof() {
    let run = Run([entry(1, 0b10), entry(2, 0b10)])
    let result = compare(run, with: [(2, 0b10), (1, 0b10)])
    #expect(result.missing == [entry(1, 0b10)])
    #expect(!result.allHeld)
  }

  @Test(arguments: Seed.ofThisRun)
  func onePassFindsWhatLookingUpEveryKeyFinds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let run = Run(randomEntries(count: 0...40, using: &random))
    let table = Run(randomEntries(count: 0...40, using: &random)).entries
    let rows = Dictionary(uniqueKeysWithValues: table.map { ($0.key, $0.value) })
    let result = compare(run, with: table.map { ($0.key, $0.value.bits) })

    let met = run.entries.filter { rows[$0.key] != nil }
    let held = met.filter { rows[$0.key]!.bits & $0.value.bits == $0.value.bits }
    #expect(result.missing == run.entries.filter { rows[$0.key] == nil })
    #expect(result.smaller == met.filter { !held.contains($0) })
    #expect(result.heldCount == held.count)
    #expect(result.ahead == held.filter { rows[$0.key] != $0.value })
    #expect(result.allHeld == (held.count == run.count))
  }
}

private func entry(_ key: Int, _ bits: UInt32) -> Run.Entry {
  Run.Entry(key: key, value: LoginDays(bits: bits))
}

/// Few keys and few bits, so that repeats and overlaps are frequent.
private func randomEntries(
  count: ClosedRange<Int>, using random: inout SeededGenerator
) -> [Run.Entry] {
  (0..<Int.random(in: count, using: &random)).map { _ in
    entry(Int.random(in: 0..<30, using: &random), UInt32.random(in: 0..<8, using: &random))
  }
}

private func compare(
  _ run: Run, with rows: [(key: Int, bits: UInt32)]
) -> RunComparison<Int, LoginDays> {
  var comparison = RunComparison(run)
  for row in rows { comparison.meet(row.key, holding: LoginDays(bits: row.bits)) }
  comparison.finish()
  return comparison
}
