internal import MySQLClient
internal import MySQLStore
internal import RedisStore
internal import Rules

/// Refuses a Redis that was put back to a state older than an archive: what it holds was partly
/// counted already, and nothing but its number tells.
///
/// `state` was read before `confirmed`, and another run may have archived between the two looks. Redis
/// remembers an archive before MySQL confirms it, so Redis is asked once more: what it says now is no
/// less than what MySQL had by then, unless it really is the older one.
enum OlderRedis {
  static func refuse(_ state: AdStatState, confirmed: UInt64, store: AdStatStore) throws {
    // A life of Redis that ended meanwhile is noticed by the scripts, which all name theirs.
    guard state.mark < confirmed, let now = try store.state(), now.lineage == state.lineage,
      now.mark < confirmed
    else { return }
    throw JobFailure(
      .redisBehindArchive,
      "redis is older than an archive: it remembers archive \(now.mark), mysql has \(confirmed)",
      hint: "Bring back the newer Redis. Or go on with what this one holds, knowing that counts "
        + "since its snapshot may be counted twice: redis-cli HDEL \(printable(store.keys.state)) "
        + "lineage mark")
  }

  /// The same, where MySQL can be asked; where it cannot, that is said and the counters still move.
  /// Returns whether MySQL answered. `consequence` is what else is left undone where it did not.
  static func refuseIfKnown(
    _ state: AdStatState, store: AdStatStore, in context: JobContext, consequence: String = ""
  ) throws -> Bool {
    guard let endpoint = context.mysql else { return false }
    var settings = MySQLSessionSettings()
    settings.access = .readOnly
    let sources = AdSource(MySQLDatabase(endpoint, settings: settings, tries: 1))
    do {
      if let row = try sources.row(of: state.lineage) {
        try refuse(state, confirmed: row.confirmed, store: store)
      }
      return true
    } catch let error as MySQLError {
      context.observer.warned(
        "not checked whether redis is older than an archive\(consequence), because mysql did not "
          + "answer: \(error)")
      return false
    }
  }
}
