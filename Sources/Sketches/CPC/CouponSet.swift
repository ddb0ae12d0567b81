/// A set of coupons (row * 64 + column), in one array: open addressing, linear probing.
///
/// The coupons of hashed items stand nearly in ascending order, which makes it quick to write them and
/// to read them again. Coupons that somebody chose could then all meet in one place and make every
/// look-up a walk through all of them; where a walk becomes long, they are scattered in an order that
/// nobody outside the process knows.
struct CouponSet: Sendable {
  /// At most three quarters are taken; empty before the first coupon.
  private(set) var slots: [UInt32] = []
  private(set) var count = 0
  private var shift: UInt32 = 32
  private var multiplier: UInt32

  /// Marks a free slot: no coupon has this number.
  static let free = UInt32.max

  /// Of millions of coupons that are hashes, hardly one stands this far from where it belongs.
  private static let longWalk = 512

  private static let scatteringMultiplier = UInt32.random(in: 0...UInt32.max) | 1

  init(lgK: Int) {
    // A coupon has 6 + lgK bits; moved to the top of 32, the first of them choose the slot.
    multiplier = 1 << UInt32(26 - lgK)
  }

  /// False where it was there already.
  mutating func insert(_ coupon: UInt32) -> Bool {
    if slots.isEmpty { rebuild(lgSlots: 3) }
    let slot = find(coupon)
    guard slots[slot] != coupon else { return false }
    slots[slot] = coupon
    count += 1
    if 4 * count > 3 * slots.count {
      rebuild(lgSlots: 33 - shift)
    } else {
      scatter(afterWalkTo: slot, of: coupon)
    }
    return true
  }

  /// Adds many, of which some may be there.
  ///
  /// First makes room for all of them: another set gives its coupons in the order of their slots, and
  /// in a table that is too small they would all meet at its beginning.
  mutating func insert(_ coupons: [UInt32]) {
    guard !coupons.isEmpty else { return }
    reserve(count + coupons.count)
    let (done, added) = insertUpToALongWalk(coupons)
    count += added
    for coupon in coupons[done...] { _ = insert(coupon) }
  }

  /// Adds to an empty set what is in strictly ascending order, as an image has it.
  ///
  /// There each goes to its own slot or right behind the one before: nothing has to be looked for. From
  /// a long walk on, and where the slots end, the usual way is taken.
  mutating func fill(ascending coupons: [UInt32]) {
    guard !coupons.isEmpty else { return }
    reserve(coupons.count)
    let done = fillUpToALongWalk(coupons)
    count = done
    for coupon in coupons[done...] { _ = insert(coupon) }
  }

  /// False where it was not there.
  mutating func remove(_ coupon: UInt32) -> Bool {
    guard !slots.isEmpty else { return false }
    var hole = find(coupon)
    guard slots[hole] == coupon else {
      scatter(afterWalkTo: hole, of: coupon)
      return false
    }
    count -= 1
    let mask = slots.count - 1
    var next = hole
    // Whatever stands behind and could not be found past the hole moves into it.
    while true {
      next = (next + 1) & mask
      let follower = slots[next]
      if follower == CouponSet.free { break }
      if (next - home(of: follower)) & mask >= (next - hole) & mask {
        slots[hole] = follower
        hole = next
      }
    }
    slots[hole] = CouponSet.free
    scatter(afterWalkTo: next, of: coupon)
    return true
  }

  /// All of them that `condition` holds for, nearly in ascending order.
  @inline(__always)
  func filter(_ condition: (UInt32) -> Bool = { _ in true }) -> [UInt32] {
    // Free slots lie anywhere: every slot is taken down, and one that is not wanted is written over.
    var coupons = [UInt32](repeating: 0, count: count + 1)
    var kept = 0
    var places = coupons.mutableSpan
    for coupon in slots {
      places[kept] = coupon
      kept &+= coupon != CouponSet.free && condition(coupon) ? 1 : 0
    }
    coupons.removeLast(coupons.count - kept)
    return coupons
  }

  @inline(__always)
  private func home(of coupon: UInt32) -> Int { Int((coupon &* multiplier) &>> shift) }

  /// Where it is, or else the free slot where it belongs.
  @inline(__always)
  private func find(_ coupon: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = home(of: coupon)
    while true {
      let found = slots[slot]
      if found == coupon || found == CouponSet.free { return slot }
      slot = (slot + 1) & mask
    }
  }

  /// Returns how many it went through, and how many of them are new; there is room for all.
  private mutating func insertUpToALongWalk(_ coupons: [UInt32]) -> (done: Int, added: Int) {
    let (multiplier, shift, mask) = (multiplier, shift, slots.count - 1)
    var slots = slots.mutableSpan
    var added = 0
    for (index, coupon) in coupons.enumerated() {
      let home = Int((coupon &* multiplier) &>> shift)
      var slot = home
      while slots[slot] != CouponSet.free, slots[slot] != coupon { slot = (slot &+ 1) & mask }
      added &+= slots[slot] == coupon ? 0 : 1
      slots[slot] = coupon
      if (slot &- home) & mask > CouponSet.longWalk { return (index + 1, added) }
    }
    return (coupons.count, added)
  }

  /// Returns how many it went through; there is room for all, and none is there.
  private mutating func fillUpToALongWalk(_ coupons: [UInt32]) -> Int {
    let (multiplier, shift) = (multiplier, shift)
    var slots = slots.mutableSpan
    var next = 0
    for (index, coupon) in coupons.enumerated() {
      let home = Int((coupon &* multiplier) &>> shift)
      next = max(next, home)
      if next == slots.count || next &- home > CouponSet.longWalk { return index }
      slots[next] = coupon
      next &+= 1
    }
    return coupons.count
  }

  private mutating func reserve(_ capacity: Int) {
    let needed = capacity + capacity / 3 + 1
    guard needed > slots.count else { return }
    rebuild(lgSlots: max(3, UInt32(Int.bitWidth - (needed - 1).leadingZeroBitCount)))
  }

  private mutating func scatter(afterWalkTo slot: Int, of coupon: UInt32) {
    let walk = (slot - home(of: coupon)) & (slots.count - 1)
    guard walk > CouponSet.longWalk, multiplier.nonzeroBitCount == 1 else { return }
    multiplier = multiplier &* CouponSet.scatteringMultiplier
    rebuild(lgSlots: 32 - shift)
  }

  private mutating func rebuild(lgSlots: UInt32) {
    let coupons = filter()
    slots = [UInt32](repeating: CouponSet.free, count: 1 << Int(lgSlots))
    shift = 32 - lgSlots
    place(coupons)
  }

  /// Puts coupons, all different, into slots that are all free; there is room for them.
  private mutating func place(_ coupons: [UInt32]) {
    let (multiplier, shift, mask) = (multiplier, shift, slots.count - 1)
    var slots = slots.mutableSpan
    for coupon in coupons {
      var slot = Int((coupon &* multiplier) &>> shift)
      while slots[slot] != CouponSet.free { slot = (slot &+ 1) & mask }
      slots[slot] = coupon
    }
  }
}
