import Crypto
import Pipeline

/// Reads a tar archive as its bytes come, whoever wrote it: ustar, pax records, the long names and large sizes of GNU tar.
struct ArchiveReader {
    /// One member: what it is, with the digest of its content.
    typealias Member = (path: String, file: ImageFile)

    private var pending: [UInt8] = []
    private var current: Current?
    /// What members say about the next one.
    private var records: [String: [UInt8]] = [:]
    private var isAtEnd = false

    private static let blockSize = 512
    /// What a member may say about the next one; names are shorter.
    private static let recordLimit = 1 << 20

    /// A member whose content is read.
    private struct Current {
        let type: UInt8
        let path: String
        var file: ImageFile
        var left: Int64
        var padding: Int
        var hash = SHA256()
        var text: [UInt8] = []

        var isAboutNext: Bool { "xgLK".utf8.contains(type) }
        var isOver: Bool { left == 0 && padding == 0 }
    }

    /// Takes some bytes, and hands on the members that end in them.
    mutating func take(_ bytes: ArraySlice<UInt8>, _ body: (Member) throws -> Void) throws {
        pending += bytes
        var position = 0
        while !isAtEnd, position < pending.count {
            if current != nil {
                position = try takeContent(from: position, body)
            } else {
                guard position + Self.blockSize <= pending.count else { break }
                let block = Array(pending[position..<(position + Self.blockSize)])
                position += Self.blockSize
                try begin(block)
                if let begun = current, begun.isOver { try finish(begun, body) }
            }
        }
        if isAtEnd { pending = [] } else { pending.removeFirst(position) }
    }

    /// Says that there are no more bytes.
    func finish() throws {
        guard current == nil, pending.isEmpty else { throw LayerError.damaged("its archive ends early") }
    }

    private mutating func takeContent(from position: Int, _ body: (Member) throws -> Void) throws -> Int {
        guard var member = current else { return position }
        let end = position + Int(min(Int64(pending.count - position), member.left))
        let content = pending[position..<end]
        if member.isAboutNext { member.text += content } else { member.hash.update(data: content) }
        member.left -= Int64(content.count)
        let padding = member.left == 0 ? min(member.padding, pending.count - end) : 0
        member.padding -= padding
        current = member
        if member.isOver { try finish(member, body) }
        return end + padding
    }

    private mutating func begin(_ block: [UInt8]) throws {
        guard block.contains(where: { $0 != 0 }) else {
            isAtEnd = true
            return
        }
        let header = TarHeader(block)
        guard header.isWhole else { throw LayerError.damaged("its archive has a header that is none") }
        let isAboutNext = "xgLK".utf8.contains(header.type)
        let size = isAboutNext ? header.size : records["size"].flatMap(TarHeader.decimal) ?? header.size
        guard let size, size >= 0, size <= (isAboutNext ? Int64(Self.recordLimit) : .max - 1024) else {
            throw LayerError.damaged("its archive has a member of no size")
        }
        let path = records["path"] ?? header.path
        let target = records["linkpath"] ?? header.target
        var file = ImageFile(kind: ImageFile.Kind(tar: header.type), mode: header.mode & 0o7777)
        file.user = records["uid"].flatMap(TarHeader.decimal) ?? header.user
        file.group = records["gid"].flatMap(TarHeader.decimal) ?? header.group
        switch file.kind {
        case .symbolicLink: file.target = TarHeader.text(target)
        case .hardLink: file.target = TarHeader.place(target)
        case .file: file.size = size
        case .folder, .device, .pipe: break
        }
        // Other kinds have none, whatever the field says.
        let left = file.kind == .file || isAboutNext ? size : 0
        current = Current(
            type: header.type, path: TarHeader.place(path), file: file, left: left,
            padding: Int((512 - left % 512) % 512))
        if !isAboutNext { records = [:] }
    }

