/// Reads a catalogue of calls and says where it is not of its form.
struct CallReader {
    var source: InterfaceSource
    private(set) var findings: [Finding] = []

    init(source: InterfaceSource) {
        self.source = source
    }

    mutating func report(_ node: Int, _ message: String, hint: String? = nil) {
        findings.append(Finding(line: source.line(node), message, hint: hint))
    }

    mutating func read() -> [String: CallCatalogue.Call] {
        let root = InterfaceSource.root
        guard check(root, "the catalogue", against: ["format", "calls", "types"]) else { return [:] }
        guard let format = source.member("format", of: root), source.plain(format) == "1" else {
            report(source.member("format", of: root) ?? root, "has no \"format\": 1")
            return [:]
        }
        var types: [(String, Int)] = []
        if let node = source.member("types", of: root) {
            guard let members = source.members(node) else {
                report(node, "types is no map")
                return [:]
            }
            types = members.sorted { $0.key < $1.key }
        }
        guard let list = source.member("calls", of: root), let elements = source.elements(list) else {
            report(root, "has no list of calls")
            return [:]
        }
        var calls: [String: CallCatalogue.Call] = [:]
        for element in elements {
            guard let (title, call) = call(element) else { continue }
            if calls.updateValue(call, forKey: title) != nil { report(element, "has the call \(title.brief) twice") }
        }
        let shapes = elements.flatMap { element in
            (CallCatalogue.shapes.map(\.key) + ["audit"]).compactMap { source.member($0, of: element) }
        }
        checkShapes(shapes + types.map(\.1))
        return calls
    }

    private static let callKeys = [
        "name", "version", "method", "path", "roles", "deprecated", "description", "request", "response", "error",
        "audit", "index",
    ]

    private mutating func call(_ node: Int) -> (title: String, call: CallCatalogue.Call)? {
        guard check(node, "a call", against: Self.callKeys) else { return nil }
        guard let name = source.text("name", of: node), Self.isName(name) else {
            let hint = "letters, digits, \".\", \"_\" and \"-\""
            report(source.member("name", of: node) ?? node, "a call has no name of its form", hint: hint)
            return nil
        }
        var title = name
        if let version = source.member("version", of: node) {
            guard case .scalar(.integer(let number)) = source.nodes[version].content, number > 0 else {
                report(version, "\(name): version is no positive integer")
                return nil
            }
            title += " version \(number)"
        }
        for key in ["method", "path", "description", "index"] where source.member(key, of: node) != nil {
            if source.text(key, of: node) == nil { report(node, "\(name): \(key) is no text") }
        }
        if source.member("deprecated", of: node) != nil, source.flag("deprecated", of: node) == nil {
            report(node, "\(name): deprecated is no truth value")
        }
        return (
            title,
            CallCatalogue.Call(
                node: node, method: source.text("method", of: node)?.uppercased().brief,
                path: source.text("path", of: node).map { PathTemplate($0).key }, roles: roles(of: node, name))
        )
    }

    private mutating func roles(of node: Int, _ name: String) -> Set<String>? {
        guard let list = source.member("roles", of: node) else { return nil }
        let texts = source.texts("roles", of: node) ?? []
        if texts.isEmpty || texts.count != source.elements(list)?.count {
            report(list, "\(name): roles is no list of one or more texts", hint: "leave it out where all may call")
        }
        return Set(texts)
    }

    static func isName(_ name: String) -> Bool {
        (1...200).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0.isPlainKeyByte }
    }

    /// Whether a value is a map; reports members that it does not have.
    mutating func check(_ node: Int, _ noun: String, against keys: [String]) -> Bool {
        guard let members = source.members(node) else {
            report(node, "\(noun) is no map")
            return false
        }
        for (key, member) in members.sorted(by: { $0.key < $1.key }) where !keys.contains(key) {
            let near = nearest(to: key.brief, among: keys).map { "did you mean \"\($0)\"?" }
            report(member, "\(noun): unknown key \"\(key.brief)\"", hint: near)
        }
        return true
    }
}
