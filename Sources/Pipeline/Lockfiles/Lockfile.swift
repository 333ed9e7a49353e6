/// A file that pins what packages resolve to, for all modules of a workspace.
///
/// It is read once and then asked for each module: a change of it concerns only the modules whose closure changed.
public struct Lockfile: Sendable {
    public enum Format: String, CaseIterable, Sendable {
        case npm, pnpm, yarn, gradle, go, goWork, cargo, swiftpm, poetry, uv
    }

    public let format: Format
    private let modules: any LockedModules

    /// Nil when the file is not of a form that is understood (unknown version, damaged): then it counts as a whole.
    public init?(parsing bytes: [UInt8], format: Format) {
        guard bytes.count <= Self.maximumBytes else { return nil }
        do throws(Unreadable) {
            modules = try Self.read(bytes, as: format)
        } catch {
            return nil
        }
        self.format = format
    }

    /// Larger ones count as a whole; the largest ones seen in public have 5 MB.
    private static let maximumBytes = 64 << 20

    private static func read(_ bytes: [UInt8], as format: Format) throws(Unreadable) -> any LockedModules {
        switch format {
        case .npm: try NpmLockfile(parsing: bytes)
        case .pnpm: try PnpmLockfile(parsing: bytes)
        case .yarn where BerryLockfile.isForm(of: bytes): try BerryLockfile(parsing: bytes)
        case .yarn: try YarnLockfile(parsing: bytes)
        case .gradle: try FlatLockfile(gradle: bytes)
        case .go: try GoSum(parsing: bytes)
        // It only completes the sums of the modules it works on: whose line a line is cannot be told.
        case .goWork: throw Unreadable()
        case .cargo: try CargoLockfile(parsing: bytes)
        case .swiftpm: try FlatLockfile(swiftpm: bytes)
        case .poetry: try FlatLockfile(poetry: bytes)
        case .uv: try UvLockfile(parsing: bytes)
        }
    }

    /// What a module resolves to, sorted, or nil when it cannot be told for this module.
    ///
    /// One line a package: name, version, checksum (or where it comes from), and after `>` which versions it gets of
    /// what it needs, so that two users that swap versions are seen. Transitive, over all kinds of dependency and all
    /// platforms. A module of the workspace has a line of this kind as well when it needs something.
    /// In the formats that `reachesRoot` names, a module is built with what the workspace root depends on, too: its
    /// closure belongs beside this one.
    public func closure(of importer: Importer) -> [String]? { modules.closure(of: importer) }
}

extension Lockfile {
    /// The format of a file of this name, or nil when it is no lockfile.
    public static func format(ofName name: String) -> Format? {
        switch name {
        case "package-lock.json", "npm-shrinkwrap.json": .npm
        case "pnpm-lock.yaml": .pnpm
        case "yarn.lock": .yarn
        case "gradle.lockfile", "buildscript-gradle.lockfile": .gradle
        case "go.sum": .go
        case "go.work.sum": .goWork
        case "Cargo.lock": .cargo
        case "Package.resolved": .swiftpm
        case "poetry.lock": .poetry
        case "uv.lock": .uv
        default: nil
        }
    }

    /// The names of the toolchains whose services such a file concerns.
    ///
    /// A member of a JavaScript workspace has no lockfile of its own and is therefore recognised as plain `node`.
    public static func toolchains(of format: Format) -> Set<String> {
        switch format {
        case .npm: ["npm", "node"]
        case .pnpm: ["pnpm", "node"]
        case .yarn: ["yarn", "node"]
        case .gradle: ["gradle"]
        case .go, .goWork: ["go"]
        case .cargo: ["cargo"]
        case .swiftpm: ["swiftpm"]
        case .poetry, .uv: ["python"]
        }
    }
}

extension Lockfile.Format {
    /// Whether a module also finds what the workspace root depends on.
    ///
    /// Node looks for packages and programs in the folders above: the compiler is often a dependency of the root alone.
    public var reachesRoot: Bool { self == .npm || self == .pnpm || self == .yarn }
}

/// A module that takes its packages from a lockfile.
public struct Importer: Sendable {
    /// Relative to the folder of the lockfile; `.root` is the workspace root.
    public let folder: Path
    /// Its package.json, Cargo.toml, go.mod, …, as far as there is one.
    public let manifest: [UInt8]?
    /// The name its manifest gives it, if the caller knows.
    public let name: String?

    public init(folder: Path, manifest: [UInt8]? = nil, name: String? = nil) {
        (self.folder, self.manifest, self.name) = (folder, manifest, name)
    }
}

/// What one format of lockfile tells about the modules of its workspace.
protocol LockedModules: Sendable {
    func closure(of importer: Importer) -> [String]?
}

/// A text is not of the form that is understood: what it says cannot be told.
struct Unreadable: Error {}

extension JSON {
    /// Reads a lockfile or a manifest, however large.
    init(readable bytes: [UInt8]) throws(Unreadable) {
        do throws(JSONError) {
            self = try JSON(parsing: bytes, profile: .lenient.limited(to: bytes.count))
        } catch {
            throw Unreadable()
        }
    }

    /// The texts of a map from name to text: empty when there is none, unreadable when it is something else.
    func texts(_ key: String) throws(Unreadable) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, value) in try map(key) {
            guard let text = value.string else { throw Unreadable() }
            texts[name] = text
        }
        return texts
    }

    /// The members of a map: empty when there is none, unreadable when it is something else.
    func map(_ key: String) throws(Unreadable) -> [String: JSON] {
        guard let value = self[key], value != .null else { return [:] }
        guard let members = value.object else { throw Unreadable() }
        return members
    }

    /// The elements of a list: empty when there is none, unreadable when it is something else.
    func list(_ key: String) throws(Unreadable) -> [JSON] {
        guard let value = self[key] else { return [] }
        guard let elements = value.array else { throw Unreadable() }
        return elements
    }
}
