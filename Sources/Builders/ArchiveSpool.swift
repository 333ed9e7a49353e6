import Crypto
import Disk
import OCI
import Pipeline
import SystemPackage

/// Takes apart the archive of an image while it comes: what is not of the base goes to files, nothing is held whole.
///
/// Reads what `GET /images/X/get` gives (docker-archive, or a layout inside of it) and what buildah and podman write.
struct ArchiveSpool {
    private let folder: FilePath
    /// The layers of the base, by their digests.
    private let known: Set<String>
    private var pending: [UInt8] = []
    private var member: Member?
    /// What pax or GNU headers said about the next member.
    private var longName: String?
    private var longSize: Int64?
    private var links: [String: String] = [:]
    private var files: [String: Spooled] = [:]

    private struct Spooled {
        let file: FilePath
        let digest: Pipeline.Digest
        let size: Int64
    }

    fileprivate struct Member {
        var name: String
        var type: UInt8
        var left: Int64
        var padding: Int
        var size: Int64
        /// Nil for what is passed over.
        var file: FilePath?
        var header: [UInt8] = []
        var hash = SHA256()
    }

    /// `folder` is there and empty; `base` are the layers that are known.
    init(in folder: FilePath, base: [Pipeline.Digest]) {
        (self.folder, known) = (folder, Set(base.map(\.hex)))
    }

    private static let block = 512

    /// Takes the next bytes; throws when they are no archive.
    mutating func feed(_ bytes: some Collection<UInt8>) throws {
        pending += bytes
        var position = 0
        while position < pending.count {
            if member != nil {
                position = try take(from: position)
            } else {
                guard position + Self.block <= pending.count else { break }
                let block = Array(pending[position..<(position + Self.block)])
                position += Self.block
                if !block.allSatisfy({ $0 == 0 }) { try begin(block) }
            }
        }
        pending.removeFirst(position)
    }

    private mutating func take(from position: Int) throws -> Int {
        guard var current = member else { return position }
        let end = position + Int(min(Int64(pending.count - position), current.left))
        let content = Array(pending[position..<end])
        if let file = current.file {
            try file.append(content)
            current.hash.update(data: content)
        } else if current.isHeader {
            current.header += content
        }
        current.left -= Int64(content.count)
        let padding = current.left == 0 ? min(current.padding, pending.count - end) : 0
        current.padding -= padding
        member = current
        if current.left == 0, current.padding == 0 { try finish(current) }
        return end + padding
    }

    private mutating func begin(_ block: [UInt8]) throws {
        func text(_ range: Range<Int>) -> String {
            String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self)
        }
        let plain = text(124..<136).trimmingSpaces
        let isUstar = block[257..<262].elementsEqual("ustar".utf8)
        guard isUstar, let stated = longSize ?? Int64(plain.isEmpty ? "0" : plain, radix: 8), stated >= 0 else {
            throw BuilderError.strange("the builder", reason: "its archive is damaged")
        }
        let prefix = block[263] == 0 || block[263] == UInt8(ascii: "0") ? text(345..<500) : ""
        let name = longName ?? (prefix.isEmpty ? text(0..<100) : prefix + "/" + text(0..<100))
        let type = block[156]
        let hasContent = [0, UInt8(ascii: "0"), UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L")].contains(type)
        let size = hasContent ? stated : 0
        var next = Member(
            name: name, type: type, left: size, padding: Int((512 - size % 512) % 512), size: size, file: nil)
        if next.isHeader {
            guard size <= 1 << 20 else { throw BuilderError.strange("the builder", reason: "its archive is damaged") }
        } else {
            (longName, longSize) = (nil, nil)
            if type == UInt8(ascii: "2") { links[name] = text(157..<257) }
            if hasContent, !isOfBase(name) {
                let file = folder.appending("member-\(files.count)")
                try file.create([])
                next.file = file
            }
        }
        member = next
        if size == 0 { try finish(next) }
    }

    /// Whether a name tells that a member is a layer of the base.
    private func isOfBase(_ name: String) -> Bool {
        let last = name.split(separator: "/").last.map(String.init) ?? ""
        return known.contains(last.hasSuffix(".tar") ? String(last.dropLast(4)) : last)
    }

    private mutating func finish(_ done: Member) throws {
        member = nil
        if done.isHeader { return note(done) }
        guard let file = done.file else { return }
        let digest = Pipeline.Digest(bytes: Array(done.hash.finalize()))
        if known.contains(digest.hex) {
            // Some name their layers otherwise; what this one is, is known only now.
            try file.remove()
            try file.create([])
        }
        files[Self.plain(done.name)] = Spooled(file: file, digest: digest, size: done.size)
    }

