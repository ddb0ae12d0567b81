internal import CHiredis

/// The functions by which hiredis lets a `ReplyTree` grow.
///
/// What they return stands for a part and is one more than its number, because nil means that there is no
/// memory. There is nothing to free.
enum ReplyConstructors {
  /// Lets the reader of a connection fill `tree`, which has to outlive it.
  static func install(
    _ tree: UnsafeMutablePointer<ReplyTree>, in reader: UnsafeMutablePointer<redisReader>
  ) {
    reader.pointee.privdata = UnsafeMutableRawPointer(tree)
    reader.pointee.fn = table
  }

  /// Unsafe only in type: it is written once, here, and read from then on.
  private nonisolated(unsafe) static let table: UnsafeMutablePointer<redisReplyObjectFunctions> = {
    var functions = redisReplyObjectFunctions()
    functions.createString = { task, text, count in
      guard let task, let tree = tree(of: task) else { return nil }
      let stretch = tree.pointee.append(
        bytes: UnsafeRawBufferPointer(start: text, count: Int(count)))
      switch task.pointee.type {
      case REDIS_REPLY_STRING: return add(.string(stretch), at: task, to: tree)
      case REDIS_REPLY_STATUS: return add(.status(stretch), at: task, to: tree)
      case REDIS_REPLY_ERROR: return add(.error(stretch), at: task, to: tree)
      case let type:
        tree.pointee.refuse(type: type)
        return nil
      }
    }
    functions.createInteger = { task, number in
      guard let task, let tree = tree(of: task) else { return nil }
      return add(.integer(number), at: task, to: tree)
    }
    functions.createNil = { task in
      guard let task, let tree = tree(of: task) else { return nil }
      return add(.null, at: task, to: tree)
    }
    functions.createArray = { task, count in
      guard let task, let tree = tree(of: task) else { return nil }
      guard task.pointee.type == REDIS_REPLY_ARRAY else {
        tree.pointee.refuse(type: task.pointee.type)
        return nil
      }
      guard let stretch = tree.pointee.reserveElements(Int(count), depth: depth(of: task))
      else { return nil }
      return add(.array(stretch), at: task, to: tree)
    }
    let table = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
    table.initialize(to: functions)
    return table
  }()

  private static func tree(
    of task: UnsafePointer<redisReadTask>
  ) -> UnsafeMutablePointer<ReplyTree>? {
    task.pointee.privdata?.assumingMemoryBound(to: ReplyTree.self)
  }

  private static func add(
    _ part: ReplyTree.Part, at task: UnsafePointer<redisReadTask>,
    to tree: UnsafeMutablePointer<ReplyTree>
  ) -> UnsafeMutableRawPointer? {
    var parent: ReplyTree.Parent?
    if let array = task.pointee.parent, let object = array.pointee.obj {
      parent = ReplyTree.Parent(number: Int(bitPattern: object) - 1, index: Int(task.pointee.idx))
    }
    return UnsafeMutableRawPointer(bitPattern: tree.pointee.append(part, to: parent) + 1)
  }

  private static func depth(of task: UnsafePointer<redisReadTask>) -> Int {
    var depth = 1
    var parent = task.pointee.parent
    while let task = parent {
      depth += 1
      parent = task.pointee.parent
    }
    return depth
  }
}
