/// Sorts coupons of up to `bitCount` bits: at once where they are nearly sorted, as those of a
/// `CouponSet`, and as fast for any others.
func sortCoupons(_ coupons: inout [UInt32], bitCount: Int) {
  if !insertionSort(coupons.mutableSpan) { radixSort(&coupons, bitCount: bitCount) }
}

/// Gives up, with coupons in another order, where it has to move each of them far.
private func insertionSort(_ coupons: consuming MutableSpan<UInt32>) -> Bool {
  var moves = 0
  for index in coupons.indices.dropFirst() {
    let coupon = coupons[index]
    var place = index
    while place > 0, coupons[place &- 1] > coupon {
      coupons[place] = coupons[place &- 1]
      place &-= 1
    }
    coupons[place] = coupon
    moves &+= index &- place
    if moves > 16 * coupons.count { return false }
  }
  return true
}

/// Sorts by some bits at a time, from the lowest.
private func radixSort(_ coupons: inout [UInt32], bitCount: Int) {
  let passCount = (bitCount + 10) / 11
  let width = UInt32((bitCount + passCount - 1) / passCount)
  let mask = (1 as UInt32) << width - 1
  var other = coupons
  var places = [UInt32](repeating: 0, count: 1 << Int(width))
  for pass in 0..<UInt32(passCount) {
    sort(coupons.span, to: other.mutableSpan, places: &places) { $0 &>> (pass &* width) & mask }
    swap(&coupons, &other)
  }
}

/// Sorts by one digit and keeps what was in order already.
@inline(__always)
private func sort(
  _ coupons: Span<UInt32>, to sorted: consuming MutableSpan<UInt32>, places: inout [UInt32],
  digit: (UInt32) -> UInt32
) {
  // How many have each digit, then where the next one with it goes.
  var places = places.mutableSpan
  for index in places.indices { places[index] = 0 }
  for index in coupons.indices { places[Int(digit(coupons[index]))] &+= 1 }
  var place: UInt32 = 0
  for index in places.indices { (places[index], place) = (place, place &+ places[index]) }
  for index in coupons.indices {
    let coupon = coupons[index]
    let value = Int(digit(coupon))
    let place = places[value]
    places[value] = place &+ 1
    sorted[Int(place)] = coupon
  }
}
