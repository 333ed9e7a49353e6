import Pipeline

/// One member of a layer.
struct TarEntry: Equatable {
    var path: [UInt8]
    var kind: Kind
    var mode: UInt32
    var owner = Owner()

    enum Kind: Equatable {
        case folder
        case file(size: Int64)
        case symbolicLink(to: [UInt8])
    }

    struct Owner: Equatable {
        var user = 0
        var group = 0
    }
}

/// Headers of a tar archive: ustar, with pax records for what ustar cannot say (POSIX.1-2008, pax).
///
/// No names of users, no time but the given one: the same entries are the same bytes on every machine.
struct TarWriter {
    /// Seconds since 1970, of every member.
    let modified: Int64

    static let blockSize = 512
    /// Two empty blocks end an archive.
    static let end = [UInt8](repeating: 0, count: 2 * blockSize)

    static func padding(after size: Int64) -> [UInt8] {
        [UInt8](repeating: 0, count: (blockSize - Int(size % Int64(blockSize))) % blockSize)
    }

    func header(of entry: TarEntry) -> [UInt8] {
        var records: [(key: String, value: [UInt8])] = []
        let path = entry.kind == .folder ? entry.path + [UInt8(ascii: "/")] : entry.path
        let parts = Self.split(path)
        if parts == nil { records.append(("path", path)) }
        var link: [UInt8] = []
        var size: Int64 = 0
        switch entry.kind {
        case .folder: break
        case .file(let count):
            size = count
            if count > Self.largest(digits: 11) { records.append(("size", Array("\(count)".utf8))) }
        case .symbolicLink(let target):
            link = target
            if target.count > 100 { records.append(("linkpath", target)) }
        }
        let name = parts ?? (prefix: [], name: Array(path.suffix(100)))
        let type: UInt8 =
            switch entry.kind {
            case .folder: UInt8(ascii: "5")
            case .file: UInt8(ascii: "0")
            case .symbolicLink: UInt8(ascii: "2")
            }
        let fields = Fields(
            name: name.name, prefix: name.prefix, link: Array(link.prefix(100)), mode: entry.mode, owner: entry.owner,
            size: min(size, Self.largest(digits: 11)), type: type)
        return extended(records) + block(fields)
    }

    private struct Fields {
        var name: [UInt8]
        var prefix: [UInt8] = []
        var link: [UInt8] = []
        var mode: UInt32
        var owner = TarEntry.Owner()
        var size: Int64
        var type: UInt8
    }

    private static func largest(digits: Int) -> Int64 { (1 << Int64(3 * digits)) - 1 }

    /// Name and prefix as ustar parts them at a slash; nil when they do not fit.
    private static func split(_ path: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
        if path.count <= 100 { return ([], path) }
        let slash = UInt8(ascii: "/")
        let place = path.indices.first { path[$0] == slash && path.count - $0 - 1 <= 100 && $0 + 1 < path.count }
        guard let place, place <= 155, place > 0 else { return nil }
        return (Array(path[..<place]), Array(path[(place + 1)...]))
    }

    /// The records of a pax extended header, as a member before the one they are about.
    private func extended(_ records: [(key: String, value: [UInt8])]) -> [UInt8] {
        guard !records.isEmpty else { return [] }
        let body = records.flatMap { record -> [UInt8] in
            let rest = Array(" \(record.key)=".utf8) + record.value + [UInt8(ascii: "\n")]
            var length = rest.count + 1
            while "\(length)".utf8.count + rest.count != length { length = "\(length)".utf8.count + rest.count }
            return Array("\(length)".utf8) + rest
        }
        let fields = Fields(name: Array("pax".utf8), mode: 0o644, size: Int64(body.count), type: UInt8(ascii: "x"))
        return block(fields) + body + Self.padding(after: Int64(body.count))
    }

    private func block(_ fields: Fields) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.blockSize)
        func put(_ bytes: [UInt8], at offset: Int) {
            block.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        }
        func octal(_ number: Int64, digits: Int) -> [UInt8] {
            let text = String(number, radix: 8)
            return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
        }
        put(fields.name, at: 0)
        put(octal(Int64(fields.mode), digits: 7), at: 100)
        put(octal(Int64(fields.owner.user), digits: 7), at: 108)
        put(octal(Int64(fields.owner.group), digits: 7), at: 116)
        put(octal(fields.size, digits: 11), at: 124)
        put(octal(modified, digits: 11), at: 136)
        put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
        block[156] = fields.type
        put(fields.link, at: 157)
        put(Array("ustar\0".utf8) + Array("00".utf8), at: 257)
        put(octal(0, digits: 7), at: 329)
        put(octal(0, digits: 7), at: 337)
        put(fields.prefix, at: 345)
        let sum = block.reduce(Int64(0)) { $0 + Int64($1) }
        put(octal(sum, digits: 6) + [0, UInt8(ascii: " ")], at: 148)
        return block
    }
}
