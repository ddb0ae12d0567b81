internal import CHiredis

/// How much one reply may ask of us, whatever the other side claims.
///
/// hiredis reserves memory for an array as soon as it has read its length, and up to version 0.14
/// has no limit for it; since 1.0 it has none for the depth, which its recursive release would turn
/// into a stack overflow. Its table of constructors is the place where both can be stopped in every
/// version.
struct ReplyLimits {
  /// Elements of all arrays of one reply together.
  static let elementsMax = 1 << 22
  /// Arrays within arrays.
  static let depthMax = 7
  /// Bytes on the wire of one reply.
  static let bytesMax = 64 << 20

  /// Elements the reply under way may still have.
  var elementsLeft = Self.elementsMax
  /// Whether it was us who stopped hiredis.
  var exceeded = false

  /// Lets the reader of a connection obey `limits`, which has to outlive it.
  static func install(
    _ limits: UnsafeMutablePointer<ReplyLimits>, in reader: UnsafeMutablePointer<redisReader>
  ) {
    reader.pointee.privdata = UnsafeMutableRawPointer(limits)
    reader.pointee.fn = constructors.limited
  }

  /// hiredis' own constructors, and the same with an array constructor that counts.
  ///
  /// Unsafe only in type: both tables are written once, here, and read from then on.
  private nonisolated(unsafe) static let constructors:
    (
      standard: UnsafePointer<redisReplyObjectFunctions>,
      limited: UnsafeMutablePointer<redisReplyObjectFunctions>
    ) = {
      let table = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 2)
      let reader = redisReaderCreate()!
      defer { redisReaderFree(reader) }
      table.initialize(repeating: reader.pointee.fn.pointee, count: 2)
      let (standard, limited) = (table, table + 1)
      limited.pointee.createArray = { task, count in
        guard let task, ReplyLimits.admits(Int(count), in: task) else { return nil }
        return ReplyLimits.constructors.standard.pointee.createArray(task, count)
      }
      return (standard: UnsafePointer(standard), limited: limited)
    }()

  private static func admits(_ count: Int, in task: UnsafePointer<redisReadTask>) -> Bool {
    guard let limits = task.pointee.privdata?.assumingMemoryBound(to: ReplyLimits.self) else {
      return false
    }
    var depth = 1
    var parent = task.pointee.parent
    while let task = parent {
      depth += 1
      parent = task.pointee.parent
    }
    guard count <= limits.pointee.elementsLeft, depth <= depthMax else {
      limits.pointee.exceeded = true
      return false
    }
    limits.pointee.elementsLeft -= count
    return true
  }
}
