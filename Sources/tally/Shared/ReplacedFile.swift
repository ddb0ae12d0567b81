import Glibc
import Jobs

/// Puts a text in the place of a file, as a whole: whoever reads it meanwhile finds the old text or the
/// new one, and where writing fails the old one stays.
///
/// The draft lies beside it under a name that begins with a dot and ends with `.draft`, which collectors
/// of such files pass over. Readable by all, since another user reads it.
func replaceFile(_ path: String, with text: String) throws(JobFailure) {
  let (folder, name) =
    path.lastIndex(of: "/").map { (path[...$0], path[path.index(after: $0)...]) } ?? ("", path[...])
  let draft = "\(folder).\(name).\(getpid()).draft"
  unlink(draft)
  let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { throw refusal(.cannotCreate, draft, errno) }
  var code = writeAll(text, to: descriptor)
  if code == nil, fchmod(descriptor, 0o644) != 0 || fsync(descriptor) != 0 { code = errno }
  if close(descriptor) != 0, code == nil { code = errno }
  if code == nil, rename(draft, path) != 0 { code = errno }
  guard let code else { return }
  unlink(draft)
  throw refusal(.inputOutput, path, code)
}

private func refusal(_ reason: JobFailure.Reason, _ path: String, _ code: Int32) -> JobFailure {
  JobFailure(
    code == EACCES || code == EPERM ? .noPermission : reason,
    "\(path): \(String(cString: strerror(code)))")
}
