import CLibxml2

// Reads test reports into nouns, as a stream: bounded memory, hostile input.

/// What an XML text says, one element at a time, to whoever listens.
protocol XMLListener: AnyObject {
    /// Whether the attributes of such an element are wanted.
    func wantsAttributes(of element: String) -> Bool
    func begin(_ element: String, _ attributes: [String: String])
    func text(_ bytes: UnsafeBufferPointer<UInt8>)
    func end(_ element: String)
}

/// A pull-free XML reader on libxml2's SAX interface: fed piece by piece, it never holds the document.
///
/// No DOCTYPE, hence no entities; no network; characters that XML forbids are dropped, as every test runner writes some.
/// https://gnome.pages.gitlab.gnome.org/libxml2/html/parser_8h.html
@safe
final class XMLStream {
    private let listener: any XMLListener
    private var context: xmlParserCtxtPtr?
    /// What made the text unreadable, the first of all.
    private(set) var problem: String?
    private(set) var depth = 0

    static let maximumDepth = 64

    init(listener: any XMLListener) {
        self.listener = listener
        var handler = unsafe xmlSAXHandler()
        unsafe handler.initialized = XML_SAX2_MAGIC
        unsafe handler.startElementNs = { unsafe XMLStream.at($0)?.begin($1, count: Int($6), $8) }
        unsafe handler.endElementNs = { context, name, _, _ in unsafe XMLStream.at(context)?.end(name) }
        unsafe handler.characters = { unsafe XMLStream.at($0)?.text($1, count: Int($2)) }
        unsafe handler.cdataBlock = { unsafe XMLStream.at($0)?.text($1, count: Int($2)) }
        unsafe handler.internalSubset = { context, _, _, _ in
            unsafe XMLStream.at(context)?.stop("has a DOCTYPE, which a test report never needs")
        }
        unsafe handler.serror = { context, error in unsafe XMLStream.at(context)?.failed(error) }
        let own = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe context = xmlCreatePushParserCtxt(&handler, own, nil, 0, nil)
        let options = XML_PARSE_RECOVER.rawValue | XML_PARSE_NONET.rawValue
        unsafe xmlCtxtUseOptions(context, Int32(options))
    }

    deinit { unsafe xmlFreeParserCtxt(context) }

    private static func at(_ context: UnsafeMutableRawPointer?) -> XMLStream? {
        unsafe context.map { unsafe Unmanaged<XMLStream>.fromOpaque($0).takeUnretainedValue() }
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
        if depth > 0 { problem = problem ?? "ends before its last element does" }
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

    // MARK: - Elements

    private func begin(
        _ name: UnsafePointer<xmlChar>?, count: Int, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        depth += 1
        guard depth <= Self.maximumDepth else { return stop("is nested deeper than \(Self.maximumDepth)") }
        let element = unsafe Self.string(name)
        guard listener.wantsAttributes(of: element), let attributes = unsafe attributes else {
            return listener.begin(element, [:])
        }
        var values: [String: String] = [:]
        for index in 0..<count {
            // Five pointers an attribute: name, prefix, namespace, beginning and end of the value.
            guard let start = unsafe attributes[index * 5 + 3], let end = unsafe attributes[index * 5 + 4] else {
                continue
            }
            let value = unsafe UnsafeBufferPointer(start: start, count: end - start)
            unsafe values[Self.string(attributes[index * 5])] = unsafe String(decoding: value, as: UTF8.self)
        }
        listener.begin(element, values)
    }

    private func end(_ name: UnsafePointer<xmlChar>?) {
        depth -= 1
        unsafe listener.end(Self.string(name))
    }

    private func text(_ start: UnsafePointer<xmlChar>?, count: Int) {
        unsafe listener.text(UnsafeBufferPointer(start: start, count: count))
    }

    private static func string(_ pointer: UnsafePointer<xmlChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
}
