/// What became of a declared interface between the last release and HEAD.
///
/// One of the reasons for the level of the next version: what callers lose is major, what they gain is minor.
public struct InterfaceDifference: Codable, Hashable, Sendable {
    public let changes: [InterfaceChange]

    public init(changes: [InterfaceChange]) {
        self.changes = changes
    }

    /// The highest level of all changes.
    public var level: Level { changes.map(\.level).max() ?? .none }

    /// Whether all of both documents was understood, so that no change means that there is none.
    public var isComparable: Bool { !changes.contains { $0.kind == .unknown } }

    /// The rows of an explanation, the most severe first.
    public func evidence() -> [(level: Level, code: String, text: String)] {
        let sorted = changes.enumerated().sorted {
            $0.element.level == $1.element.level ? $0.offset < $1.offset : $0.element.level > $1.element.level
        }
        return sorted.map { ($0.element.level, $0.element.code, "\($0.element.place) \($0.element.text)") }
    }
}

extension InterfaceDifference {
    /// Compares the documents of one declaration; nil stands for a document that is not there.
    ///
    /// A document at HEAD that is none of its kind is an error, as is one that is at neither end. What was released
    /// cannot be corrected any more: a document of the base that is none of its kind is an unknown change.
    public init(
        of declaration: InterfaceDeclaration, from base: Document?, to head: Document?
    ) throws(ConfigurationError) {
        let file = declaration.path.description.printable
        switch declaration {
        case .openapi:
            let head = try head.map { document throws(ConfigurationError) in try OpenAPI(document, fileName: file) }
            self = try Self.ends(base, head, file) { base throws(ConfigurationError) in
                try OpenAPI(base, fileName: file)
            } compare: { base, head in
                InterfaceDifference(from: base, to: head)
            }
        case .calls:
            let head = try head.map { document throws(ConfigurationError) in
                try CallCatalogue(document, fileName: file)
            }
            self = try Self.ends(base, head, file) { base throws(ConfigurationError) in
                try CallCatalogue(base, fileName: file)
            } compare: { base, head in
                InterfaceDifference(from: base, to: head)
            }
        }
    }

    private static func ends<Interface>(
        _ base: Document?, _ head: Interface?, _ file: String,
        read: (Document) throws(ConfigurationError) -> Interface, compare: (Interface, Interface) -> InterfaceDifference
    ) throws(ConfigurationError) -> InterfaceDifference {
        switch (base, head) {
        case (nil, nil):
            throw ConfigurationError(
                file: file, line: 1, "is declared as an interface and is not there",
                hint: "is it committed, or made by the build?")
        case (nil, .some): return one(.added, "interface-new", "is new", file)
        case (.some, nil): return one(.removed, "interface-removed", "is gone", file)
        case (let base?, let head?):
            do throws(ConfigurationError) {
                return compare(try read(base), head)
            } catch {
                let fault = error.findings.first?.message ?? "is none of its kind"
                return unreadable(file, "as released is no such document (\(fault))")
            }
        }
    }

    /// The outcome where the document of the base is not even a document.
    public init(unreadableBaseOf declaration: InterfaceDeclaration) {
        self = Self.unreadable(declaration.path.description.printable, "as released cannot be read")
    }

    private static func unreadable(_ file: String, _ text: String) -> InterfaceDifference {
        one(.unknown, "base-unreadable", "\(text): nothing is known of what changed", file)
    }

    private static func one(
        _ kind: InterfaceChange.Kind, _ code: String, _ text: String, _ file: String
    ) -> InterfaceDifference {
        let level = Variance.accepted.level(of: kind)
        return InterfaceDifference(changes: [InterfaceChange(kind, level, code, text, at: file)])
    }
}
