extension Reproduction {
    /// One kind of input that was not the same on both sides.
    public struct InputDifference: Equatable, Sendable, Codable {
        public let kind: Kind
        /// Which of them, as far as that is known.
        public let names: [String]

        public enum Kind: String, Codable, Sendable {
            /// The keys were made in different ways, so that no part of them can be compared.
            case algorithm
            case configuration, toolchain, environment, paths, tests, unowned, needs, modules, lockfiles
            case testNeeds = "test-needs"
            case baseImages = "base-images"
        }

        public init(_ kind: Kind, _ names: [String] = []) {
            (self.kind, self.names) = (kind, names)
        }

        /// What is not the same in two keys; nothing when one of them is not known.
        static func all(_ recorded: KeyParts?, _ here: KeyParts?) -> [InputDifference] {
            guard let recorded, let here, recorded.key != here.key else { return [] }
            guard recorded.algorithm == here.algorithm else {
                return [InputDifference(.algorithm, [recorded.algorithm, here.algorithm])]
            }
            let whole: [(Kind, Bool)] = [
                (.configuration, recorded.configuration == here.configuration),
                (.toolchain, recorded.toolchain == here.toolchain),
                (.environment, recorded.environment == here.environment), (.paths, recorded.paths == here.paths),
                (.tests, recorded.tests == here.tests), (.unowned, recorded.unowned == here.unowned),
            ]
            let services = [recorded.needs, here.needs].map { needs in
                needs.map { (name: $0.key.text, value: $0.value.hex) }
            }
            let bases = [recorded.bases, here.bases].map { $0.map { (name: $0.ref, value: $0.digest.hex) } }
            let named: [(Kind, [String])] = [
                (.needs, differing(services[0], services[1])),
                (.modules, differing(recorded.modules, here.modules)),
                (.testNeeds, differing(recorded.testNeeds, here.testNeeds)),
                (.lockfiles, differing(recorded.lockfiles, here.lockfiles)),
                (.baseImages, differing(bases[0], bases[1])),
            ]
            return whole.filter { !$0.1 }.map { InputDifference($0.0) }
                + named.filter { !$0.1.isEmpty }.map { InputDifference($0.0, $0.1) }
        }

        private static func differing(_ one: [KeyParts.Named]?, _ other: [KeyParts.Named]?) -> [String] {
            let lists = [one ?? [], other ?? []].map { $0.map { (name: $0.name, value: $0.digest.hex) } }
            return differing(lists[0], lists[1])
        }

        private static func differing(
            _ one: [(name: String, value: String)], _ other: [(name: String, value: String)]
        ) -> [String] {
            let (left, right) = (Dictionary(one) { $1 }, Dictionary(other) { $1 })
            return Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }.sorted()
        }
    }

    /// In what two images differ.
    public struct ImageDifference: Equatable, Sendable, Codable {
        /// How many layers the recorded image has, and how many of them the one made here has as well.
        public var layers = 0
        public var sharedLayers = 0
        /// Members of the configuration that differ, labels and variables by name.
        public var settings: [String] = []
        /// Paths that differ, at most `pathLimit`; nil when a layer is not at hand or not ours to read.
        public var paths: [String]?
        /// How many paths differ.
        public var pathCount: Int?

        public static let pathLimit = 20

        public init() {}
    }
}
