import Rules
import Testing

/// Expects of every choice from `values` what repeating, reordering and regrouping of merges stands
/// on: idempotent, commutative, associative, and monotone (a merge takes nothing away).
func expectMergeLaws<Value: Mergeable>(
  _ values: [Value], sourceLocation: SourceLocation = #_sourceLocation
) {
  for a in values {
    #expect(a.merged(with: a) == a, "idempotent", sourceLocation: sourceLocation)
    #expect(a.holds(a), "holds itself", sourceLocation: sourceLocation)
    for b in values {
      let ab = a.merged(with: b)
      #expect(ab == b.merged(with: a), "commutative", sourceLocation: sourceLocation)
      #expect(ab.holds(a) && ab.holds(b), "takes nothing away", sourceLocation: sourceLocation)
      #expect(
        !(a.holds(b) && b.holds(a)) || a == b, "two that hold each other are equal",
        sourceLocation: sourceLocation)
      for c in values {
        #expect(
          ab.merged(with: c) == a.merged(with: b.merged(with: c)), "associative",
          sourceLocation: sourceLocation)
        #expect(
          !a.holds(b) || a.merged(with: c).holds(b.merged(with: c)), "monotone",
          sourceLocation: sourceLocation)
        #expect(
          !(c.holds(a) && c.holds(b)) || c.holds(ab), "the smallest that holds both",
          sourceLocation: sourceLocation)
      }
    }
  }
}
