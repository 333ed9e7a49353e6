// swift-tools-version: 6.2
import PackageDescription

let language: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
// Every target but `Git`, which is one wall of C: there each line would say `unsafe`.
let safe = language + [.strictMemorySafety()]
let tests: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
]

// A program at a fixed place starts without 150,000 addresses being put right.
let atFixedPlace: [LinkerSetting] = [.unsafeFlags(["-Xclang-linker", "-no-pie"], .when(configuration: .release))]

let package = Package(
    name: "slipway",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        // The headers of libgit2, and a wrapper for its one variadic call.
        .systemLibrary(name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),

        // The nouns and the pure rules between them.
        .target(name: "Pipeline", swiftSettings: safe),

        // One call of the kernel that Swift's Glibc does not know.
        .systemLibrary(name: "CDisk"),

        // The one address of calls to the file system.
        .target(
            name: "Disk",
            dependencies: ["CDisk", "Pipeline", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: safe),

        // More such calls, about processes and their memory.
        .systemLibrary(name: "CProcess"),

        // Runs one command with a deadline, a log file and the teardown of its whole process group.
        .target(
            name: "Execution",
            dependencies: [
                "CProcess", "Pipeline", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: safe),

        // The headers of libxml2.
        .systemLibrary(name: "CLibxml2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),

        // Reads test reports as a stream, into nouns.
        .target(name: "Reports", dependencies: ["CLibxml2", "Pipeline"], swiftSettings: safe),

        // The headers of libdeflate.
        .systemLibrary(name: "CLibdeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),

        // Dockerfile reading, layers, configurations, manifests and layouts on disk; no network.
        .target(
            name: "OCI",
            dependencies: [
                "CLibdeflate", "Disk", "Pipeline", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: safe),

        // The distribution protocol over HTTP; knows no services.
        .target(
            name: "Registry",
            dependencies: [
                "Disk", "OCI", "Pipeline", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: safe),

        // DSSE envelopes: canonical bytes, sign, verify.
        .target(
            name: "Signing",
            dependencies: ["Pipeline", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: safe),

        // Opens repositories and answers in values.
        .target(name: "Git", dependencies: ["CLibdeflate", "CLibgit2", "Pipeline"], swiftSettings: language),

        // The line itself: configuration, survey, ledger, run, gate; where the modules meet.
        .target(
            name: "Driver",
            dependencies: [
                "Disk", "Execution", "Git", "OCI", "Pipeline", "Registry", "Reports", "Signing",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "SystemPackage", package: "swift-system"), .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: safe),

        // The command line: one file a subcommand, rendering, signals, exit codes.
        .executableTarget(
            name: "slipway",
            dependencies: [
                "CProcess", "Driver", "Pipeline", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: safe,
            linkerSettings: atFixedPlace),

        // Parts of a plan on their own: benchmarks compare them with git.
        .executableTarget(
            name: "changed-paths", dependencies: ["Git", "Pipeline"], path: "ci/bench/changed-paths",
            swiftSettings: language, linkerSettings: atFixedPlace),
        .executableTarget(
            name: "module-graph", dependencies: ["Git", "Pipeline"], path: "ci/bench/module-graph",
            swiftSettings: language, linkerSettings: atFixedPlace),

        // What tests stand on: repositories, registries, the built program.
        .target(
            name: "Fixtures",
            dependencies: [
                "Pipeline",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/Fixtures", swiftSettings: tests),
        .testTarget(
            name: "PipelineTests", dependencies: ["Fixtures", "Pipeline", "Signing"], exclude: ["Golden"],
            swiftSettings: tests),
        .testTarget(
            name: "GitTests",
            dependencies: [
                "Fixtures", "Git", "Pipeline", "Signing", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "ExecutionTests",
            dependencies: [
                "Execution", "Fixtures", "Pipeline", .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: tests),
        .testTarget(
            name: "ReportsTests", dependencies: ["Pipeline", "Reports"], resources: [.copy("Reports")],
            swiftSettings: tests),
        .testTarget(
            name: "SigningTests",
            dependencies: [
                "Fixtures", "Pipeline", "Signing", .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: tests),
        .testTarget(
            name: "OCITests",
            dependencies: [
                "Disk", "Fixtures", "OCI", "Pipeline", .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: tests),
        .testTarget(
            name: "RegistryTests",
            dependencies: [
                "Disk", "Fixtures", "OCI", "Pipeline", "Registry",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: tests),
        .testTarget(
            name: "DriverTests",
            dependencies: [
                "Disk", "Driver", "Execution", "Fixtures", "OCI", "Pipeline", "Registry", "Signing",
                .product(name: "SystemPackage", package: "swift-system"),
            ], exclude: ["Records"], swiftSettings: tests),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Fixtures", "slipway", .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["Golden", "Jenkins"], swiftSettings: tests),
    ]
)
