import Glibc

/// A whole file in memory, for as long as this lives.
final class Mapping {
    let start: UnsafePointer<UInt8>
    let size: Int

    init?(_ file: String) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
            let mapped = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), mapped != MAP_FAILED
        else { return nil }
        start = UnsafePointer(mapped.assumingMemoryBound(to: UInt8.self))
        size = Int(status.st_size)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: start), size) }

    /// Four bytes, the first the highest.
    func number(at offset: Int) -> UInt32 {
        UInt32(bigEndian: UnsafeRawPointer(start + offset).loadUnaligned(as: UInt32.self))
    }
}
