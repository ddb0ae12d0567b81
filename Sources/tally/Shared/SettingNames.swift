import Rules

/// All settings, as the environment, the env file and the secrets directory name them.
let settingNames = [
  "TALLY_REDIS_URL", "TALLY_REDIS_PASSWORD", "TALLY_MYSQL_URL", "TALLY_MYSQL_PASSWORD",
  "TALLY_TIME_ZONE", "TALLY_LOG_DIR", "TALLY_LOCK_DIR", "TALLY_KEEP_DAYS",
  "TALLY_EXPIRE_AFTER_DAYS", "TALLY_KEY_PREFIX", "TALLY_HASH_TAGS", "TALLY_MAX_RATE",
  "TALLY_MAX_LOAD", "TALLY_MAX_LAG", "TALLY_REPLICA_URLS", "TALLY_MAX_PAUSE", "TALLY_ENV_FILE",
  "TALLY_SECRETS_DIR",
]

/// Says of each name that is one or two slips away from that of a setting which one it may mean.
///
/// Other names may be anybody's: nothing is said of them.
func nearlySettings(_ names: some Sequence<String>, place: String) -> [String] {
  names.sorted().compactMap { name in
    guard name.hasPrefix("T"), !settingNames.contains(name) else { return nil }
    let near = settingNames.map { ($0, slipCount(from: name, to: $0)) }.min { $0.1 < $1.1 }
    guard let (meant, slips) = near, slips <= 2 else { return nil }
    return "\(name) \(place) is no setting of tally and is passed over; \(meant) is one"
  }
}
