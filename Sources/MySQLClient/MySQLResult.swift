/// What a statement did.
public struct MySQLResult: Sendable, Equatable {
  /// 1 for a new row, 2 for a raised one, 0 for an unchanged one, summed over the statement.
  public var affectedRows: UInt64
  public var warningCount: UInt32
  public var lastInsertID: UInt64

  public init(affectedRows: UInt64 = 0, warningCount: UInt32 = 0, lastInsertID: UInt64 = 0) {
    self.affectedRows = affectedRows
    self.warningCount = warningCount
    self.lastInsertID = lastInsertID
  }
}
