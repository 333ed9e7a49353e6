import Glibc
import Pipeline

/// The packs of a repository, read where they lie, by one thread.
///
/// libgit2 reads the same, but locks, allocates and inflates more for each object than all the rest of a walk costs.
/// It remains to be asked about whatever this has no answer for: it says what is wrong, if anything is.
final class PackStore {
    private let packs: [PackFile]
    /// The packs, those that answered lately before the others.
    private var order: [Int]
    /// No chain of deltas is longer than there are objects; one that bites its tail would be.
    private let longestChain: Int
    private let inflater: Inflater?
    private let recent: RecentObjects
    /// The deltas between an object and the first base at hand, and the one that is applied.
    private var chain: [Link] = []
    private static let largestScratch = 1 << 22
    private var scratch = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

    /// Opens the packs of a folder of objects, such as `….git/objects/`, and of those it borrows from.
    ///
    /// Histories are read quickly with many bases at hand, single trees with few.
    init(objects folder: String, keeping bytes: Int = 16 << 20) {
        inflater = Inflater()
        packs = inflater == nil ? [] : PackFolder.packs(of: folder)
        order = Array(packs.indices)
        longestChain = packs.reduce(0) { $0 + $1.count }
        recent = RecentObjects(limit: bytes, objects: longestChain)
    }

    deinit { free(scratch.baseAddress) }

    /// The content of an object of this kind.
    ///
    /// Nil when no pack has it, when it is of another kind, and when its pack is damaged.
    func read(_ id: ObjectID, _ kind: ObjectKind) -> PackedObject? {
        guard let place = place(of: id), let object = object(at: place), object.kind == kind else { return nil }
        return object
    }

    /// Whether a pack has an object, whatever it is.
    func holds(_ id: ObjectID) -> Bool { place(of: id) != nil }

    /// What an object is, told without inflating it; nil when no pack has it, or its pack is damaged.
    func kind(of id: ObjectID) -> ObjectKind? {
        var place = place(of: id)
        for _ in 0...longestChain {
            guard let here = place, let entry = packs[here.pack].entry(at: here.offset) else { return nil }
            if case .whole(let kind) = entry.form { return kind }
            place = base(of: entry, at: here)
        }
        return nil
    }

    private func place(of id: ObjectID) -> PackPlace? {
        for index in order.indices {
            let pack = order[index]
            guard let offset = packs[pack].offset(of: id) else { continue }
            if index > 0 {
                order.remove(at: index)
                order.insert(pack, at: 0)
            }
            return PackPlace(pack: pack, offset: offset)
        }
        return nil
    }

    // MARK: - Objects

    /// A delta that waits for its base.
    private struct Link {
        let place: PackPlace
        let size: Int
        let deflated: UnsafeRawBufferPointer
    }

    private func object(at place: PackPlace) -> PackedObject? {
        chain.removeAll(keepingCapacity: true)
        guard var object = base(of: place) else { return nil }
        while let link = chain.popLast() {
            guard let next = apply(link, to: object) else { return nil }
            object = next
            recent.keep(object, at: link.place)
        }
        return object
    }

    /// The first object on the way to the last base that is at hand, with the deltas before it in `chain`.
    private func base(of place: PackPlace) -> PackedObject? {
        var place = place
        while chain.count <= longestChain {
            if let object = recent.object(at: place) { return object }
            guard let entry = packs[place.pack].entry(at: place.offset) else { return nil }
            if case .whole(let kind) = entry.form {
                let object = whole(entry, kind)
                if let object, kind == .tree || !chain.isEmpty { recent.keep(object, at: place) }
                return object
            }
            guard let base = base(of: entry, at: place) else { return nil }
            chain.append(Link(place: place, size: entry.size, deflated: entry.deflated))
            place = base
        }
        return nil
    }

    /// Where that stands from which a delta makes its object.
    private func base(of entry: PackFile.Entry, at place: PackPlace) -> PackPlace? {
        switch entry.form {
        case .whole: nil
        case .deltaAt(let offset): PackPlace(pack: place.pack, offset: offset)
        case .deltaOf(let id):
            packs[place.pack].offset(of: id).map { PackPlace(pack: place.pack, offset: $0) } ?? self.place(of: id)
        }
    }

    private func whole(_ entry: PackFile.Entry, _ kind: ObjectKind) -> PackedObject? {
        guard let bytes = memory(entry.size) else { return nil }
        guard let inflater, inflater.inflate(entry.deflated, into: bytes, entry.size) else {
            free(bytes)
            return nil
        }
        return PackedObject(taking: bytes, count: entry.size, kind: kind)
    }

    private func apply(_ link: Link, to base: PackedObject) -> PackedObject? {
        guard let inflater, let code = scratch(link.size), inflater.inflate(link.deflated, into: code, link.size),
            let delta = Delta(code, count: link.size), delta.baseSize == base.count, delta.size <= PackFile.largest,
            let bytes = memory(delta.size)
        else { return nil }
        guard delta.apply(to: base.start, into: bytes) else {
            free(bytes)
            return nil
        }
        return PackedObject(taking: bytes, count: delta.size, kind: base.kind)
    }

    // MARK: - Bytes

    /// Room for so many bytes and a NUL; nil when there is none.
    private func memory(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
        malloc(count + 1)?.assumingMemoryBound(to: UInt8.self)
    }

    /// Memory that is used again and again, unless it is very much; nil when there is none.
    private func scratch(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
        if scratch.count < count || scratch.count > Self.largestScratch {
            free(scratch.baseAddress)
            let size = max(count, 1 << 16)
            let bytes = memory(size)
            scratch = UnsafeMutableBufferPointer(start: bytes, count: bytes == nil ? 0 : size)
        }
        return scratch.baseAddress
    }
}
