import CLibgit2
public import Pipeline

/// What a sieve made of a folder.
public struct Sifted: Sendable {
    /// The tree each part would be; nil for a part without any file.
    public var build: ObjectID?
    public var test: ObjectID?
    /// How many files are in a part.
    public var count = 0
    /// The symbolic links among them.
    public var links: [TreeFile] = []
    /// Files whose names are of interest, whatever part they are in.
    public var named: [TreeFile] = []
    /// The files of both parts, when they were asked for.
    public var files: [TreeFile] = []
    /// All files, those in no part too, when they were asked for.
    public var tracked: [Path] = []
    /// What was put into a part although no rule says so.
    public var taken: [Path] = []

    public init() {}
}

/// What else is asked of the files of a folder while it is sifted.
public struct SiftingInterest {
    /// Whether a name is of interest.
    public var isNamed: ((_ name: [UInt8]) -> Bool)?
    /// First and last bytes of such names: the others are not asked.
    public var initials: Set<UInt8> = []
    public var finals: Set<UInt8> = []
    /// Whether a file outside the part of what is built belongs to it all the same.
    public var isTaken: ((Path) -> Bool)?

    public init() {}
}

extension Tree {
    /// Parts the files below a folder, reading every tree there once.
    ///
    /// A part that is a whole folder is named by the folder's own id, without hashing anything.
    public func sift(
        _ folder: Path, with sieve: Sieve, interest: SiftingInterest = SiftingInterest()
    ) throws(GitError) -> Sifted {
        guard let entry = try entry(at: folder) else { return Sifted() }
        var sifting = Sifting(sieve, at: folder, interest, store: store)
        if entry.mode == .folder {
            let ids = try sifting.sift(entry.id, at: folder, sifting.start)
            (sifting.result.build, sifting.result.test) = (ids.build, ids.test)
        }
        return sifting.result
    }
}

private struct Sifting {
    let store: ObjectStore
    let sieve: Sieve
    let rules: NameRules
    let interest: SiftingInterest
    var isInitial = [Bool](repeating: false, count: 256)
    var isFinal = [Bool](repeating: false, count: 256)
    /// Holes on the way down, each folder with the names in it that lead to one.
    var holes: [Path: Set<[UInt8]>] = [:]
    var result = Sifted()
    /// What became of the entries of the folders that are being sifted.
    private var decisions: [Ids] = []

    struct Ids {
        var build: ObjectID?
        var test: ObjectID?
    }

    /// Where the walk stands: what the rules say so far, and whether a hole may be near.
    struct Place {
        var rules: NameRules.State
        var mayHaveHoles: Bool
    }

    init(_ sieve: Sieve, at folder: Path, _ interest: SiftingInterest, store: ObjectStore) {
        (self.sieve, self.interest, self.store) = (sieve, interest, store)
        rules = NameRules(sieve)
        for byte in interest.initials { isInitial[Int(byte)] = true }
        for byte in interest.finals { isFinal[Int(byte)] = true }
        for hole in sieve.holes where hole.lies(in: folder) && hole != folder {
            var path = hole
            while path != folder {
                holes[path.parent, default: []].insert(path.components.last ?? [])
                path = path.parent
            }
        }
    }

    var start: Place { Place(rules: rules.start, mayHaveHoles: !holes.isEmpty) }

    mutating func sift(_ tree: ObjectID, at folder: Path, _ place: Place) throws(GitError) -> Ids {
        let raw = try store.tree(tree)
        let first = decisions.count
        defer { decisions.removeSubrange(first...) }
        let near = place.mayHaveHoles ? holes[folder] : nil
        var whole = (build: true, test: true)
        var kept = (build: false, test: false)
        var offset = 0
        while let entry = try raw.entry(at: offset) {
            offset = entry.end
            let ids = try self.ids(of: entry, in: raw, at: folder, near: near, place)
            decisions.append(ids)
            let id = raw.id(of: entry)
            if ids.build != id { whole.build = false }
            if ids.test != id { whole.test = false }
            if ids.build != nil { kept.build = true }
            if ids.test != nil { kept.test = true }
        }
        return Ids(
            build: !kept.build ? nil : whole.build ? tree : try hash(raw, decisions[first...].map(\.build)),
            test: !kept.test ? nil : whole.test ? tree : try hash(raw, decisions[first...].map(\.test)))
    }

    private mutating func ids(
        of entry: RawTree.Entry, in raw: RawTree, at folder: Path, near: Set<[UInt8]>?, _ place: Place
    ) throws(GitError) -> Ids {
        var mayHaveHoles = false
        if let near, near.contains(entry.nameBytes) {
            let path = folder.appending(entry.nameBytes)
            if sieve.holes.contains(path) { return Ids() }
            mayHaveHoles = true
        }
        guard entry.isFolder else { return fileIds(of: entry, in: raw, at: folder, place) }
        let next = Place(rules: rules.entering(entry.name, from: place.rules), mayHaveHoles: mayHaveHoles)
        return try sift(raw.id(of: entry), at: folder.appending(entry.nameBytes), next)
    }

    private mutating func fileIds(of entry: RawTree.Entry, in raw: RawTree, at folder: Path, _ place: Place) -> Ids {
        let name = entry.name
        var parts = rules.parts(of: name, in: place.rules)
        let mayBeNamed = isInitial[Int(name.first ?? 0)] || isFinal[Int(name.last ?? 0)]
        let isNamed = mayBeNamed && interest.isNamed?(entry.nameBytes) == true
        let isAsked = interest.isTaken != nil && !parts.contains(.build)
        if isNamed || isAsked || sieve.isListing || entry.mode & 0o170000 == 0o120000 {
            let file = TreeFile(path: folder.appending(entry.nameBytes), entry: raw.value(of: entry))
            if isAsked, interest.isTaken?(file.path) == true {
                parts.insert(.build)
                result.taken.append(file.path)
            }
            if isNamed { result.named.append(file) }
            if sieve.isListing {
                result.tracked.append(file.path)
                if !parts.isEmpty { result.files.append(file) }
            }
            if file.entry.mode == .symbolicLink, !parts.isEmpty { result.links.append(file) }
        }
        if !parts.isEmpty { result.count += 1 }
        let id = raw.id(of: entry)
        return Ids(build: parts.contains(.build) ? id : nil, test: parts.contains(.test) ? id : nil)
    }

    /// The name of the tree with only those entries that have an id, which may be another one than before.
    private func hash(_ raw: RawTree, _ ids: [ObjectID?]) throws(GitError) -> ObjectID {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        var offset = 0
        var index = 0
        while let entry = try raw.entry(at: offset) {
            if let id = ids[index] {
                bytes += UnsafeBufferPointer(start: raw.start + entry.offset, count: entry.end - 20 - entry.offset)
                bytes += id.bytes
            }
            offset = entry.end
            index += 1
        }
        var id = git_oid()
        try git("git_odb_hash") { git_odb_hash(&id, bytes, bytes.count, GIT_OBJECT_TREE) }
        return ObjectID(&id)
    }
}
