/// Parts the files of a folder by what they are for.
///
/// A file goes where the first rule that matches says; a part is named by the tree it would be if nothing else were there,
/// so that what is in no part changes no name.
public struct Sieve: Sendable {
    /// Which parts a file belongs to; none, and it is left out.
    public struct Parts: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// What is built and packed.
        public static let build = Parts(rawValue: 1)
        /// What only tests see.
        public static let test = Parts(rawValue: 2)
    }

    public struct Rule: Sendable {
        public let glob: Glob
        public let parts: Parts

        public init(_ glob: Glob, _ parts: Parts) {
            (self.glob, self.parts) = (glob, parts)
        }
    }

    /// Relative to the folder that is sifted.
    public var rules: [Rule]
    /// Where a file goes that no rule names.
    public var rest: Parts
    /// Files and folders that are left out, in full.
    public var holes: Set<Path>
    /// Whether the files themselves are wanted, not only the names of the parts.
    public var isListing = false

    public init(rules: [Rule], rest: Parts, holes: Set<Path>) {
        (self.rules, self.rest, self.holes) = (rules, rest, holes)
    }
}

extension PathClass {
    /// What the files of a class are for.
    public var parts: Sieve.Parts {
        switch self {
        case .docs, .deploy, .ci: []
        case .test: .test
        case .main, .migration, .interface, .build, .image: .build
        }
    }
}

extension PathRules {
    public func sieve(holes: Set<Path>) -> Sieve {
        Sieve(rules: rules.map { Sieve.Rule($0.glob, $0.pathClass.parts) }, rest: .build, holes: holes)
    }
}
