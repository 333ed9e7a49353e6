import Pipeline

/// Reads a tar archive as it comes: ustar, pax, and what GNU tar and old ones write.
struct TarReader {
    /// One member, without its content.
    struct Member: Equatable {
        /// Without slashes at either end, `.` and empty components.
        var path: [UInt8]
        var kind: Kind
        var mode: UInt32
        var owner = TarEntry.Owner()

        enum Kind: Equatable {
            case folder
            case file(size: Int64)
            case symbolicLink(to: [UInt8])
            /// To a member that came before.
            case hardLink(to: [UInt8])
            /// A device or a pipe.
            case special
        }
    }

    /// What does something with what is read.
    struct Handler {
        /// Takes a member, and says whether its content is wanted.
        var member: (Member) throws -> Bool
        var content: (ArraySlice<UInt8>) throws -> Void
        /// The content of the last member that was wanted is whole.
        var end: () throws -> Void
    }

    private var header: [UInt8] = []
    private var current: Current?
    /// What the next member cannot say in its own header.
    private var extra = Extra()

    private struct Current {
        var left: Int64
        var padding: Int64
        var use: Use

        enum Use {
            case pass, hand
            case keep(as: UInt8, [UInt8])
        }
    }

    private struct Extra {
        var path: [UInt8]?
        var link: [UInt8]?
        var size: Int64?
        var user: Int?
        var group: Int?
    }

    /// Longer names and records are nobody's.
    private static let recordLimit = 1 << 20

    /// Whether everything that was begun was read.
    var isWhole: Bool { current == nil && header.isEmpty }

    mutating func take(_ bytes: ArraySlice<UInt8>, _ handler: Handler) throws {
        var rest = bytes
        while !rest.isEmpty {
            if current != nil {
                try takeContent(&rest, handler)
                continue
            }
            let missing = TarWriter.blockSize - header.count
            header += rest.prefix(missing)
            rest = rest.dropFirst(missing)
            guard header.count == TarWriter.blockSize else { return }
            let block = header
            header = []
            // Two of them end the archive; what stands behind is of the same kind.
            if block.allSatisfy({ $0 == 0 }) { continue }
            try begin(block, handler)
        }
    }

    private mutating func takeContent(_ rest: inout ArraySlice<UInt8>, _ handler: Handler) throws {
        guard var now = current else { return }
        let piece = rest.prefix(Int(min(now.left, Int64(rest.count))))
        if !piece.isEmpty {
            now.left -= Int64(piece.count)
            rest = rest.dropFirst(piece.count)
            switch now.use {
            case .pass: break
            case .hand: try handler.content(piece)
            case .keep(let type, let bytes): now.use = .keep(as: type, bytes + piece)
            }
            if now.left == 0 { try finish(now, handler) }
        }
        if now.left == 0 {
            let padding = min(now.padding, Int64(rest.count))
            rest = rest.dropFirst(Int(padding))
            now.padding -= padding
        }
        current = now.left == 0 && now.padding == 0 ? nil : now
    }

    private mutating func finish(_ now: Current, _ handler: Handler) throws {
        switch now.use {
        case .pass: break
        case .hand: try handler.end()
        case .keep(let type, let bytes): learn(type, bytes)
        }
    }

    private mutating func begin(_ block: [UInt8], _ handler: Handler) throws {
        func field(_ range: Range<Int>) -> [UInt8] { Array(block[range].prefix { $0 != 0 }) }
        guard let stated = Self.number(block[124..<136]), stated >= 0 else { throw LayerStream.Damage() }
        let type = block[156]
        if "xgLK".utf8.contains(type) {
            guard stated <= Self.recordLimit else { throw LayerStream.Damage() }
            start(size: stated, use: .keep(as: type, []))
            return
        }
        let prefix = block[257..<263].elementsEqual("ustar\0".utf8) ? field(345..<500) : []
        let name = prefix.isEmpty ? field(0..<100) : prefix + [UInt8(ascii: "/")] + field(0..<100)
        let (path, link) = (extra.path ?? name, extra.link ?? field(157..<257))
        let size = extra.size ?? stated
        let owner = TarEntry.Owner(
            user: extra.user ?? Int(Self.number(block[108..<116]) ?? 0),
            group: extra.group ?? Int(Self.number(block[116..<124]) ?? 0))
        extra = Extra()
        let kind: Member.Kind =
            switch type {
            case UInt8(ascii: "1"): .hardLink(to: Self.plain(link))
            case UInt8(ascii: "2"): .symbolicLink(to: link)
            case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): .special
            case UInt8(ascii: "5"): .folder
            // Old ones know a folder only by the slash at the end of its name.
            default: path.last == UInt8(ascii: "/") ? .folder : .file(size: size)
            }
        let mode = UInt32(truncatingIfNeeded: Self.number(block[100..<108]) ?? 0) & 0o7777
        let member = Member(path: Self.plain(path), kind: kind, mode: mode, owner: owner)
        guard case .file = kind else {
            _ = try handler.member(member)
            return start(size: kind == .special || type == UInt8(ascii: "5") ? size : 0, use: .pass)
        }
        let isWanted = try handler.member(member)
        start(size: size, use: isWanted ? .hand : .pass)
        if isWanted, size == 0 { try handler.end() }
    }

    private mutating func start(size: Int64, use: Current.Use) {
        guard size > 0 else { return }
        current = Current(left: size, padding: Int64(TarWriter.padding(after: size).count), use: use)
    }

    /// Takes what a member says about the next one.
    private mutating func learn(_ type: UInt8, _ bytes: [UInt8]) {
        switch type {
        case UInt8(ascii: "L"): extra.path = Array(bytes.prefix { $0 != 0 })
        case UInt8(ascii: "K"): extra.link = Array(bytes.prefix { $0 != 0 })
        case UInt8(ascii: "x"):
            for (key, value) in Self.records(bytes) {
                let number = Int64(String(decoding: value, as: UTF8.self)).flatMap { $0 >= 0 ? $0 : nil }
                switch key {
                case "path": extra.path = value
                case "linkpath": extra.link = value
                case "size": extra.size = number
                case "uid": extra.user = number.map { Int($0) }
                case "gid": extra.group = number.map { Int($0) }
                default: break
                }
            }
        default: break
        }
    }

    /// Pax records: `LENGTH key=value` and the end of a line.
    static func records(_ bytes: [UInt8]) -> [(key: String, value: [UInt8])] {
        var records: [(key: String, value: [UInt8])] = []
        var rest = bytes[...]
        while let space = rest.firstIndex(of: UInt8(ascii: " ")) {
            guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > space - rest.startIndex,
                length <= rest.count
            else { break }
            let record = rest[(space + 1)..<(rest.startIndex + length)].dropLast()
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { break }
            records.append((String(decoding: record[..<equals], as: UTF8.self), Array(record[(equals + 1)...])))
            rest = rest[(rest.startIndex + length)...]
        }
        return records
    }

    /// A number in octal digits, or, where those did not suffice, in base 256.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80, field.dropFirst().dropLast(7).allSatisfy({ $0 == 0 }) else { return nil }
            return field.suffix(7).reduce(0) { $0 << 8 | Int64($1) }
        }
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        return digits.isEmpty ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    private static func plain(_ path: [UInt8]) -> [UInt8] {
        let parts = path.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
        return Array(parts.joined(separator: [UInt8(ascii: "/")]))
    }
}
