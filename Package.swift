// swift-tools-version: 6.2
import PackageDescription

/// What every room is held to: no warnings, explicit existentials, imports that stay inside.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(
  name: "Configuration", package: "swift-configuration")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let fuzzed: [Target.Dependency] = [
  "tally", "Jobs", "RedisStore", "RedisClient", "MySQLClient", "Rules", "Sketches", "TestServers",
]

let package = Package(
  name: "tally",
  products: [.executable(name: "tally", targets: ["tally"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Without its default traits: JSON support would pull in all of Foundation and ICU.
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CMariaDB", providers: [.apt(["libmariadb-dev"])]),
    // Of the C library, what Swift's own module for it leaves out.
    .systemLibrary(name: "CMalloc"),

    .target(name: "RedisClient", dependencies: ["CHiredis"], swiftSettings: strict),
    .target(name: "MySQLClient", dependencies: ["CMariaDB"], swiftSettings: strict),
    .target(name: "Rules", swiftSettings: strict + [.strictMemorySafety()]),
    .target(name: "Sketches", swiftSettings: strict + [.strictMemorySafety()]),

    // The tables and views, compiled into the binary, so that there is one copy of them.
    .target(
      name: "SchemaFiles", path: "sql", exclude: ["README.md"],
      resources: [
        .embedInCode("0000-schema.sql"), .embedInCode("0001-adstat.sql"),
        .embedInCode("0002-loginlog.sql"), .embedInCode("0003-catalogue.sql"),
        .embedInCode("0004-run.sql"), .embedInCode("0005-cpc.sql"),
      ],
      swiftSettings: strict),

    .target(name: "RedisStore", dependencies: ["RedisClient", "Rules"], swiftSettings: strict),
    .target(
      name: "MySQLStore", dependencies: ["MySQLClient", "Rules", "SchemaFiles", "Sketches"],
      swiftSettings: strict),

    .target(
      name: "Jobs",
      dependencies: [
        "Rules", "Sketches", "RedisClient", "MySQLClient", "RedisStore", "MySQLStore", logging,
        system,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "tally",
      dependencies: [
        "Rules", "RedisClient", "MySQLClient", "RedisStore", "Jobs", "CMalloc", argumentParser,
        configuration, logging, system,
      ],
      swiftSettings: strict),

    .target(
      name: "TestServers", path: "Tests/TestServers", exclude: ["fetch-mysql.sh"],
      swiftSettings: strict),
    .testTarget(
      name: "TestServersTests", dependencies: ["TestServers", "tally"], swiftSettings: strict),
    .testTarget(
      name: "RulesTests", dependencies: ["Rules", "TestServers"], swiftSettings: strict),
    .testTarget(
      name: "SketchesTests", dependencies: ["Sketches", "TestServers"],
      exclude: ["Peer/fetch-datasketches.sh", "Peer/peer.py", "cpc-vectors.json"],
      swiftSettings: strict),
    .testTarget(
      name: "RedisClientTests", dependencies: ["RedisClient", "TestServers"], swiftSettings: strict),
    .testTarget(
      name: "MySQLClientTests", dependencies: ["MySQLClient", "TestServers"], swiftSettings: strict),
    .testTarget(
      name: "RedisStoreTests", dependencies: ["RedisStore", "RedisClient", "Rules", "TestServers"],
      swiftSettings: strict),
    .testTarget(
      name: "MySQLStoreTests",
      dependencies: ["MySQLStore", "MySQLClient", "Rules", "Sketches", "TestServers"],
      swiftSettings: strict),
    .testTarget(
      name: "JobsTests",
      dependencies: [
        "Jobs", "RedisStore", "MySQLStore", "RedisClient", "MySQLClient", "Rules", "Sketches",
        "TestServers", logging,
      ], swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["tally", "Sketches", "TestServers"],
      swiftSettings: strict),
    .testTarget(
      name: "FaultTests",
      dependencies: [
        "Jobs", "RedisStore", "MySQLStore", "RedisClient", "MySQLClient", "Rules", "Sketches",
        "TestServers", "tally", logging,
      ], exclude: ["README.md"], swiftSettings: strict),
    // The same checks twice: by the suite, and by libFuzzer (below).
    .testTarget(
      name: "FuzzTests",
      dependencies: fuzzed, path: "Tests/Fuzz", exclude: ["Corpus", "Program", "fuzz.sh"],
      swiftSettings: strict),
    .testTarget(name: "ArchitectureTests", swiftSettings: strict),
  ]
)

// `make fuzz` builds a program of its own, whose `main` is libFuzzer's. Of the tool, which has a `main`
// too, it takes only what it tries.
if Context.environment["TALLY_FUZZ"] != nil {
  package.products = []
  package.targets.removeAll { ["tally", "FuzzTests"].contains($0.name) }
  package.targets += [
    .target(
      name: "tally", dependencies: ["Jobs"], path: "Sources/tally",
      sources: ["Shared/EnvFile.swift"],
      swiftSettings: strict),
    .executableTarget(
      name: "fuzz", dependencies: fuzzed, path: "Tests/Fuzz",
      exclude: ["Corpus", "Suite", "fuzz.sh"], swiftSettings: strict),
  ]
}

// `make bench` measures the sketches by themselves, too.
if Context.environment["TALLY_BENCH"] != nil {
  package.products.append(.executable(name: "sketchbench", targets: ["sketchbench"]))
  package.targets.append(
    .executableTarget(
      name: "sketchbench", dependencies: ["Sketches"], path: "Tests/Benchmarks/Sketches",
      swiftSettings: strict))
}
