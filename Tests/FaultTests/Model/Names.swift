/// What a schedule picks from: codes and users that are easily taken for each other, and zones whose
/// clocks are set at odd hours.
enum Names {
  static let codes: [[UInt8]] =
    [
      "A", "a", "a ", "ä", "a\u{308}", "🎈", "x\0y", "two\nlines", "a_show", "a_click", "x_day_show",
      "n_day_show_2026-01-01", "q'\"`\\", "*?[a-z]", "{tag}", "a:b", "%25", "0", "-1",
    ].map { Array($0.utf8) } + [[0xff], [0xff, 0xfe, 0x00], Array(repeating: 0x78, count: 128)]

  static let users: [(type: [UInt8], id: [UInt8])] = [
    ("app", "7"), ("app", "7 "), ("App", "7"), ("web", "a_b_c"), ("web", "../../x"), ("ä", "🎈"),
    ("web", "=cmd()\u{1b}[2J"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

  static let zones = [
    "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kathmandu",
    "Australia/Lord_Howe", "America/Havana", "Africa/Cairo", "Pacific/Chatham",
  ]
}
