import Glibc

/// What libFuzzer calls with every input. `TALLY_FUZZ_TARGET` names the target, as its corpus is
/// called.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try target.check(Array(UnsafeBufferPointer(start: data, count: count)))
  } catch {
    say("finding: \(error)")
    // libFuzzer then writes the input to a file and says where.
    abort()
  }
  return 0
}

private let target: FuzzTarget = {
  let name = getenv("TALLY_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    say("TALLY_FUZZ_TARGET is '\(name)', none of \(FuzzTarget.all.map(\.name))")
    exit(64)
  }
  return target
}()

private func say(_ text: String) {
  let line = Array((text + "\n").utf8)
  _ = write(STDERR_FILENO, line, line.count)
}
