import Foundation
import Rules
import TestServers
import Testing

@testable import Jobs

/// The sorting of more records than fit into memory.
struct LoginSorterTests {
  private func user(_ type: String, _ id: String) -> UserKey {
    UserKey(type: Array(type.utf8), id: Array(id.utf8))!
  }

  private func withFolder(_ body: (_ path: String) throws -> Void) throws {
    let folder = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(folder) }
    try body(folder)
  }

  @Test(arguments: [1, 2, 3, 7, 100, 10_000])
  func anyOrderOfRecordsEndsInTheSameUsers(inMemory count: Int) throws {
    try withFolder { folder in
      var generator = SplitMix(state: UInt64(count))
      let sorter = LoginSorter(directory: folder, recordsInMemoryMax: count)
      var expected: [UserKey: [Int: UInt32]] = [:]
      for _ in 0..<2000 {
        let user = user(
          ["a", "ab", "b"].randomElement(using: &generator)!,
          "\(Int.random(in: 0..<150, using: &generator))")
        let month = Int.random(in: 24_300..<24_304, using: &generator)
        let days = UInt32(1) << UInt32.random(in: 1...31, using: &generator)
        expected[user, default: [:]][month, default: 0] |= days
        try sorter.add(
          LoginRecord(user: user, month: Month(index: month), days: LoginDays(bits: days)))
      }
      var told: [UserKey] = []
      try sorter.forEachUser { user, dayCount in
        told.append(user)
        #expect(dayCount == expected[user]?.values.reduce(0) { $0 + $1.nonzeroBitCount })
      }
      #expect(told == expected.keys.sorted())
    }
  }

  /// Files have no name left, so that nothing stays behind, and are few however many there were.
  @Test func manyRecordsLieInFewNamelessFiles() throws {
    try withFolder { folder in
      let sorter = LoginSorter(directory: folder, recordsInMemoryMax: 4)
      var fileCountMax = 0
      for number in 0..<20_000 {
        try sorter.add(
          LoginRecord(
            user: user("app", "\(number * 7919 % 20_000)"), month: Month("2026-11")!,
            days: LoginDays(bits: 2)))
        fileCountMax = max(fileCountMax, sorter.fileCount)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
      // 5000 spills are four digits to the base of sixteen.
      #expect((16...60).contains(fileCountMax), "\(fileCountMax)")
      var count = 0
      try sorter.forEachUser { _, dayCount in count += dayCount }
      #expect(count == 20_000)
    }
  }

  @Test func theLongestAndTheShortestRecordComeBackWhole() throws {
    let users = [
      UserKey(type: [0], id: [0])!,
      UserKey(type: [UInt8](repeating: 255, count: 32), id: [UInt8](repeating: 7, count: 128))!,
    ]
    for user in users {
      let record = LoginRecord(
        user: user, month: Month("9999-12")!, days: LoginDays(bits: .max - 1))
      var bytes: [UInt8] = [9, 9]
      record.append(to: &bytes)
      let read = try #require(LoginRecord.read(bytes[2...]))
      #expect(read.record == record)
      #expect(read.byteCount == bytes.count - 2)
      #expect(read.byteCount <= LoginRecord.bytesMax)
      #expect(LoginRecord.read(bytes[2...].dropLast()) == nil)
    }
  }

  @Test func withoutARecordThereIsNoUser() throws {
    let sorter = LoginSorter(directory: "/nowhere")
    try sorter.forEachUser { user, _ in Issue.record("\(user)") }
  }
}
