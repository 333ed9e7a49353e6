/// `yarn.lock` of yarn 1 has what each wanted range resolves to.
///
/// Who wants it stands in the manifests.
struct YarnLockfile: LockedModules {
    private let graph: PackageGraph
    /// The packages by what is wanted: `name@range`.
    private let wanted: [String: Int]

    init(parsing bytes: [UInt8]) throws(Unreadable) {
        var reader = YarnReader()
        try reader.read(bytes)
        var wanted: [String: Int] = [:]
        for (index, block) in reader.blocks.enumerated() {
            for key in block.keys {
                guard wanted.updateValue(index, forKey: key) == nil else { throw Unreadable() }
            }
        }
        self.wanted = wanted
        var packages: [LockedPackage] = []
        for block in reader.blocks {
            guard let version = block.fields["version"], let key = block.keys.first else { throw Unreadable() }
            let resolution = block.fields["integrity"] ?? block.fields["resolved"] ?? ""
            let needs = Self.needs(block.dependencies, in: wanted)
            let label = "\(Self.name(of: key)) \(version)"
            packages.append(LockedPackage(label: label, resolution: resolution, needs: needs))
        }
        graph = PackageGraph(packages)
    }

    func closure(of importer: Importer) -> [String]? {
        guard let manifest = importer.manifest else { return nil }
        do throws(Unreadable) {
            let document = try JSON(readable: manifest)
            guard document.object != nil else { return nil }
            var dependencies: [YarnReader.Dependency] = []
            for kind in ["dependencies", "devDependencies", "optionalDependencies"] {
                dependencies += try document.texts(kind).map { ($0, $1) }
            }
            let needs = Self.needs(dependencies, in: wanted)
            let folder = importer.folder.isRoot ? "." : "\(importer.folder)"
            return graph.closure(of: LockedPackage(label: folder, resolution: nil, needs: needs))
        } catch {
            return nil
        }
    }

    /// Nil when one of the ranges is not resolved here and does not say either that it is another module's.
    private static func needs(_ dependencies: [YarnReader.Dependency], in wanted: [String: Int]) -> [Int]? {
        var needs: [Int] = []
        for (name, range) in dependencies {
            if let index = wanted["\(name)@\(range)"] {
                needs.append(index)
            } else if range != "*", !["workspace:", "file:", "link:", "portal:"].contains(where: range.hasPrefix) {
                return nil
            }
        }
        return needs
    }

    /// The name in `name@range`; a scoped name begins with the same sign.
    private static func name(of key: String) -> Substring {
        guard let sign = key.dropFirst().firstIndex(of: "@") else { return key[...] }
        return key[..<sign]
    }
}

/// Reads the blocks of a `yarn.lock`: wanted ranges, then indented fields, then more indented dependencies.
private struct YarnReader {
    typealias Dependency = (name: String, range: String)

    struct Block {
        let keys: [String]
        var fields: [String: String] = [:]
        var dependencies: [Dependency] = []
    }

    private(set) var blocks: [Block] = []
    /// The name of the list whose elements are read, if one is.
    private var list: String?

    /// Takes a file that says of which version it is, as each one does.
    mutating func read(_ bytes: [UInt8]) throws(Unreadable) {
        var isVersioned = false
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let first = text.firstIndex(where: { $0 != UInt8(ascii: " ") }) else { continue }
            guard text[first] != UInt8(ascii: "#") else {
                if text.elementsEqual("# yarn lockfile v1".utf8) { isVersioned = true }
                continue
            }
            try read(try Self.words(text[first...]), at: first - text.startIndex)
        }
        guard isVersioned else { throw Unreadable() }
    }

    private mutating func read(_ words: [String], at indentation: Int) throws(Unreadable) {
        let opens = words.last == ":"
        switch indentation {
        case 0 where opens && words.count > 1:
            list = nil
            blocks.append(Block(keys: Array(words.dropLast())))
        case 2 where opens && words.count == 2 && !blocks.isEmpty: list = words[0]
        case 2 where words.count == 2 && !blocks.isEmpty:
            list = nil
            let fields = blocks[blocks.count - 1].fields.updateValue(words[1], forKey: words[0])
            guard fields == nil else { throw Unreadable() }
        case 4 where words.count == 2 && !opens && list != nil:
            guard list == "dependencies" || list == "optionalDependencies" else { return }
            blocks[blocks.count - 1].dependencies.append((words[0], words[1]))
        default: throw Unreadable()
        }
    }

    /// The words of a line, quoted or not; commas part them, a colon at the end is one of its own.
    private static func words(_ line: ArraySlice<UInt8>) throws(Unreadable) -> [String] {
        var words: [String] = []
        var rest = line
        while let first = rest.first {
            switch first {
            case UInt8(ascii: " "), UInt8(ascii: ","): rest = rest.dropFirst()
            case UInt8(ascii: ":") where rest.count == 1:
                words.append(":")
                rest = []
            case UInt8(ascii: "\""):
                guard let end = rest.dropFirst().firstIndex(of: first),
                    let word = try JSON(readable: Array(rest[...end])).string
                else { throw Unreadable() }
                words.append(word)
                rest = rest[(end + 1)...]
            default:
                let end = rest.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") } ?? rest.endIndex
                let opens = end == rest.endIndex && rest.last == UInt8(ascii: ":")
                let last = opens ? end - 1 : end
                guard let word = String(validating: rest[..<last], as: UTF8.self) else { throw Unreadable() }
                words.append(word)
                rest = rest[last...]
            }
        }
        return words
    }
}
