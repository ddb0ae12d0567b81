import Glibc

/// A child process with a clean signal mask.
///
/// Swift Testing runs tests on threads that block signals, and a child that Foundation starts from
/// there inherits the mask and never sees a SIGTERM; `posix_spawn` lets us give every child an empty
/// one and the default handlers.
struct Child: Sendable {
  let pid: pid_t

  /// What a child's descriptor 0, 1 or 2 is.
  enum Stream {
    case null
    case descriptor(Int32)
    /// A terminal by its path: opened by the child, so that it becomes its controlling terminal.
    case terminal(path: String)
  }

  /// Starts `command` (looked up in PATH) in a session of its own, so that a Ctrl-C meant for the
  /// tests does not reach it. It gets no other descriptors of this process.
  init(
    _ command: [String], environment: [String: String]? = nil, directory: String? = nil,
    stdin: Stream = .null, stdout: Stream = .null, stderr: Stream = .null
  ) throws {
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    for (target, stream) in [(Int32(0), stdin), (1, stdout), (2, stderr)] {
      switch stream {
      case .null: posix_spawn_file_actions_addopen(&files, target, "/dev/null", O_RDWR, 0)
      case .descriptor(let source): posix_spawn_file_actions_adddup2(&files, source, target)
      case .terminal(let path): posix_spawn_file_actions_addopen(&files, target, path, O_RDWR, 0)
      }
    }
    try closeOtherDescriptors(&files)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // 0x80 is POSIX_SPAWN_SETSID, which the header shows to GNU programs only.
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80))

    let command = directory.map { ["env", "-C", $0] + command } ?? command
    let arguments = CStrings(command)
    let variables = CStrings(environment.map { $0.map { "\($0)=\($1)" } } ?? inheritedEnvironment())
    defer {
      arguments.free()
      variables.free()
    }
    var started = pid_t()
    let code = posix_spawnp(
      &started, command[0], &files, &attributes, arguments.pointers, variables.pointers)
    guard code == 0 else {
      throw TestFailure("cannot start \(command[0]): \(String(cString: strerror(code)))")
    }
    pid = started
  }

  /// Waits for the end; nil when the time is over first.
  func wait(seconds: Double = .infinity) -> ExitStatus? {
    var status: Int32 = 0
    guard eventually(within: seconds, { waitpid(pid, &status, WNOHANG) != 0 }) else { return nil }
    // What libfaketime shared with the child's children; it leaves it behind.
    unlink("/dev/shm/faketime_shm_\(pid)")
    unlink("/dev/shm/sem.faketime_sem_\(pid)")
    return ExitStatus(waitStatus: status)
  }

  /// Runs a command to its end and returns what it wrote; throws when it fails.
  static func run(
    _ command: [String], stdin: String = "", environment: [String: String]? = nil
  ) throws -> String {
    let (input, output, errors) = try (Scratch(holding: stdin), Scratch(), Scratch())
    let child = try Child(
      command, environment: environment, stdin: .descriptor(input.descriptor),
      stdout: .descriptor(output.descriptor), stderr: .descriptor(errors.descriptor))
    guard let status = child.wait(seconds: 120) else {
      Glibc.kill(child.pid, SIGKILL)
      _ = child.wait()
      throw TestFailure("\(command[0]) did not end within 120 s")
    }
    guard status.code == 0 else {
      throw TestFailure("\(command[0]): exit \(status.code): \(errors.text)")
    }
    return output.text
  }
}

/// How a process ended.
struct ExitStatus: Sendable {
  /// As a shell shows it: 128 + n where signal n ended it.
  let code: Int32

  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    code = signal == 0 ? (waitStatus >> 8) & 0xff : 128 + signal
  }
}

/// hiredis does not open its sockets close-on-exec. A copy that some server's process holds for as long
/// as it lives would keep open a connection that a job has long ended.
///
/// The corresponding C function is `posix_spawn_file_actions_addclosefrom_np`, which the header shows to
/// GNU programs only.
private func closeOtherDescriptors(_ files: inout posix_spawn_file_actions_t) throws {
  typealias CloseFrom =
    @convention(c) (
      UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32
    ) -> Int32
  guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
    throw TestFailure("this C library is too old: glibc 2.34 or newer is needed for the tests")
  }
  _ = unsafeBitCast(symbol, to: CloseFrom.self)(&files, 3)
}

private func inheritedEnvironment() -> [String] {
  var variables: [String] = []
  var next = environ
  while let variable = next.pointee {
    variables.append(String(cString: variable))
    next += 1
  }
  return variables
}

/// A null-terminated array of C strings, as `argv` and `envp` want it.
private struct CStrings {
  let pointers: [UnsafeMutablePointer<CChar>?]

  init(_ strings: [String]) { pointers = strings.map { strdup($0) } + [nil] }

  func free() { for pointer in pointers { Glibc.free(pointer) } }
}
