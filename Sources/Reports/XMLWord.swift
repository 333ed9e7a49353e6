import CLibxml2
import Pipeline

/// Names of elements and attributes that mean something in one of the formats that are read.
enum XMLWord: String, CaseIterable {
    /// Any other name.
    case other = ""
    // JUnit
    case testsuites, testsuite, testcase, failure, error, skipped, disabled, warning
    case flakyFailure, flakyError, rerunFailure, rerunError
    case name, classname, time, tests, failures, errors, status, result, message, type, file, line, package
    // Coverage
    case report, counter, missed, covered
    case coverage, lines, number, hits, branch, clover, generated
    case `class`
    case conditionCoverage = "condition-coverage"
    case linesCovered = "lines-covered"
    case linesValid = "lines-valid"
    case branchesCovered = "branches-covered"
    case branchesValid = "branches-valid"
    case lineRate = "line-rate"
}

/// Tells words by where the parser keeps them: it has each name once.
@safe
final class XMLVocabulary {
    private let addresses: [UInt]
    private let words: [XMLWord]
    private static let size = 256

    init(_ dictionary: xmlDictPtr?) {
        var addresses: [UInt] = Array(repeating: 0, count: Self.size)
        var words: [XMLWord] = Array(repeating: .other, count: Self.size)
        for word in XMLWord.allCases where word != .other {
            let address = unsafe UInt(bitPattern: xmlDictLookup(dictionary, word.rawValue, -1))
            var slot = Self.slot(address)
            while addresses[slot] != 0 { slot = (slot + 1) % Self.size }
            (addresses[slot], words[slot]) = (address, word)
        }
        (self.addresses, self.words) = (addresses, words)
    }

    private static func slot(_ address: UInt) -> Int { Int((address ^ address >> 8) & UInt(size - 1)) }

    func word(at pointer: UnsafePointer<xmlChar>?) -> XMLWord {
        let address = UInt(bitPattern: pointer)
        var slot = Self.slot(address)
        while addresses[slot] != 0 {
            if addresses[slot] == address { return words[slot] }
            slot = (slot + 1) % Self.size
        }
        return .other
    }
}

/// Bytes that the parser lends for as long as one call lasts.
@safe
struct XMLText {
    let bytes: UnsafeBufferPointer<UInt8>

    var string: String { unsafe String(decoding: bytes, as: UTF8.self) }
    var count: Int { unsafe bytes.count }

    /// A whole number, as counts are.
    var number: Int? { count <= 20 ? Int(string) : nil }

    /// The same bytes into an array that is used again and again.
    func copy(to array: inout [UInt8]) {
        array.removeAll(keepingCapacity: true)
        unsafe array.append(contentsOf: bytes)
    }

    /// Adds the bytes to an array, which does not grow beyond a limit.
    func append(to array: inout [UInt8], limit: Int) {
        unsafe array.append(contentsOf: bytes.prefix(max(0, limit - array.count)))
    }

    /// Hands over line by line, without their ends; the last one may go on in the next piece.
    func eachLine(_ body: (_ part: XMLText, _ isEnd: Bool) -> Void) {
        var start = 0
        for index in 0..<count where unsafe bytes[index] == 0x0a {
            unsafe body(XMLText(bytes: UnsafeBufferPointer(rebasing: bytes[start..<index])), true)
            start = index + 1
        }
        unsafe body(XMLText(bytes: UnsafeBufferPointer(rebasing: bytes[start...])), false)
    }

    var microseconds: Int64? { unsafe ReportTime.microseconds(bytes) }
}

/// An element that begins, with its attributes.
@safe
struct XMLElement {
    let word: XMLWord
    fileprivate let name: UnsafePointer<xmlChar>?
    fileprivate let count: Int
    /// Five pointers an attribute: name, prefix, namespace, beginning and end of the value.
    fileprivate let attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    private let vocabulary: XMLVocabulary

    init(
        _ name: UnsafePointer<xmlChar>?, count: Int, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?,
        _ vocabulary: XMLVocabulary
    ) {
        unsafe (self.name, self.count, self.attributes) = (name, count, attributes)
        self.vocabulary = vocabulary
        unsafe word = vocabulary.word(at: name)
    }

    /// Its name, which only words that are known need not have.
    var text: String { unsafe name.map { unsafe String(cString: $0) } ?? "" }

    /// Hands over the attributes whose names are known.
    func eachAttribute(_ body: (XMLWord, XMLText) -> Void) {
        guard let attributes = unsafe attributes else { return }
        for index in 0..<count {
            let word = unsafe vocabulary.word(at: attributes[index * 5])
            guard word != .other, let start = unsafe attributes[index * 5 + 3],
                let end = unsafe attributes[index * 5 + 4]
            else { continue }
            unsafe body(word, XMLText(bytes: UnsafeBufferPointer(start: start, count: end - start)))
        }
    }

    subscript(word: XMLWord) -> String? {
        var found: String?
        eachAttribute { if $0 == word { found = $1.string } }
        return found
    }
}
