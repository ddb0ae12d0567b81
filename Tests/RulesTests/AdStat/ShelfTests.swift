import Rules
import Testing

struct ShelfTests {
  private func code(_ text: String) -> Code { Code(Array(text.utf8))! }

  private func image(_ text: String, group: String? = nil, weight: UInt32 = 1) -> CatalogueImage {
    var image = CatalogueImage(code: code(text))
    image.group = group
    image.weight = weight
    return image
  }

  private func style(
    _ system: String, _ position: String, _ target: StyleTarget, _ weight: UInt32 = 1
  ) -> CatalogueStyle {
    CatalogueStyle(
      key: .init(system: system, position: position, target: target), weight: weight)
  }

  @Test func anImageIsDueFromItsUpTimeUntilJustBeforeItsDownTime() {
    var image = image("a")
    (image.upTime, image.downTime) = (100, 200)
    #expect([99, 100, 199, 200].map(image.dueSpan.contains) == [false, true, true, false])
    image.isRemoved = true
    #expect(!image.dueSpan.contains(150))
    #expect(self.image("b").dueSpan.contains(0))
  }

  @Test func anImageWhoseTimesAreTheWrongWayRoundIsNeverDue() {
    var image = image("a")
    (image.upTime, image.downTime) = (200, 100)
    #expect(image.dueSpan.isEmpty)
  }

  @Test func theWeightOfAPlaceIsTheStylesTimesTheImages() {
    let plan = ShelfPlan(
      groupStyles: [style("web", "top", .group("g"), 3), style("app", "top", .group("other"))],
      positions: [])
    let places = plan.places(
      of: image("a", group: "g", weight: 2), styles: [style("web", "side", .image(code("a")), 5)])
    #expect(places == ["web": ["top": 6, "side": 10]])
    #expect(plan.places(of: image("b"), styles: []).isEmpty)
  }

  @Test func aStyleThatNamesTheImageGoesBeforeThatOfItsGroup() {
    let plan = ShelfPlan(groupStyles: [style("web", "top", .group("g"), 3)], positions: [])
    let named = style("web", "top", .image(code("a")), 7)
    #expect(plan.places(of: image("a", group: "g"), styles: [named]) == ["web": ["top": 7]])
  }

  @Test func aWeightOfZeroKeepsAnImageOffAPosition() {
    let plan = ShelfPlan(
      groupStyles: [style("web", "top", .group("g")), style("web", "side", .group("g"))],
      positions: [])
    let off = style("web", "top", .image(code("a")), 0)
    #expect(plan.places(of: image("a", group: "g"), styles: [off]) == ["web": ["side": 1]])
    #expect(plan.places(of: image("a", group: "g", weight: 0), styles: []).isEmpty)
  }

  @Test func aRemovedStyleShowsNothing() {
    var gone = style("web", "top", .group("g"))
    gone.isRemoved = true
    let plan = ShelfPlan(groupStyles: [gone], positions: [])
    #expect(plan.places(of: image("a", group: "g"), styles: []).isEmpty)
  }

  @Test func aPlanKnowsWhetherTheStylesOfGroupsAreOthersThanBefore() {
    let styles = [style("web", "top", .group("g"), 3)]
    var plan = ShelfPlan(groupStyles: styles, positions: [])
    let isSame = !plan.setGroupStyles(styles)
    let isOther = plan.setGroupStyles([style("web", "top", .group("g"), 4)])
    #expect(isSame && isOther)
    #expect(plan.places(of: image("a", group: "g"), styles: []) == ["web": ["top": 4]])
  }

  @Test func aPositionWithoutAnImageIsKnown() {
    var plan = ShelfPlan(
      groupStyles: [],
      positions: [
        .init(system: "web", position: "top"), .init(system: "web", position: "side"),
        .init(system: "app", position: "start"),
      ])
    plan.count(["web": ["top": 1]])
    #expect(
      plan.emptyPositions == [
        .init(system: "app", position: "start"), .init(system: "web", position: "side"),
      ])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let held: HeldSetting
    var isDue = true
    var isInPlace = true
    let step: ShelfStep
    var testDescription: String { "\(held), due \(isDue), in place \(isInPlace)" }
  }

  static let new = Array("{new}".utf8)
  static let old = Array("{old}".utf8)

  @Test(arguments: [
    Case(held: .nothing, step: .putUp),
    Case(held: .nothing, isDue: false, step: .leave),
    Case(held: .setting(new, secondsLeft: 86_400), step: .leave),
    Case(held: .setting(new, secondsLeft: 43_200), step: .leave),
    Case(held: .setting(new, secondsLeft: 43_199), step: .refresh),
    Case(held: .setting(new, secondsLeft: nil), step: .refresh),
    Case(held: .setting(new, secondsLeft: 90_000), step: .refresh),
    Case(held: .setting(new, secondsLeft: 86_400), isInPlace: false, step: .change),
    Case(held: .setting(old, secondsLeft: 86_400), step: .change),
    Case(held: .setting(new, secondsLeft: 1), isDue: false, step: .takeDown),
    Case(held: .nothing, isDue: false, isInPlace: false, step: .takeDown),
    Case(held: .foreign("x"), step: .refuse("x")),
    Case(held: .foreign("x"), isDue: false, step: .leave),
    Case(held: .foreign("x"), isDue: false, isInPlace: false, step: .takeDown),
  ])
  func whatIsThereAndWhatShouldBeSayWhatToDo(_ given: Case) {
    let wish = ShelfWish(
      code: code("a"), dueSpan: given.isDue ? 0..<10 : 0..<0,
      setting: given.isDue ? ShelfTests.new : nil, systems: [])
    #expect(ShelfRule.step(from: given.held, to: wish, isInPlace: given.isInPlace) == given.step)
  }
}
