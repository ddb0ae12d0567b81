import TestServers
import Testing

/// A small disk in memory, seen only by what runs on it, so that nothing has to be unmounted.
enum SmallDisk {
  static let isAvailable: Bool =
    (try? TallyTool(
      wrapper: ["unshare", "--mount", "sh", "-c", #"mount -t tmpfs tmpfs /mnt && exec "$0" "$@""#]
    ).run(["--version"]))?.exitCode == 0

  static let need: Comment = "no small disk can be mounted here: that takes root"
}
