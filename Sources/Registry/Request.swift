import AsyncHTTPClient
import NIOHTTP1
import Pipeline

/// One request of the distribution protocol, as often as it may have to be sent.
struct Request: Sendable {
    var method: HTTPMethod
    /// A path on the registry, or a whole address that it gave.
    var target: String
    var repository: RepositoryName
    /// For messages: "upload of sha256:…".
    var operation: String
    var headers: [(String, String)] = []
    var body: Body?
    var scope: Scope = .pull
    /// Another repository that the request has to be allowed to read: where a blob is mounted from.
    var alsoReading: RepositoryName?

    enum Scope: String, Sendable {
        case pull
        case push = "pull,push"
        case delete = "delete,pull,push"
    }

    /// What is sent, made anew for each attempt: streams can be read once.
    struct Body: Sendable {
        let size: Int64
        let make: @Sendable () -> HTTPClientRequest.Body

        static func bytes(_ bytes: [UInt8]) -> Body {
            Body(size: Int64(bytes.count)) { .bytes(bytes) }
        }
    }
}

/// A reply whose body was read whole, up to a limit.
struct Reply: Sendable {
    let status: UInt
    let headers: HTTPHeaders
    let body: [UInt8]

    /// The program that answered, as far as it says so: proxies do.
    var server: String? { headers.first(name: "Server").map { String($0.printable.prefix(60)) } }

    /// Whether this is a page for people, which no registry sends.
    var isWebPage: Bool {
        headers.first(name: "Content-Type")?.lowercased().hasPrefix("text/html") == true
    }
}

/// What a request came to: what was made of a reply that does what was asked, or the reply that does not.
enum Exchange<Value> {
    case value(Value)
    case reply(Reply)
}
