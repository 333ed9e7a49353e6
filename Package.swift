// swift-tools-version: 6.2
import PackageDescription

let language: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // Types made of types are laid out by the compiler, not looked up one by one when they are first met.
    .unsafeFlags(["-Xfrontend", "-prespecialize-generic-metadata"], .when(configuration: .release)),
]
// Every target but `Git`, which is one wall of C: there each line would say `unsafe`.
let safe = language + [.strictMemorySafety()]
let tests: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
]

// A program at a fixed place starts without 150,000 addresses being put right, and one that offers no names to libraries
// without 40,000 of them being read for whoever asks where an address lies.
let atFixedPlace: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-Xclang-linker", "-no-pie", "-Xlinker",
            "--version-script=\(Context.packageDirectory)/Sources/slipway/exports.map",
        ],
        .when(configuration: .release))
]

// Libraries whose archives are linked whole: a program that loads few libraries starts sooner.
func whole(_ names: String...) -> LinkerSetting {
    .unsafeFlags(["-Xlinker", "--as-needed"] + names.map { "-l:lib\($0).a" })
}

// What libgit2 would call for its network, which nothing here ever uses: all of it is one function of ours.
let network = """
    GSS_C_NT_HOSTBASED_SERVICE gss_delete_sec_context gss_display_status gss_import_name gss_indicate_mechs
    gss_init_sec_context gss_release_buffer gss_release_name gss_release_oid_set libssh2_agent_connect
    libssh2_agent_disconnect libssh2_agent_free libssh2_agent_get_identity libssh2_agent_init
    libssh2_agent_list_identities libssh2_agent_userauth libssh2_channel_close libssh2_channel_free
    libssh2_channel_open_ex libssh2_channel_process_startup libssh2_channel_read_ex libssh2_channel_set_blocking
    libssh2_channel_write_ex libssh2_exit libssh2_hostkey_hash libssh2_init libssh2_knownhost_checkp
    libssh2_knownhost_free libssh2_knownhost_init libssh2_knownhost_readfile libssh2_session_abstract
    libssh2_session_disconnect_ex libssh2_session_free libssh2_session_handshake libssh2_session_hostkey
    libssh2_session_init_ex libssh2_session_last_error libssh2_session_method_pref libssh2_session_set_blocking
    libssh2_userauth_authenticated libssh2_userauth_keyboard_interactive_ex libssh2_userauth_list
    libssh2_userauth_password_ex libssh2_userauth_publickey libssh2_userauth_publickey_fromfile_ex
    libssh2_userauth_publickey_frommemory mbedtls_ssl_close_notify mbedtls_ssl_conf_authmode
    mbedtls_ssl_conf_ca_chain mbedtls_ssl_conf_ciphersuites mbedtls_ssl_conf_min_version mbedtls_ssl_conf_rng
    mbedtls_ssl_config_defaults mbedtls_ssl_config_free mbedtls_ssl_config_init mbedtls_ssl_free
    mbedtls_ssl_get_peer_cert mbedtls_ssl_get_verify_result mbedtls_ssl_handshake mbedtls_ssl_init mbedtls_ssl_read
    mbedtls_ssl_set_bio mbedtls_ssl_set_hostname mbedtls_ssl_setup mbedtls_ssl_write mbedtls_x509_crt_free
    mbedtls_x509_crt_init mbedtls_x509_crt_verify_info
    """
let withoutNetwork = LinkerSetting.unsafeFlags(
    network.split { $0 == " " || $0 == "\n" }.flatMap { ["-Xlinker", "--defsym=\($0)=slipway_no_network"] }
        + [
            "-Xlinker", "--defsym=mbedtls_ssl_get_ciphersuite_id=slipway_no_cipher",
            "-Xlinker", "--defsym=mbedtls_x509_crt_parse_file=slipway_no_certificates",
            "-Xlinker", "--defsym=mbedtls_x509_crt_parse_path=slipway_no_certificates",
        ])

