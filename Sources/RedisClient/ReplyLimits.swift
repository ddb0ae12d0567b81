/// How much one reply may ask of us, whatever the other side claims.
///
/// Memory for an array is reserved as soon as its length was read, and hiredis has no limit for it up to
/// version 0.14; since 1.0 it has none for the depth.
enum ReplyLimits {
  /// Elements of all arrays of one reply together.
  static let elementsMax = 1 << 22
  /// Arrays within arrays.
  static let depthMax = 7
  /// Bytes on the wire of one reply.
  static let bytesMax = 64 << 20
}
