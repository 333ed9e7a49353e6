import Signing

@testable import Pipeline

/// What a service wrote and writes into the audit index, for tests of the rules.
struct AuditWorld {
    static let base = ReleasedBase(version: "1.4.0", commit: .test(1))

    var declaration: AuditDeclaration
    /// The calls of the last release and of HEAD, as members of a catalogue.
    var before: String
    var after: String
    /// Earlier releases.
    var earlier: [(SemanticVersion, String)] = []
    var support = AuditSupport()
    var isReleased = true

    init(_ before: String, _ after: String, index: String = "http_logs_{call}-{date}") throws {
        guard let rule = IndexRule(parsing: index) else { throw JSONError(place: index, problem: "is no rule") }
        declaration = AuditDeclaration(catalogue: "calls.json", index: rule)
        (self.before, self.after) = (before, after)
    }

    /// One call whose request has one field `v` of a shape.
    static func call(_ shape: String, name: String = "invoices.find", _ more: String = "") -> String {
        #"{"name": "\#(name)", "request": {"type": "object", "properties": {"v": \#(shape)}}\#(more)}"#
    }

    static func type(_ name: String) -> String { #"{"type": "\#(name)"}"# }

    func catalogue(_ calls: String) throws -> AuditCatalogue {
        let document = try Document(sample: #"{"format": 1, "calls": [\#(calls)]}"#)
        return try AuditCatalogue(document, fileName: "calls.json", rule: declaration)
    }

    func facts() throws -> AuditFacts {
        var question = AuditQuestion(
            declaration, base: isReleased ? Self.base : nil, head: .read(try catalogue(after)))
        question.before = .read(try catalogue(before))
        question.released = try [(Self.base.version, try catalogue(before))] + earlier.map { ($0, try catalogue($1)) }
        question.file = SupportFile(
            path: "calls.json", sha256: digest(after), contents: [], released: nil, isChanged: true)
        question.support = support
        return AuditFacts(question, hash: Digest.sha256)
    }

    /// A file below `elastic/`, new or changed since the last release.
    static func file(_ name: String, _ text: String, was old: String? = nil) throws -> SupportFile {
        let read = { (text: String) in try JSON(parsing: Array(text.utf8), profile: .lenient) }
        return SupportFile(
            path: Path(bytes: Array("elastic/\(name)".utf8)), sha256: digest(text), contents: [try read(text)],
            released: try old.map { [try read($0)] }, isChanged: text != old)
    }

    static func template(
        _ type: String, version: Int = 1, priority: Int = 100, pattern: String = "http_logs_invoices.find-*",
        _ more: String = ""
    ) -> String {
        """
        {"index_patterns": ["\(pattern)"], "priority": \(priority), "version": \(version),
         "template": {"mappings": {"properties": {"v": {"type": "\(type)"}}}}\(more)}
        """
    }
}
