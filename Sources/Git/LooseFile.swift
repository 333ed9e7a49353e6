import CLibdeflate
import Glibc
import Pipeline

/// One object in a file of its own.
///
/// libgit2 1.5 never comes back from reading one that was cut, as a full disk leaves it: so it is looked at first.
enum LooseFile {
    /// Larger ones are left to libgit2.
    private static let limit = 64 << 20

    /// Whether there is such a file in a folder of objects, and it is not what deflate wrote.
    static func isDamaged(_ id: ObjectID, in objects: String) -> Bool {
        let name = "\(id)"
        guard let stream = fopen("\(objects)\(name.prefix(2))/\(name.dropFirst(2))", "re") else { return false }
        defer { fclose(stream) }
        var status = stat()
        guard fstat(fileno(stream), &status) == 0, status.st_size < limit else { return false }
        let size = Int(status.st_size)
        guard size > 0, let bytes = malloc(size), let decompressor = libdeflate_alloc_decompressor() else {
            return size == 0
        }
        defer {
            free(bytes)
            libdeflate_free_decompressor(decompressor)
        }
        guard fread(bytes, 1, size, stream) == size else { return false }
        var room = max(4096, size * 4)
        while room <= limit * 16, let result = malloc(room) {
            defer { free(result) }
            var count = 0
            switch libdeflate_zlib_decompress(decompressor, bytes, size, result, room, &count) {
            case LIBDEFLATE_SUCCESS: return false
            case LIBDEFLATE_INSUFFICIENT_SPACE: room *= 4
            default: return true
            }
        }
        return false
    }
}
