/// The names of the files that inference reads.
public enum BuildFiles {
    /// What a build file is to its toolchain.
    enum Kind: Hashable, Sendable {
        case gradleScript
        case gradleSettings
        case mavenProject
        case swiftPackage
        case nodePackage
        case pnpmWorkspace
        case goModule
        case goWorkspace
        case cargoManifest
        case pythonProject
        case pythonSetup
        case requirements
        case dockerfile
    }

    /// Whether a file of this name is read.
    ///
    /// Asked of every name in a repository: most answers are found by the length, the first byte and the last.
    public static func isRead(_ name: some Collection<UInt8>) -> Bool { kind(of: Array(name)[...]) != nil }

    static func kind(of name: ArraySlice<UInt8>) -> Kind? {
        guard name.count >= 6, let first = name.first, let last = name.last else { return nil }
        switch (first, name.count) {
        case (0x62, 12): return kind(name, "build.gradle", .gradleScript)
        case (0x62, 16): return kind(name, "build.gradle.kts", .gradleScript)
        case (0x73, 15): return kind(name, "settings.gradle", .gradleSettings)
        case (0x73, 19): return kind(name, "settings.gradle.kts", .gradleSettings)
        case (0x70, 7): return kind(name, "pom.xml", .mavenProject)
        case (0x50, 13): return kind(name, "Package.swift", .swiftPackage)
        case (0x70, 12): return kind(name, "package.json", .nodePackage)
        case (0x70, 14): return kind(name, "pyproject.toml", .pythonProject)
        case (0x70, 19): return kind(name, "pnpm-workspace.yaml", .pnpmWorkspace)
        case (0x67, 6): return kind(name, "go.mod", .goModule)
        case (0x67, 7): return kind(name, "go.work", .goWorkspace)
        case (0x43, 10): return kind(name, "Cargo.toml", .cargoManifest)
        case (0x73, 8): return kind(name, "setup.py", .pythonSetup)
        case (0x44, _) where name.starts(with: "Dockerfile".utf8): return dockerfile(name.dropFirst(10))
        case (0x72, 16...) where name.starts(with: "requirements".utf8):
            return kind(name.suffix(4), ".txt", .requirements)
        default: break
        }
        guard last == 0x65, name.count > 11 else { return nil }
        return kind(name.suffix(11), ".Dockerfile", .dockerfile) ?? kind(name.suffix(11), ".dockerfile", .dockerfile)
    }

    private static func kind(_ name: ArraySlice<UInt8>, _ expected: String, _ kind: Kind) -> Kind? {
        name.elementsEqual(expected.utf8) ? kind : nil
    }

    /// Nothing, or `.api`; the ignore file of a Dockerfile is none.
    private static func dockerfile(_ suffix: ArraySlice<UInt8>) -> Kind? {
        if suffix.isEmpty { return .dockerfile }
        let isIgnore = suffix.elementsEqual(".dockerignore".utf8)
        return suffix.first == UInt8(ascii: ".") && suffix.count > 1 && !isIgnore ? .dockerfile : nil
    }
}
