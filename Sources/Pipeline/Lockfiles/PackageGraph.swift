/// One package of a lockfile, or one module of its workspace.
struct LockedPackage: Sendable {
    /// Name and version, or the folder of a module: how lines of those that need it speak of it.
    let label: String
    /// Checksum, or where it comes from; nil for a module of the workspace, whose sources are keyed by themselves.
    let resolution: String?
    /// The indices of what it needs; nil when something that it needs is not in the file.
    var needs: [Int]?

    /// How many of one name a file may have: real ones have a dozen, and each user of the name looks at them all.
    static let maximumNamesakes = 256

    init(label: String, resolution: String?, needs: [Int]? = []) {
        (self.label, self.resolution, self.needs) = (label, resolution, needs)
    }
}

/// The packages of one lockfile and what each of them needs: cycles are legal.
///
/// Lines are made and sorted once, so that a closure costs its own size.
struct PackageGraph: Sendable {
    let packages: [LockedPackage]
    /// Sorted and distinct.
    private let lines: [String]
    /// The index of each package's line; nil for a module that needs nothing.
    private let ranks: [Int?]

    init(_ packages: [LockedPackage]) {
        let lineOf = packages.map { Self.line(of: $0, in: packages) }
        var lines: [String] = []
        var ranks = [Int?](repeating: nil, count: packages.count)
        let told = lineOf.indices.compactMap { index in lineOf[index].map { (index, $0) } }
        for (index, line) in told.sorted(by: { $0.1 < $1.1 }) {
            if lines.last != line { lines.append(line) }
            ranks[index] = lines.count - 1
        }
        (self.packages, self.lines, self.ranks) = (packages, lines, ranks)
    }

    /// The lines of a package and of all that it needs, or nil when that is not all in the file.
    func closure(of index: Int) -> [String]? { closure(of: packages[index]) }

    /// The same for a module that the file does not name.
    func closure(of module: LockedPackage) -> [String]? {
        guard var rest = module.needs else { return nil }
        var isSeen = [Bool](repeating: false, count: packages.count)
        var reached: Set<Int> = []
        while let index = rest.popLast() {
            guard !isSeen[index] else { continue }
            isSeen[index] = true
            guard let needs = packages[index].needs else { return nil }
            if let rank = ranks[index] { reached.insert(rank) }
            rest += needs
        }
        var closure = reached.sorted().map { lines[$0] }
        guard let own = Self.line(of: module, in: packages) else { return closure }
        let place = closure.firstIndex { $0 >= own } ?? closure.endIndex
        if place == closure.endIndex || closure[place] != own { closure.insert(own, at: place) }
        return closure
    }

    private static func line(of package: LockedPackage, in packages: [LockedPackage]) -> String? {
        let needs = package.needs ?? []
        guard !needs.isEmpty || package.resolution != nil else { return nil }
        var line = package.label
        if let resolution = package.resolution, !resolution.isEmpty { line += " " + resolution }
        guard needs.count > 1 else { return line + (needs.first.map { " > " + packages[$0].label } ?? "") }
        var last: String?
        for label in needs.map({ packages[$0].label }).sorted() where label != last {
            line += last == nil ? " > " : ", "
            line += label
            last = label
        }
        return line
    }
}
