import NIOHTTP1
import Pipeline

/// Whether a reply is worth another attempt: everything here is named by its content, and may be asked twice.
enum Repetition: Equatable {
    /// Another attempt would not change it.
    case none
    /// After a pause, which the server may have asked for; `strains` when it is the whole host that is in trouble.
    case after(Duration?, strains: Bool)

    init(_ reply: Reply, now: Timestamp) {
        switch reply.status {
        case 501, 505, 507, 511: self = .none
        case 500 where Self.isFull(reply.body): self = .none
        case 408, 425, 499, 500, 504...599: self = .after(Self.wish(reply.headers, now), strains: reply.status == 504)
        case 429, 502, 503: self = .after(Self.wish(reply.headers, now), strains: true)
        default: self = .none
        }
    }

    /// Whether a registry says that its disk is full: asking again does not help it.
    static func isFull(_ body: [UInt8]) -> Bool {
        String(decoding: body, as: UTF8.self).lowercased().contains("no space left")
    }

    /// What `Retry-After` asks for (RFC 9110, 10.2.3): seconds, or a moment; one that has passed is none.
    static func wish(_ headers: HTTPHeaders, _ now: Timestamp) -> Duration? {
        guard let text = headers.first(name: "Retry-After")?.drop(while: \.isWhitespace) else { return nil }
        if let seconds = UInt32(text.prefix { !$0.isWhitespace }) { return .seconds(Int64(seconds)) }
        guard let moment = moment(text) else { return nil }
        return .seconds(max(0, moment.seconds - now.seconds))
    }

    /// A date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func moment(_ text: Substring) -> Timestamp? {
        let words = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, words[5] == "GMT", words[1].count == 2,
            let month = months.firstIndex(where: { $0 == words[2] })
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp(parsing: "\(words[3])-\(number)-\(words[1])T\(words[4])Z")
    }
}

/// How long one request is still worth repeating.
struct Patience {
    private let limits: RegistryLimits.Retries
    private var end: ContinuousClock.Instant?
    private(set) var failures = 0

    init(_ limits: RegistryLimits.Retries) {
        self.limits = limits
    }

    /// How long to wait before the next attempt; nil when that would be beyond the budget.
    mutating func pause(wish: Duration?, now: ContinuousClock.Instant = .now) -> Duration? {
        let end = self.end ?? now + limits.budget
        self.end = end
        let pause = wish ?? limits.pause(after: failures)
        failures += 1
        return now + pause <= end ? pause : nil
    }
}