    private mutating func finish(_ member: Current, _ body: (Member) throws -> Void) throws {
        current = nil
        switch member.type {
        case UInt8(ascii: "x"): records.merge(TarHeader.records(member.text)) { $1 }
        case UInt8(ascii: "g"): break
        case UInt8(ascii: "L"): records["path"] = Array(member.text.prefix { $0 != 0 })
        case UInt8(ascii: "K"): records["linkpath"] = Array(member.text.prefix { $0 != 0 })
        default:
            var file = member.file
            if file.kind == .file { file.content = Pipeline.Digest(bytes: Array(member.hash.finalize())) }
            if !member.path.isEmpty { try body((member.path, file)) }
        }
    }
}

extension ImageFile.Kind {
    /// The kind that a tar header says by a character.
    fileprivate init(tar type: UInt8) {
        switch type {
        case UInt8(ascii: "1"): self = .hardLink
        case UInt8(ascii: "2"): self = .symbolicLink
        case UInt8(ascii: "3"), UInt8(ascii: "4"): self = .device
        case UInt8(ascii: "5"): self = .folder
        case UInt8(ascii: "6"): self = .pipe
        default: self = .file
        }
    }
}

/// The 512 bytes before a member of a tar archive.
struct TarHeader {
    let block: [UInt8]

    init(_ block: [UInt8]) {
        self.block = block
    }

    /// Whether its sum is what it says.
    var isWhole: Bool {
        let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        return Self.number(field(148..<156)) == Int64(sum)
    }

    var type: UInt8 { block[156] }
    var size: Int64? { Self.number(Array(block[124..<136])) }
    var mode: Int64 { Self.number(field(100..<108)) ?? 0 }
    var user: Int64 { Self.number(Array(block[108..<116])) ?? 0 }
    var group: Int64 { Self.number(Array(block[116..<124])) ?? 0 }
    var target: [UInt8] { field(157..<257) }

    var path: [UInt8] {
        // GNU tar keeps times where ustar keeps the beginning of a path.
        let isUstar = block[257..<263].elementsEqual("ustar\0".utf8)
        let prefix = isUstar ? field(345..<500) : []
        return (prefix.isEmpty ? [] : prefix + [UInt8(ascii: "/")]) + field(0..<100)
    }

    private func field(_ range: Range<Int>) -> [UInt8] { Array(block[range].prefix { $0 != 0 }) }

    /// A number in octal, or in the bytes themselves where the first bit says so.
    private static func number(_ field: [UInt8]) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            let bytes = [first & 0x7F] + field.dropFirst()
            guard bytes.dropLast(8).allSatisfy({ $0 == 0 }) else { return nil }
            let value = bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int64(exactly: value)
        }
        let digits = field.filter { $0 != 0 && $0 != UInt8(ascii: " ") }
        return digits.isEmpty ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    static func decimal(_ bytes: [UInt8]) -> Int64? { Int64(String(decoding: bytes, as: UTF8.self)) }

    /// A name as people read it; bytes that are no text are shown as `\x` and two digits, so that two names stay two.
    static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return bytes.map { $0 < 0x80 ? String(UnicodeScalar($0)) : "\\x" + [$0].hexadecimal }.joined()
    }

    /// A path below the root, without `./`, `/` before it and behind it.
    static func place(_ bytes: [UInt8]) -> String {
        let parts = bytes.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
        return parts.map { text(Array($0)) }.joined(separator: "/")
    }

    /// pax records, each `LENGTH KEY=VALUE` and a line feed.
    static func records(_ bytes: [UInt8]) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        var rest = bytes[...]
        while let space = rest.firstIndex(of: UInt8(ascii: " ")) {
            guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1,
                length <= rest.count
            else { return found }
            let record = rest[(space + 1)..<(rest.startIndex + length)].dropLast()
            if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
                let value = record[(equals + 1)...]
                found[String(decoding: record[..<equals], as: UTF8.self)] = Array(value)
            }
            rest = rest[(rest.startIndex + length)...]
        }
        return found
    }
}
