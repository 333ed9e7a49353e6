/// One way in which the world between a client and a registry breaks, for the requests that it is meant for.
public struct WireFault: Sendable {
    /// The requests: their method, and what is in their address.
    public var method: String?
    public var path: String
    /// How many of these requests pass before it begins, and how many it is for.
    public var passing: Int
    public var times: Int
    public var action: Action

    public enum Action: Sendable {
        /// An answer in place of the registry's, when the whole request is there.
        case status(UInt, headers: [(String, String)] = [], body: String = "")
        /// The same until so long after the first of them, and the registry's own afterwards.
        case statusUntil(seconds: Double, UInt)
        /// The same before any of the body was read.
        case early(UInt, headers: [(String, String)] = [], body: String = "")
        /// The connection is reset before the registry hears anything.
        case resetBefore
        /// It is reset when so many bytes of the body have gone on.
        case resetInside(bytes: Int)
        /// It is reset when the registry has answered.
        case resetAfter
        /// The body of the reply ends after so many bytes.
        case truncate(bytes: Int)
        /// One bit of the body of the reply is another one.
        case corrupt
        /// The request waits.
        case delay(milliseconds: Int64)
        /// The body of the reply comes byte by byte.
        case trickle(milliseconds: Int64)
        /// Nothing is ever answered.
        case silence
        /// A header of the reply says something else: the text in it is replaced.
        case rewrite(header: String, from: String, to: String)
        /// A header of the reply is set, or removed.
        case header(String, String?)
    }

    public init(
        _ method: String? = nil, _ path: String = "", passing: Int = 0, times: Int = 1, _ action: Action
    ) {
        (self.method, self.path, self.passing, self.times, self.action) = (method, path, passing, times, action)
    }

    func covers(_ method: String, _ path: String) -> Bool {
        (self.method == nil || self.method == method) && (self.path.isEmpty || path.contains(self.path))
    }
}

extension WireFault {
    /// The thirteen from which a push can recover, by name; times in milliseconds and seconds as the table has them.
    public static let recoverable: [(name: String, faults: [WireFault])] = [
        ("500 on POST upload", [WireFault("POST", "/blobs/uploads/", .status(500, body: "{}"))]),
        ("503 on manifest PUT", [WireFault("PUT", "/manifests/", .status(503))]),
        (
            "502 HTML on manifest PUT",
            [
                WireFault(
                    "PUT", "/manifests/",
                    .status(
                        502, headers: [("Content-Type", "text/html"), ("Server", "nginx/1.22.1")],
                        body: "<html><body>502 Bad Gateway</body></html>"))
            ]
        ),
        (
            "429 + Retry-After 2 on manifest PUT",
            [WireFault("PUT", "/manifests/", .status(429, headers: [("Retry-After", "2")]))]
        ),
        (
            "429 + Retry-After 2 on blob HEAD",
            [WireFault("HEAD", "/blobs/", .status(429, headers: [("Retry-After", "2")]))]
        ),
        ("429 four times, no header", [WireFault(nil, "/", times: 4, .status(429))]),
        (
            "RST inside blob body",
            [
                WireFault("PUT", "/blobs/uploads/", .resetInside(bytes: 1000)),
                WireFault("PATCH", "/blobs/uploads/", .resetInside(bytes: 1000)),
            ]
        ),
        ("RST on POST", [WireFault("POST", "/blobs/uploads/", .resetBefore)]),
        ("RST after blob PUT was stored", [WireFault("PUT", "/blobs/uploads/", .resetAfter)]),
        ("RST after manifest PUT was stored", [WireFault("PUT", "/manifests/", .resetAfter)]),
        (
            "404 BLOB_UPLOAD_INVALID once",
            [
                WireFault(
                    "PUT", "/blobs/uploads/",
                    .status(404, body: #"{"errors":[{"code":"BLOB_UPLOAD_INVALID","message":"blob upload invalid"}]}"#)),
                WireFault(
                    "PATCH", "/blobs/uploads/",
                    .status(404, body: #"{"errors":[{"code":"BLOB_UPLOAD_INVALID","message":"blob upload invalid"}]}"#)),
            ]
        ),
        (
            "MANIFEST_BLOB_UNKNOWN once",
            [
                WireFault(
                    "PUT", "/manifests/",
                    .status(
                        400, headers: [("Content-Type", "application/json")],
                        body: #"{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}]}"#))
            ]
        ),
        ("3 s delay", [WireFault("PUT", "/manifests/", .delay(milliseconds: 3000))]),
    ]
}
