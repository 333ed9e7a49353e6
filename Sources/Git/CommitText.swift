import Glibc
public import Pipeline

/// What people wrote into a commit: who made it, and the message as bytes.
public struct CommitText: Equatable, Sendable {
    /// Name and address.
    public let author: String
    public let time: Timestamp
    /// The encoding of the message, where it says one; UTF-8 otherwise.
    public let encoding: String?
    public let message: [UInt8]
}

extension Repository {
    /// The text of a commit.
    public func text(of commit: ObjectID) throws(GitError) -> CommitText {
        try store.withCommit(commit) { bytes in CommitText(bytes) }
    }
}

extension CommitText {
    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        var (author, encoding): (String, String?) = ("", nil)
        var time: Int64 = 0
        var reader = LineReader(bytes: bytes)
        while let line = reader.next(), !line.isEmpty {
            if line.starts(with: "author ".utf8) {
                let end = line.lastIndex(of: UInt8(ascii: ">")) ?? line.count - 1
                author = String(decoding: line[7...max(7, end)], as: UTF8.self)
            } else if line.starts(with: "committer ".utf8) {
                time = CommitObject.time(of: line)
            } else if line.starts(with: "encoding ".utf8) {
                encoding = String(decoding: line[9...], as: UTF8.self)
            }
        }
        self.init(
            author: author, time: Timestamp(seconds: time), encoding: encoding, message: Array(reader.rest))
    }
}
