/// One thing that differs between two states of an interface.
public struct InterfaceChange: Codable, Hashable, Sendable {
    public let kind: Kind
    public let level: Level
    /// A stable name of the rule, such as `operation-removed`.
    public let code: String
    /// Where in the interface, such as `GET /invoices/{id} 200 body.total`.
    public let place: String
    /// The line at HEAD, of what changed or of what it was taken from.
    public private(set) var line: Int?
    /// What happened there, as the rest of a sentence that begins with the place.
    public let text: String

    /// What a change does to the set of values or calls it is about.
    ///
    /// The level is another matter: an answer that is narrowed takes nothing from anybody.
    public enum Kind: String, Codable, Sendable {
        case removed, narrowed, added, widened, changed
        /// It cannot be told whether anything changed.
        case unknown
    }

    init(_ kind: Kind, _ level: Level, _ code: String, _ text: String, at place: String) {
        (self.kind, self.level, self.code) = (kind, level, code)
        (self.place, self.text) = (place, text)
    }

    /// The same change with its line.
    func on(_ line: Int?) -> InterfaceChange {
        var change = self
        change.line = line
        return change
    }
}

/// Who sends the values that a schema describes, which decides who is hurt by a change of it.
enum Variance: Hashable, Sendable {
    /// Callers send them: taking fewer than before breaks callers.
    case accepted
    /// Callers get them: giving others than before breaks callers.
    case given

    var opposite: Variance { self == .accepted ? .given : .accepted }

    /// The level of a change of a set of values.
    ///
    /// Values that are neither fewer nor more are others, which breaks in both directions.
    func level(of kind: InterfaceChange.Kind) -> Level {
        switch (kind, self) {
        case (.narrowed, .accepted), (.widened, .given), (.changed, _): .major
        case (.narrowed, .given), (.widened, .accepted): .minor
        case (.removed, _): .major
        case (.added, _): .minor
        case (.unknown, _): .none
        }
    }
}

/// What may be there or not: a property, a parameter, a header, a body.
enum Presence: Equatable, Sendable {
    case absent, optional, required
}

extension Variance {
    /// What it means that something comes, goes, becomes required or becomes optional; the code is a suffix.
    ///
    /// A property that callers get and may no longer rely on counts as lost, whether it was required or not.
    func change(
        from base: Presence, to head: Presence
    ) -> (kind: InterfaceChange.Kind, level: Level, code: String)? {
        switch (base, head) {
        case (.absent, .required) where self == .accepted: (.narrowed, .major, "added-required")
        case (.absent, .required), (.absent, .optional): (.added, .minor, "added")
        case (.optional, .absent), (.required, .absent): (.removed, .major, "removed")
        case (.optional, .required): (.narrowed, level(of: .narrowed), "required")
        case (.required, .optional): (.widened, level(of: .widened), "optional")
        case (.absent, .absent), (.optional, .optional), (.required, .required): nil
        }
    }
}

/// Where in an interface a schema was met: an operation, a part of it, and the way into that part.
///
/// Only the last steps are kept, because schemas can lead into each other for ever.
struct Place: Hashable, Sendable, CustomStringConvertible {
    private let start: String
    private var steps: [String] = []
    private var isShortened = false

    init(_ start: String) {
        self.start = start
    }

    func property(_ name: String) -> Place { adding(".\(name.brief)") }
    func elements() -> Place { adding("[]") }
    func values() -> Place { adding("{}") }
    func variant(_ name: String) -> Place { adding("(\(name.brief))") }

    private func adding(_ step: String) -> Place {
        var place = self
        place.steps.append(step)
        if place.steps.count > 12 {
            place.steps.removeFirst()
            place.isShortened = true
        }
        return place
    }

    var description: String { start + (isShortened ? "…" : "") + steps.joined() }
}

extension String {
    /// The text as it can stand in a message: printable, and cut where it is very long.
    var brief: String {
        let head = String(unicodeScalars.prefix(80))
        return (head.utf8.count < utf8.count ? head + "…" : head).printable
    }
}
