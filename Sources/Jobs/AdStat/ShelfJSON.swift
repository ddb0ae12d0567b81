internal import RedisStore
internal import Rules

/// An image's setting, as the live service reads it. One line of JSON, the same for the same setting:
///
///     {"tally":1,"code":"banner-7","name":"Spring","url":"https://…","link":"https://…",
///     "group":"spring","weight":2,"device_model":"","up_time":"2026-11-20T08:00:00Z",
///     "down_time":"9999-12-31T23:59:59Z","systems":{"web":{"top":6,"side":2}}}
///
/// `systems` has, for each system that shows it, its weight at each position. Times are UTC. A code
/// that is no UTF-8 stands with U+FFFD in here; the key and the field of the shelf have its bytes.
enum ShelfJSON {
  static func text(of image: CatalogueImage, at places: ShelfPlaces) -> [UInt8] {
    var json = JSONText()
    json.add("tally", 1)
    json.add("code", String(decoding: image.code.bytes, as: UTF8.self))
    json.add("name", image.name)
    json.add("url", image.url)
    json.add("link", image.link)
    json.add("group", image.group ?? "")
    json.add("weight", image.weight)
    json.add("device_model", image.deviceModel)
    json.add("up_time", utcText(image.upTime))
    json.add("down_time", utcText(image.downTime))
    var systems = JSONText()
    for (system, positions) in places.sorted(by: { $0.key < $1.key }) {
      var weights = JSONText()
      for (position, weight) in positions.sorted(by: { $0.key < $1.key }) {
        weights.add(position, weight)
      }
      systems.add(system, weights)
    }
    json.add("systems", systems)
    return json.utf8
  }

  /// `2026-11-20T08:00:00Z`; by hand, because there are two of them in each setting.
  private static func utcText(_ instant: Int) -> String {
    let time = LocalClock.utc.time(at: instant)
    let month = time.day.month
    var text: [UInt8] = []
    text.reserveCapacity(20)
    put(month.year / 100, "", &text)
    put(month.year % 100, "-", &text)
    put(month.month, "-", &text)
    put(time.day.dayOfMonth, "T", &text)
    put(time.second / 3600, ":", &text)
    put(time.second / 60 % 60, ":", &text)
    put(time.second % 60, "Z", &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Two digits, and what stands behind them.
  private static func put(_ number: Int, _ end: StaticString, _ text: inout [UInt8]) {
    text.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
    text.append(UInt8(ascii: "0") + UInt8(number % 10))
    end.withUTF8Buffer { text += $0 }
  }
}
