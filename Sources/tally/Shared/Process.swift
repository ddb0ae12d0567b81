import CMalloc
import Glibc
import Jobs
import Synchronization

/// Makes the process safe before anything else happens; call once, while there is one thread.
func prepareProcess() {
  keepStandardDescriptors()
  // A broken pipe or a full disk shall be an error that is reported, not a death.
  signal(SIGPIPE, SIG_IGN)
  signal(SIGXFSZ, SIG_IGN)
  umask(0o077)
  // A core dump would hold passwords and user ids.
  var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
  setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
  catchSignals()
  giveLargeMemoryBack()
}

/// Runs of half a million bitmaps come and go, and each is read on one thread and dropped on another: kept for
/// later, as glibc does with what it was once given back, their memory would lie in pieces and add up.
private func giveLargeMemoryBack() {
  mallopt(M_MMAP_THRESHOLD, 1 << 20)
}

/// The signal that asked us to end, if any.
let interruption = Interruption {
  let signal = pendingSignal.load(ordering: .relaxed)
  return signal == 0 ? nil : signal
}

private let pendingSignal = Atomic<Int32>(0)

/// The first SIGINT or SIGTERM asks for an end between two batches, the second one ends at once.
private func catchSignals() {
  // Read once here, so that the handler finds the variable made.
  _ = pendingSignal.load(ordering: .relaxed)
  var action = sigaction()
  action.__sigaction_handler.sa_handler = { signal in
    if pendingSignal.exchange(signal, ordering: .relaxed) != 0 { _exit(128 + signal) }
  }
  action.sa_flags = SA_RESTART
  sigaction(SIGINT, &action, nil)
  sigaction(SIGTERM, &action, nil)
}

/// Where stdin, stdout or stderr was closed, the next file or socket would take its number, and what
/// is meant for people would be sent to a server. A closed stdout is replaced by one that cannot be
/// written to, so that the loss is noticed.
private func keepStandardDescriptors() {
  for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
    _ = open("/dev/null", number == STDOUT_FILENO ? O_RDONLY : O_RDWR)
  }
}
