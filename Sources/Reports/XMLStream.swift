import CLibxml2

// Reads test reports into nouns, as a stream: bounded memory, hostile input.

/// What an XML text says, one element at a time, to whoever listens.
protocol XMLListener: AnyObject {
    func begin(_ element: XMLElement)
    func text(_ text: XMLText)
    func end(_ word: XMLWord)
}

/// A pull-free XML reader on libxml2's SAX interface: fed piece by piece, it never holds the document.
///
/// A DOCTYPE only where coverage tools write one, and nothing declared in it, hence no entities; no network; characters
/// that XML forbids are dropped, as every test runner writes some.
/// https://gnome.pages.gitlab.gnome.org/libxml2/html/parser_8h.html
@safe
final class XMLStream {
    /// Who listens to a document with such a root; asked once.
    private let listener: (XMLElement) -> any XMLListener
    private var current: (any XMLListener)?
    private var context: xmlParserCtxtPtr?
    private let vocabulary: XMLVocabulary
    /// What made the text unreadable, the first of all.
    private(set) var problem: String?
    /// The name of its root.
    private(set) var root: String?
    private var doctype: String?
    private var depth = 0

    static let maximumDepth = 64
    /// Formats whose tools write a DOCTYPE.
    private static let doctypes: Set<String> = ["report", "coverage"]

    init(listener: @escaping (XMLElement) -> any XMLListener) {
        self.listener = listener
        var handler = unsafe Self.handler()
        unsafe context = xmlCreatePushParserCtxt(&handler, nil, nil, 0, nil)
        let options = XML_PARSE_RECOVER.rawValue | XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue
        unsafe xmlCtxtUseOptions(context, Int32(options))
        unsafe vocabulary = XMLVocabulary(context?.pointee.dict)
        unsafe context?.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
    }

    private static func handler() -> xmlSAXHandler {
        var handler = unsafe xmlSAXHandler()
        unsafe handler.initialized = XML_SAX2_MAGIC
        unsafe handler.startElementNs = { context, name, _, _, _, _, count, _, attributes in
            unsafe XMLStream.at(context) { unsafe $0.begin(name, count: Int(count), attributes) }
        }
        unsafe handler.endElementNs = { context, name, _, _ in unsafe XMLStream.at(context) { unsafe $0.end(name) } }
        unsafe handler.characters = { context, text, count in
            unsafe XMLStream.at(context) { unsafe $0.text(text, count: Int(count)) }
        }
        unsafe handler.cdataBlock = { context, text, count in
            unsafe XMLStream.at(context) { unsafe $0.text(text, count: Int(count)) }
        }
        unsafe handler.internalSubset = { context, name, _, _ in
            unsafe XMLStream.at(context) { unsafe $0.doctype(name) }
        }
        unsafe handler.entityDecl = { context, _, _, _, _, _ in unsafe XMLStream.at(context) { $0.declared() } }
        unsafe handler.elementDecl = { context, _, _, _ in unsafe XMLStream.at(context) { $0.declared() } }
        unsafe handler.attributeDecl = { context, _, _, _, _, _, tree in
            unsafe xmlFreeEnumeration(tree)
            unsafe XMLStream.at(context) { $0.declared() }
        }
        unsafe handler.notationDecl = { context, _, _, _ in unsafe XMLStream.at(context) { $0.declared() } }
        unsafe handler.unparsedEntityDecl = { context, _, _, _, _ in
            unsafe XMLStream.at(context) { $0.declared() }
        }
        unsafe handler.serror = { context, error in unsafe XMLStream.at(context) { unsafe $0.failed(error) } }
        return unsafe handler
    }

    deinit { unsafe xmlFreeParserCtxt(context) }

    private static func at(_ context: UnsafeMutableRawPointer?, _ body: (XMLStream) -> Void) {
        guard let context = unsafe context else { return }
        unsafe Unmanaged<XMLStream>.fromOpaque(context)._withUnsafeGuaranteedRef(body)
    }

    func feed(_ bytes: ArraySlice<UInt8>) {
        guard problem == nil else { return }
        unsafe bytes.withUnsafeBytes { buffer in
            let characters = unsafe buffer.assumingMemoryBound(to: CChar.self)
            _ = unsafe xmlParseChunk(context, characters.baseAddress, Int32(characters.count), 0)
        }
    }

    /// Says that the text is complete.
    func finish() {
        guard problem == nil else { return }
        _ = unsafe xmlParseChunk(context, nil, 0, 1)
        if depth > 0 || root == nil { problem = problem ?? "ends before its last element does" }
    }

    private func stop(_ reason: String) {
        problem = problem ?? reason
        unsafe xmlStopParser(context)
    }

    private func failed(_ error: xmlErrorPtr?) {
        guard let error = unsafe error?.pointee, unsafe error.level != XML_ERR_WARNING else { return }
        // Characters that XML forbids: dropped, not fatal.
        guard unsafe error.code != Int32(XML_ERR_INVALID_CHAR.rawValue) else { return }
        let message = unsafe error.message.map { unsafe String(cString: $0) } ?? "cannot be read"
        let line = message.prefix { !$0.isNewline }
        problem = unsafe problem ?? "line \(error.line): \(line)"
    }

    // MARK: - DOCTYPE

    private func doctype(_ name: UnsafePointer<xmlChar>?) {
        let name = unsafe name.map { unsafe String(cString: $0) } ?? ""
        doctype = name
        if !Self.doctypes.contains(name) { stop("has a DOCTYPE, which a test report never needs") }
    }

    private func declared() { stop("declares things in its DOCTYPE, which no report needs") }

    // MARK: - Elements

    private func begin(
        _ name: UnsafePointer<xmlChar>?, count: Int, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        depth += 1
        guard depth <= Self.maximumDepth else { return stop("is nested deeper than \(Self.maximumDepth)") }
        let element = unsafe XMLElement(name, count: count, attributes, vocabulary)
        if let current { return current.begin(element) }
        let root = element.text
        self.root = root
        if let doctype, doctype != root { return stop("has a DOCTYPE, which a test report never needs") }
        let chosen = listener(element)
        current = chosen
        chosen.begin(element)
    }

    private func end(_ name: UnsafePointer<xmlChar>?) {
        depth -= 1
        unsafe current?.end(vocabulary.word(at: name))
    }

    private func text(_ start: UnsafePointer<xmlChar>?, count: Int) {
        unsafe current?.text(XMLText(bytes: UnsafeBufferPointer(start: start, count: count)))
    }
}
