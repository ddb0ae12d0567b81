import Rules
import Testing

/// `--max-load`: names and the most that their values may be.
struct LoadLimitTests {
  @Test func limitsStandWithCommasBetween() throws {
    let limits = try #require(LoadLimit.list("Threads_running=25,threads_connected=0"))
    #expect(limits.map(\.name) == ["Threads_running", "threads_connected"])
    #expect(limits.map(\.most) == [25, 0])
    #expect(limits.map(\.description) == ["Threads_running=25", "threads_connected=0"])
  }

  @Test(arguments: [
    "", "Threads_running", "Threads_running=", "=25", "Threads_running=2.5", "Threads_running=-1",
    "Threads_running=+1", "Threads_running=25,", "a=1,,b=2", "a=b=1", "it's=1", "a =1", "a= 1",
    "a=18446744073709551616", "Threads%=1", "Fäden=1",
  ])
  func anythingElseIsNone(text: String) {
    #expect(LoadLimit.list(text) == nil)
  }
}
