import Glibc
import Pipeline

/// What git keeps of commits beside them, so that whoever walks need not inflate each.
///
/// All of it stands in the commits too: it is believed where it makes sense, as git believes it, and passed over without
/// a word where it does not.
final class GraphFile {
    /// Each stands on those before it.
    private let layers: [GraphLayer]
    let count: Int

    /// Opens that of a folder of objects, or of the first it borrows from that has one.
    init?(objects: String) {
        let folders = PackFolder.folders(of: objects)
        let found = folders.lazy.map { Self.layers(in: $0, or: folders) }.first { !$0.isEmpty }
        guard let found, let last = found.last else { return nil }
        (layers, count) = (found, last.below + last.count)
    }

    /// One file, or several of which each lists more recent commits; of a chain that is torn what still holds.
    private static func layers(in folder: String, or others: [String]) -> [GraphLayer] {
        if let whole = GraphLayer(folder + "/info/commit-graph", on: 0, below: 0) { return [whole] }
        var layers: [GraphLayer] = []
        for name in PackFolder.lines(of: folder + "/info/commit-graphs/commit-graph-chain") {
            let below = layers.last.map { $0.below + $0.count } ?? 0
            guard let id = ObjectID(parsing: name) else { break }
            let layer = ([folder] + others).lazy.compactMap {
                GraphLayer("\($0)/info/commit-graphs/graph-\(id).graph", on: layers.count, below: below)
            }.first
            guard let layer else { break }
            layers.append(layer)
        }
        return layers
    }

    /// Tells its content from that of any other.
    var checksums: [ObjectID] { layers.map(\.checksum) }

    /// Where a commit stands, counted over all layers, if it is known.
    func place(of id: ObjectID) -> Int? {
        for layer in layers.reversed() {
            if let place = layer.ids.place(of: id) { return layer.below + place }
        }
        return nil
    }

    private func layer(of place: Int) -> GraphLayer {
        var index = layers.count - 1
        while layers[index].below > place { index -= 1 }
        return layers[index]
    }

    /// A commit by its place, without grade and parents.
    func commit(at place: Int) -> (id: ObjectID, tree: ObjectID, time: Int64) {
        let layer = layer(of: place)
        let own = place - layer.below
        return (layer.ids[own], layer.tree(at: own), layer.time(at: own))
    }

    /// Adds the places of the parents of a commit; false when they make no sense.
    func addParents(of place: Int, to places: inout [Int]) -> Bool {
        let layer = layer(of: place)
        return layer.addParents(at: place - layer.below, to: &places)
    }
}

extension Repository {
    /// What git keeps of commits, unless it would not ask it either: where commits are not what they seem, in shallow
    /// clones, and where it is told not to.
    func graphFile() throws(GitError) -> GraphFile? {
        let wish = try Self.setting("core.commitgraph", of: handle.pointer)?.lowercased() ?? ""
        guard boundary.isEmpty, !["false", "no", "off", "0"].contains(wish),
            access(commonFolder + "info/grafts", F_OK) != 0,
            LooseRefs.names(below: commonFolder + "refs/replace").isEmpty,
            try PackedRefs(commonFolder)?.holdsAny(below: "refs/replace/") != true
        else { return nil }
        return GraphFile(objects: commonFolder + "objects")
    }
}
