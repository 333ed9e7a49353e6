/// The two ways a trial goes: what was released, from an empty database on, and then what is new.
public struct TrialLegs: Sendable {
    public let released: Leg
    public let new: Leg

    /// Scripts in the order in which they are applied.
    public struct Leg: Sendable {
        public internal(set) var files: [MigrationFile] = []
        /// The schema that names without one are in.
        public let home: String?
        /// Scripts that do not run in a transaction.
        let apart: Set<Path>
        /// Migrations that are no scripts.
        var code: [Path] = []

        /// Whether there is nothing to apply.
        public var isEmpty: Bool { files.isEmpty && code.isEmpty }
    }

    /// The two ways of a chain that was read.
    public init(of chain: MigrationChain) { self.init(chain.set, since: chain.base) }

    /// Parts the migrations at some commit from those of the last release; nil as a base when there was none.
    public init(_ set: MigrationSet, since base: MigrationSet?) {
        var released = Leg(home: base?.home ?? set.home, apart: base?.apart ?? [])
        let start = base?.entries.last { $0.name.form == .baseline }?.name.number
        for entry in base.map(Self.ordered) ?? [] {
            switch entry.name.form {
            case .versioned: if let start, let own = entry.name.number, own <= start { continue }
            case .baseline: if entry.name.number != start { continue }
            case .repeatable, .callback: break
            case .undo: continue
            }
            released.take(entry)
        }
        self.released = released
        let added = MigrationMatching(set, base).added
        var new = Leg(home: set.home, apart: set.apart)
        let isNew = set.entries.contains { added.contains($0.file.path) && $0.name.form.isApplied }
        for entry in Self.ordered(set) where isNew {
            guard entry.name.form == .callback || added.contains(entry.file.path) && entry.name.form.isApplied else {
                continue
            }
            new.take(entry)
        }
        self.new = new
    }

    /// What is called when a migration begins comes first, and what is called when it has ended last.
    ///
    /// A set itself has what is repeated behind what has a version.
    private static func ordered(_ set: MigrationSet) -> [MigrationSet.Entry] {
        func callbacks(_ name: String) -> [MigrationSet.Entry] {
            set.entries.filter {
                $0.name.form == .callback && ($0.name.description == name || $0.name.description.hasPrefix(name + "__"))
            }
        }
        let own = set.entries.filter { $0.name.form != .callback }
        // A database that is begun with a baseline has nothing before it.
        let baselines = own.filter { $0.name.form == .baseline }
        return callbacks("beforeMigrate") + baselines + own.filter { $0.name.form != .baseline }
            + callbacks("afterMigrate")
    }
}

extension TrialLegs.Leg {
    init(home: String?, apart: Set<Path>) {
        (self.home, self.apart) = (home, apart)
    }

    fileprivate mutating func take(_ entry: MigrationSet.Entry) {
        if entry.name.isCode { code.append(entry.file.path) } else { files.append(entry.file) }
    }
}

extension MigrationName.Form {
    /// Whether it is applied to a database that has some already.
    fileprivate var isApplied: Bool { self == .versioned || self == .repeatable || self == .callback }
}
