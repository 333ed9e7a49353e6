import CLibgit2
import Pipeline

/// Runs one libgit2 call.
///
/// Synchronous by type: nothing may suspend before its message is read.
func git(_ call: StaticString, _ body: () -> Int32) throws(GitError) {
    let code = body()
    guard code < 0 else { return }
    let message = git_error_last().flatMap { $0.pointee.message.map { String(cString: $0) } }
    throw .call("\(call)", code: code, message: message ?? "no message")
}

/// The one owner of one libgit2 object, freed exactly once.
struct Owned: ~Copyable {
    let pointer: OpaquePointer
    private let free: (OpaquePointer?) -> Void

    init(
        _ call: StaticString, free: @escaping (OpaquePointer?) -> Void, create: (inout OpaquePointer?) -> Int32
    ) throws(GitError) {
        var created: OpaquePointer?
        try git(call) { create(&created) }
        guard let created else { throw .call("\(call)", code: GIT_ERROR.rawValue, message: "gave no object") }
        (pointer, self.free) = (created, free)
    }

    deinit { free(pointer) }
}

extension git_oid {
    init(_ id: ObjectID) {
        self.init()
        withUnsafeMutableBytes(of: &self) { $0.copyBytes(from: id.bytes) }
    }
}

extension ObjectID {
    /// Copies an id that libgit2 lends.
    init(_ id: UnsafePointer<git_oid>) {
        guard let id = ObjectID(bytes: UnsafeRawBufferPointer(start: id, count: 20)) else {
            preconditionFailure("an object id has 20 bytes")
        }
        self = id
    }
}
