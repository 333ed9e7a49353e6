/// How a language of build files writes words, strings and comments.
struct Lexicon: Sendable {
    enum Blocks: Sendable {
        case none
        case flat
        case nested
    }

    enum Class: UInt8, Sendable {
        case symbol
        case space
        case newline
        case word
        case quote
        case comment
    }

    /// What begins code inside a string between double quotes.
    enum Interpolation: Sendable {
        case none
        /// `$name` and `${code}`.
        case dollar
        /// `\(code)`.
        case backslash
    }

    var blocks = Blocks.none
    var interpolation = Interpolation.none
    /// A quote in which a backslash is a byte like others.
    var literalQuote: UInt8?
    /// Whether a backslash between three quotes is a byte like others.
    var hasRawParagraphs = false
    /// Whether `#` comments a line; otherwise `//` does.
    var hasHashComments = false
    /// The class of each byte.
    var classes: [Class]

    /// Takes the bytes of words besides letters, digits and the underscore.
    private init(words: String = "", quotes: String, comment: Unicode.Scalar) {
        classes = Array(repeating: .symbol, count: 256)
        for byte in UInt8.min...UInt8.max where byte.isLetter || byte.isDigit || byte == 0x5F || byte >= 0x80 {
            classes[Int(byte)] = .word
        }
        for byte in words.utf8 { classes[Int(byte)] = .word }
        for byte in quotes.utf8 { classes[Int(byte)] = .quote }
        for byte: UInt8 in [0, 0x09, 0x0B, 0x0C, 0x0D, 0x20] { classes[Int(byte)] = .space }
        classes[0x0A] = .newline
        classes[Int(UInt8(ascii: comment))] = .comment
        hasHashComments = comment == "#"
    }

    static let groovy = {
        var lexicon = Lexicon(words: "$", quotes: "\"'", comment: "/")
        (lexicon.blocks, lexicon.interpolation) = (.flat, .dollar)
        return lexicon
    }()

    static let kotlin = {
        var lexicon = groovy
        (lexicon.blocks, lexicon.hasRawParagraphs) = (.nested, true)
        return lexicon
    }()

    static let swift = {
        var lexicon = Lexicon(quotes: "\"", comment: "/")
        (lexicon.blocks, lexicon.interpolation) = (.nested, .backslash)
        return lexicon
    }()

    /// Comments are no JSON, but a reader that takes them loses nothing.
    static let json = {
        var lexicon = Lexicon(words: "+-.", quotes: "\"", comment: "/")
        lexicon.blocks = .flat
        return lexicon
    }()

    static let toml = {
        var lexicon = Lexicon(words: "-", quotes: "\"'", comment: "#")
        lexicon.literalQuote = UInt8(ascii: "'")
        return lexicon
    }()

    /// The files of Go: all that is no bracket, quote or space is a word.
    static let go = {
        var lexicon = Lexicon(words: "!#$%&*+,-.:;<=>?@\\[]^{|}~", quotes: "\"`", comment: "/")
        lexicon.literalQuote = UInt8(ascii: "`")
        return lexicon
    }()
}
