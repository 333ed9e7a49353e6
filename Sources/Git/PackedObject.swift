import Glibc

/// What an object is, by the number that packs have for it.
enum ObjectKind: UInt8 {
    case commit = 1
    case tree
    case blob
    case tag
}

/// The content of an object, followed by a NUL that is not counted.
final class PackedObject {
    let start: UnsafePointer<UInt8>
    let count: Int
    let kind: ObjectKind

    /// Takes over memory of `malloc`, which is one byte longer than the content.
    init(taking bytes: UnsafeMutablePointer<UInt8>, count: Int, kind: ObjectKind) {
        bytes[count] = 0
        (start, self.count, self.kind) = (UnsafePointer(bytes), count, kind)
    }

    deinit { free(UnsafeMutablePointer(mutating: start)) }
}
