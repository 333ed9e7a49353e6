/// Takes out of XML, before it is parsed, what a parser that is fed piece by piece would hold or stumble over.
///
/// Of a CDATA section, a comment or an instruction only the beginning is left: libxml2 gathers each until its end has come,
/// and a hundred megabytes of output stand in one. Control characters that XML forbids become question marks. For
/// encodings whose marks are those of ASCII.
struct XMLTrimmer {
    /// As much as anybody reads of a failure.
    static let limit = 1 << 16

    private var state = State.content
    /// How many bytes of what is open came by.
    private var seen = 0
    /// Whether bytes of what is open were already left out.
    private var isDropping = false
    /// What is handed on, once it is not what came.
    private var output: [UInt8] = []

    private enum State: Equatable {
        case content
        /// So many bytes of `<![CDATA[` were seen.
        case opening(Int)
        /// `<!-`
        case dash
        case inside(End, matched: Int)
    }

    /// What ends that which is open.
    private enum End {
        case section, comment, instruction

        var mark: [UInt8] {
            switch self {
            case .section: [0x5d, 0x5d, 0x3e]
            case .comment: [0x2d, 0x2d, 0x3e]
            case .instruction: [0x3f, 0x3e]
            }
        }
        var first: UInt8 {
            switch self {
            case .section: 0x5d
            case .comment: 0x2d
            case .instruction: 0x3f
            }
        }
    }

    private static let section = Array("<![CDATA[".utf8)

    /// The next piece, without what is left out.
    mutating func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        output.removeAll(keepingCapacity: true)
        var copied = bytes.startIndex
        var isChanged = false
        unsafe bytes.withUnsafeBufferPointer { buffer in
            var index = 0
            while index < buffer.count {
                index = unsafe skip(buffer, from: index)
                guard index < buffer.count else { break }
                let byte = unsafe buffer[index]
                index += 1
                guard let instead = take(byte) else { continue }
                output += bytes[copied..<(bytes.startIndex + index - 1)]
                output += instead
                copied = bytes.startIndex + index
                isChanged = true
                if isDropping {
                    index = unsafe drop(buffer, from: index)
                    copied = bytes.startIndex + index
                }
            }
        }
        guard isChanged else { return bytes }
        output += bytes[copied...]
        return output[...]
    }

    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d
    }

    /// Past as many bytes as are surely nothing but text, eight at a time.
    private static func plain(
        _ buffer: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, besides sign: UInt8
    ) -> Int {
        let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let bytes = UnsafeRawBufferPointer(buffer)
        var index = start
        while index + 8 <= end {
            let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let other = word ^ (ones &* UInt64(sign))
            // A byte below a blank, or one that is the sign (the highest bit of a byte tells).
            let signs = ((word &- ones &* 0x20) & ~word | (other &- ones) & ~other) & tops
            if signs != 0 { return index + signs.trailingZeroBitCount / 8 }
            index += 8
        }
        return index
    }

    /// Past what means nothing where it stands.
    private mutating func skip(_ buffer: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        switch state {
        case .content:
            while index < buffer.count {
                index = unsafe Self.plain(buffer, from: index, to: buffer.count, besides: 0x3c)
                guard index < buffer.count else { break }
                let byte = unsafe buffer[index]
                if byte == 0x3c || Self.isForbidden(byte) { break }
                index += 1
            }
        case .inside(let end, matched: 0):
            let first = end.first
            let last = min(buffer.count, start + max(0, Self.limit - seen))
            while index < last {
                index = unsafe Self.plain(buffer, from: index, to: last, besides: first)
                guard index < last else { break }
                let byte = unsafe buffer[index]
                if byte == first || Self.isForbidden(byte) { break }
                index += 1
            }
            seen += index - start
        default: break
        }
        return index
    }

    /// Past what is left out: up to the byte that may end it.
    private func drop(_ buffer: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard case .inside(let end, matched: 0) = state else { return start }
        let first = end.first
        var index = start
        while index < buffer.count, unsafe buffer[index] != first { index += 1 }
        return index
    }

    /// Looks at one byte; what stands instead of it, or nil when it stays.
    private mutating func take(_ byte: UInt8) -> [UInt8]? {
        switch state {
        case .content, .opening, .dash:
            open(byte)
            return Self.isForbidden(byte) ? [UInt8(ascii: "?")] : nil
        case .inside(let end, let matched): return take(byte, in: end, matched)
        }
    }

    private mutating func open(_ byte: UInt8) {
        switch (state, byte) {
        case (_, 0x3c): state = .opening(1)
        case (.opening(1), 0x3f): enter(.instruction)
        case (.opening(2), 0x2d): state = .dash
        case (.dash, 0x2d): enter(.comment)
        case (.opening(let count), _) where byte == Self.section[min(count, 8)]:
            if count == 8 { enter(.section) } else { state = .opening(count + 1) }
        default: state = .content
        }
    }

    private mutating func enter(_ end: End) {
        (state, seen) = (.inside(end, matched: 0), 0)
    }

    private mutating func take(_ byte: UInt8, in end: End, _ matched: Int) -> [UInt8]? {
        seen += 1
        let mark = end.mark
        // A byte that goes on with a character stays with it, and the beginning of the end with the end.
        let isLeftOut = seen > Self.limit && (isDropping || (matched == 0 && byte & 0xc0 != 0x80))
        if isLeftOut { isDropping = true }
        if byte == mark[matched] {
            guard matched == mark.count - 1 else {
                state = .inside(end, matched: matched + 1)
                return isLeftOut ? [] : nil
            }
            state = .content
            defer { isDropping = false }
            return isLeftOut ? mark : nil
        }
        // `]]]>` ends as `]]>` does.
        let isRepeated = byte == end.first && matched == mark.count - 1
        state = .inside(end, matched: isRepeated ? matched : byte == end.first ? 1 : 0)
        return isLeftOut ? [] : Self.isForbidden(byte) ? [UInt8(ascii: "?")] : nil
    }
}
