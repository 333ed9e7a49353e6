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
        let words = id.words
        withUnsafeMutableBytes(of: &self) { bytes in
            bytes.storeBytes(of: words.high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: words.middle.bigEndian, toByteOffset: 8, as: UInt64.self)
            bytes.storeBytes(of: words.low.bigEndian, toByteOffset: 16, as: UInt32.self)
        }
    }
}

extension ObjectID {
    /// Copies an id that libgit2 lends.
    init(_ id: UnsafePointer<git_oid>) {
        self.init(reading: UnsafeRawPointer(id).assumingMemoryBound(to: UInt8.self))
    }
}