    private mutating func note(_ header: Member) {
        if header.type == UInt8(ascii: "L") {
            longName = String(decoding: header.header.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard header.type == UInt8(ascii: "x") else { return }
        for line in String(decoding: header.header, as: UTF8.self).split(separator: "\n") {
            let record = line.drop { $0 != " " }.dropFirst().split(separator: "=", maxSplits: 1).map(String.init)
            guard record.count == 2 else { continue }
            if record[0] == "path" { longName = record[1] }
            if record[0] == "size" { longSize = Int64(record[1]) }
        }
    }

    private static func plain(_ name: String) -> String { name.hasPrefix("./") ? String(name.dropFirst(2)) : name }

    // MARK: - The image

    /// What came, once the archive is whole: the configuration, and the layers above the base.
    func image(above base: [Pipeline.Digest], of builder: String) throws -> BuiltArchive {
        func strange(_ reason: String) -> BuilderError { .strange(builder, reason: reason) }
        guard member == nil, let list = files["manifest.json"] else { throw strange("it is not whole") }
        let manifest = try JSON(parsing: list.file.contents(limit: 1 << 20), profile: .lenient).array?.first
        guard let name = manifest?["Config"]?.string, let config = files[Self.plain(name)] else {
            throw strange("it has no configuration")
        }
        let configuration = try JSON(parsing: config.file.contents(limit: 8 << 20), profile: .lenient)
        let ids = (configuration["rootfs"]?["diff_ids"]?.array ?? []).compactMap {
            $0.string.flatMap(Pipeline.Digest.init(parsing:))
        }
        let names = (manifest?["Layers"]?.array ?? []).compactMap(\.string)
        guard ids.count == names.count else { throw strange("it says two things about its layers") }
        guard Array(ids.prefix(base.count)) == base else {
            throw strange("it does not stand on the base that its Dockerfile names")
        }
        let layers = try zip(ids, names).dropFirst(base.count).map { id, name -> BuiltArchive.Layer in
            // One that the base has as well is taken from there.
            if base.contains(id) { return .init(diffID: id, file: folder, packed: nil) }
            if let own = files[resolved(name)] {
                if own.digest == id { return .init(diffID: id, file: own.file, packed: nil) }
                let packed = Descriptor(mediaType: try mediaType(own), digest: own.digest, size: own.size)
                return .init(diffID: id, file: own.file, packed: packed)
            }
            guard let same = files.values.first(where: { $0.digest == id }) else { throw strange("it lacks \(id)") }
            return .init(diffID: id, file: same.file, packed: nil)
        }
        return BuiltArchive(configuration: configuration.withoutMarks, layers: layers)
    }

    /// Follows a link from one layer to another that is the same.
    private func resolved(_ name: String) -> String {
        guard let target = links[name] ?? links["./" + name] else { return Self.plain(name) }
        let parts = target.split(separator: "/").filter { $0 != ".." }
        return parts.joined(separator: "/")
    }

    /// What a packed layer is packed with.
    private func mediaType(_ layer: Spooled) throws -> String {
        let start = try layer.file.slice(from: 0, count: 4)
        if start.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return "application/vnd.oci.image.layer.v1.tar+zstd" }
        guard start.starts(with: [0x1F, 0x8B]) else {
            throw BuilderError.strange("the builder", reason: "a layer does not have the content its name says")
        }
        return MediaType.layer
    }
}

extension ArchiveSpool.Member {
    /// Whether it only tells something about the next one.
    fileprivate var isHeader: Bool {
        [UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L")].contains(type)
    }
}

extension String {
    fileprivate var trimmingSpaces: String { String(filter { $0 != " " }) }
}

extension JSON {
    /// A configuration without the labels by which a build was known.
    fileprivate var withoutMarks: JSON {
        guard var all = object else { return self }
        let isMark = { (text: String) in
            text.contains(BuildMark.rootLabel + "=") || text.contains(BuildMark.buildLabel + "=")
        }
        if var settings = all["config"]?.object {
            var labels = settings["Labels"]?.object ?? [:]
            for key in [BuildMark.rootLabel, BuildMark.buildLabel] { labels[key] = nil }
            settings["Labels"] = labels.isEmpty ? nil : .object(labels)
            all["config"] = .object(settings)
        }
        if let history = all["history"]?.array {
            all["history"] = .array(history.filter { !isMark($0["created_by"]?.string ?? "") })
        }
        return .object(all)
    }
}
