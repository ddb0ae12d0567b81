import Testing

/// The table that leads from a fault to its proof leads somewhere.
struct FaultTableTests {
  @Test func everyTestThatIsNamedIsThere() {
    let named = FaultTable.namedTests(in: FaultTable.text)
    #expect(named.count > 75)
    #expect(named.filter { !FaultTable.existingTests.contains($0) } == [])
  }

  @Test func everyFaultHasItsNumberItsOutcomeAndItsProof() {
    #expect(FaultTable.rows.map(\.number) == Array(1...75))
    for row in FaultTable.rows {
      #expect(row.columns.count == 3 && !row.columns.contains(""), "line \(row.number)")
      let proof = row.columns.last ?? ""
      let isProof = !FaultTable.namedTests(in: proof).isEmpty || proof == "`make sanitize`"
      #expect(isProof, "line \(row.number) names no test")
    }
  }

  @Test func everySuiteOfFaultsIsInTheTable() {
    #expect(FaultTable.faultSuites.count > 20)
    #expect(FaultTable.faultSuites.filter { !FaultTable.text.contains("`\($0)") } == [])
  }

  @Test func testsAreToldFromTheirHelpers() {
    let source = """
      struct OneTests {
        func helper() {}
        @Test func first() {}
        @Test(
          arguments: [1])
        func second(_ number: Int) {}
      }
      @Suite(.serialized) struct OtherTests {
        @Test(arguments: [2]) func third(_ number: Int) {}
      """
    #expect(
      FaultTable.tests(in: source) == ["OneTests.first", "OneTests.second", "OtherTests.third"])
  }
}
