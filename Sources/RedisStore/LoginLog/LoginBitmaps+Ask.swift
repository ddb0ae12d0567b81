public import RedisClient
public import Rules

extension LoginBitmaps {
  /// What Redis holds of these, in the same order: one round trip for each thousand. Nil where it has
  /// nothing, or a value without a byte; also where it is malformed, which is told to `found`.
  ///
  /// Never more than 65 bytes of a value are read: a SETBIT far out makes one of 512 MB.
  public func ask(_ userMonths: [UserMonth], found: (Finding) -> Void) throws(RedisError)
    -> [LoginDays?]
  {
    let keys = userMonths.map(key(of:))
    let end = Array("\(LoginBitmap.byteCountMax)".utf8)
    let replies = try connection.pipeline(
      keys.map { RedisCommand("GETRANGE", [$0, [UInt8(ascii: "0")], end]) })
    var answers: [LoginDays?] = []
    answers.reserveCapacity(userMonths.count)
    for (position, reply) in replies.enumerated() {
      switch reply {
      case .bytes([]): answers.append(nil)
      case .bytes(let held):
        do throws(LoginBitmapFault) {
          answers.append(try LoginBitmap(bytes: held, of: userMonths[position].month).days)
        } catch {
          found(.malformed(key: keys[position], reason: error.description))
          answers.append(nil)
        }
      case let reply where reply.errorCode == "WRONGTYPE":
        found(.malformed(key: keys[position], reason: "it is no string"))
        answers.append(nil)
      case let reply: throw unexpected(reply, of: "GETRANGE")
      }
    }
    return answers
  }
}
