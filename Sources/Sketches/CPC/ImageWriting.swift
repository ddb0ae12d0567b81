extension CPCSketch {
  /// The sketch as Apache DataSketches writes it, byte by byte.
  ///
  /// Its own C++ and Python libraries (5.2.0) write large sketches differently by mistake, from lg_k 18
  /// on (`PhaseRule.wrapping`); this is what its Java library writes, too.
  public func serialized() -> [UInt8] { serialized(.exact) }

  func serialized(_ rule: PhaseRule) -> [UInt8] {
    let flavor = flavor
    let phase = rule.phase(couponCount: couponCount, lgK: lgK)
    let pairs = pairsToWrite(flavor, phase: phase)
    let writesWindow = flavor == .pinned || flavor == .sliding
    let windowStream = writesWindow ? WindowCode.write(window, phase: phase) : []
    let pairStream = pairs.isEmpty ? [] : PairCode.write(pairs, lgK: lgK)

    var flags = ImageHeader.Flag.compressed
    if !isMerged { flags |= ImageHeader.Flag.estimate }
    if writesWindow { flags |= ImageHeader.Flag.window }
    if !pairs.isEmpty { flags |= ImageHeader.Flag.pairs }
    let isBoth = writesWindow && !pairs.isEmpty
    let preamble = ImageHeader.preambleByteCount(flags: flags)
    let seedHash = CPCSketch.hash(ofSeed: seed)
    var image: [UInt8] = []
    image.reserveCapacity(preamble + windowStream.count + pairStream.count)
    image += [
      UInt8(preamble / 4), ImageHeader.version, ImageHeader.family, UInt8(lgK),
      UInt8(firstInterestingColumn), flags, UInt8(seedHash & 0xFF), UInt8(seedHash >> 8),
    ]
    guard flavor != .empty else { return image }
    image.append(littleEndian: UInt32(truncatingIfNeeded: couponCount))
    image.append(
      littleEndian: UInt32(isBoth ? pairs.count : (windowStream.count + pairStream.count) / 4))
    if !isMerged {
      image.append(littleEndian: openProbability)
      image.append(littleEndian: runningEstimate)
    }
    if isBoth {
      image.append(littleEndian: UInt32(pairStream.count / 4))
      image.append(littleEndian: UInt32(windowStream.count / 4))
    }
    image += windowStream
    image += pairStream
    return image
  }

  /// What is written beside the window, or instead of it, in the order in which it is written.
  private func pairsToWrite(_ flavor: Flavor, phase: Int) -> [UInt32] {
    switch flavor {
    case .empty: return []
    case .sparse: return sortedSurprises { $0 }
    case .hybrid: return allCoupons()
    case .pinned: return sortedSurprises { $0 - 8 }
    case .sliding:
      // A sketch that fills 32-bit integers has no such phase, and is never written by that rule.
      let order = CodeTables.columnOrder[phase & 15]
      let shift = UInt32(56 - windowOffset)
      return sortedSurprises { $0 & ~63 | UInt32(order[Int(($0 & 63 + shift) & 63)]) }
    }
  }

  @inline(__always)
  private func sortedSurprises(_ transform: (UInt32) -> UInt32) -> [UInt32] {
    var pairs: [UInt32] = []
    pairs.reserveCapacity(surprises.count)
    for coupon in surprises.slots where coupon != CouponSet.free { pairs.append(transform(coupon)) }
    sortCoupons(&pairs, bitCount: 6 + lgK)
    return pairs
  }

  /// Every coupon in ascending order, of a window over the first columns and what is behind it.
  private func allCoupons() -> [UInt32] {
    let late = sortedSurprises { $0 }
    var coupons: [UInt32] = []
    coupons.reserveCapacity(couponCount)
    var next = 0
    // Eight rows at once; there are at least 16.
    for row in stride(from: 0, to: window.count, by: 8) {
      var bits = window.span.word(at: row)
      while bits != 0 {
        let bit = bits.trailingZeroBitCount
        let coupon = UInt32(truncatingIfNeeded: (row &+ bit &>> 3) &<< 6 | bit & 7)
        while next < late.count, late[next] < coupon {
          coupons.append(late[next])
          next += 1
        }
        coupons.append(coupon)
        bits &= bits &- 1
      }
    }
    coupons += late[next...]
    return coupons
  }
}