let package = Package(
    name: "slipway",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        // The headers of libgit2, and a wrapper for its one variadic call.
        .systemLibrary(name: "CLibgit2", providers: [.apt(["libgit2-dev"])]),

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

        // Runs one command with a deadline, a log file or a bounded answer, and the teardown of its whole process group.
        .target(
            name: "Execution",
            dependencies: [
                "CLibdeflate", "CProcess", "Pipeline", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: safe),

        // The headers of libxml2.
        .systemLibrary(name: "CLibxml2", providers: [.apt(["libxml2-dev"])]),

        // Reads test reports as a stream, into nouns.
        .target(
            name: "Reports", dependencies: ["CLibxml2", "Pipeline"],
            swiftSettings: safe + [.unsafeFlags(["-Xcc", "-I/usr/include/libxml2"])],
            linkerSettings: [whole("xml2", "icuuc", "icudata", "lzma", "z")]),

        // The headers of libdeflate.
        .systemLibrary(name: "CLibdeflate", providers: [.apt(["libdeflate-dev"])]),

        // The headers of what reads layers that others compressed, as they come.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),

        // Dockerfile reading, layers, configurations, manifests and layouts on disk; no network.
        .target(
            name: "OCI",
            dependencies: [
                "CLibdeflate", "CZlib", "CZstd", "Disk", "Pipeline", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: safe,
            linkerSettings: [whole("deflate", "z", "zstd")]),

        // The distribution protocol over HTTP; knows no services.
        .target(
            name: "Registry",
            dependencies: [
                "Disk", "OCI", "Pipeline", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: safe),

        // Builders of images that cannot be assembled natively: the engine of Docker over its socket, buildah, podman.
        .target(
            name: "Builders",
            dependencies: [
                "Disk", "Execution", "OCI", "Pipeline", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: safe),

        // DSSE envelopes: canonical bytes, sign, verify.
        .target(
            name: "Signing",
            dependencies: ["Pipeline", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: safe),

        // Opens repositories and answers in values.
        .target(
            name: "Git", dependencies: ["CLibdeflate", "CLibgit2", "Pipeline"], swiftSettings: language,
            linkerSettings: [whole("git2", "http_parser", "mbedcrypto", "pcre2-8", "z", "deflate"), withoutNetwork]),

        // The line itself: configuration, survey, ledger, run, gate; where the modules meet.
        .target(
            name: "Driver",
            dependencies: [
                "Builders", "Disk", "Execution", "Git", "OCI", "Pipeline", "Registry", "Reports", "Signing",
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
        // The reader of reports without a run around it: a benchmark compares it with xmllint.
        .executableTarget(
            name: "read-reports",
            dependencies: [
                "Disk", "Pipeline", "Reports", "Signing", .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "ci/bench/read-reports", swiftSettings: language, linkerSettings: atFixedPlace),

        // Mangled documents before everything that reads what strangers write; no part of the tests.
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Disk", "Driver", "Pipeline", "Signing", .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "ci/fuzz", exclude: ["run"], swiftSettings: language, linkerSettings: atFixedPlace),

        // The reader of migrations without a repository around it: an oracle and a benchmark compare it with libpg_query.
        .executableTarget(
            name: "classify-sql",
            dependencies: ["Disk", "Pipeline", "Signing", .product(name: "SystemPackage", package: "swift-system")],
            path: "ci/bench/classify-sql", swiftSettings: language, linkerSettings: atFixedPlace),

        // A proxy that breaks requests to order: a benchmark puts it between registries and their clients.
        .executableTarget(
            name: "fault-proxy", dependencies: ["Fixtures", "Pipeline"], path: "ci/bench/fault-proxy",
            swiftSettings: tests, linkerSettings: atFixedPlace),

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
            name: "PipelineTests", dependencies: ["Fixtures", "Pipeline", "Signing"], exclude: ["Corpus", "Golden"],
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
                "Fixtures", "Pipeline", "Signing", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
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
            name: "BuildersTests",
            dependencies: [
                "Builders", "Disk", "Fixtures", "OCI", "Pipeline", "Signing",
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: tests),
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
            exclude: ["Cases", "Golden", "Jenkins"], swiftSettings: tests),
    ]
)
