/// A part of a message, as UTF-8 that may be broken.
typealias MessageBytes = ArraySlice<UInt8>

extension ArraySlice<UInt8> {
    /// Broken UTF-8 is replaced.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// Without blanks and control characters at both ends.
    var trimmed: MessageBytes {
        var part = self
        while let first = part.first, first <= 0x20 { part = part.dropFirst() }
        while let last = part.last, last <= 0x20 || last == 0x7F { part = part.dropLast() }
        return part
    }

    /// What follows a beginning of ASCII letters in either case; nil when the part begins otherwise.
    func after(_ beginning: String) -> MessageBytes? {
        var rest = self
        for letter in beginning.utf8 {
            guard let first = rest.first, first.lower == letter.lower else { return nil }
            rest = rest.dropFirst()
        }
        return rest
    }

    /// What follows a beginning that must be written exactly so.
    func afterExactly(_ beginning: String) -> MessageBytes? {
        starts(with: beginning.utf8) ? dropFirst(beginning.utf8.count) : nil
    }

    func isExactly(_ text: String) -> Bool { elementsEqual(text.utf8) }

    /// The digits at the beginning, and what follows them; nil when there are none.
    var leadingNumber: (digits: MessageBytes, rest: MessageBytes)? {
        let digits = prefix(while: \.isDigit)
        return digits.isEmpty ? nil : (digits, dropFirst(digits.count))
    }

    /// What stands behind the bullet or number of a list; nil when there is none.
    var afterBullet: MessageBytes? {
        guard let first else { return nil }
        if first == UInt8(ascii: "*") || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            return dropFirst().first.map { $0 == 0x20 || $0 == 0x09 } == true ? dropFirst(2).trimmed : nil
        }
        guard let (digits, rest) = leadingNumber, digits.count <= 9, let mark = rest.first,
            mark == UInt8(ascii: ".") || mark == UInt8(ascii: ")"),
            let blank = rest.dropFirst().first, blank == 0x20 || blank == 0x09
        else { return nil }
        return rest.dropFirst(2).trimmed
    }
}

extension UInt8 {
    var lower: UInt8 { isUpper ? self | 0x20 : self }
}
