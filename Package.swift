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

let package = Package(
    name: "slipway",
    dependencies: [
    ],
    targets: [
        // The nouns and the pure rules between them.
        .target(name: "Pipeline", swiftSettings: safe),
    ]
)
