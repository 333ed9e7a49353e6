import Glibc
public import SystemPackage

extension FileLock {
    /// Does something while nobody else does the same under this lock, in whatever process; waits for its turn.
    ///
    /// For what takes a moment: the thread waits, too.
    public static func holding<Value>(_ path: FilePath, _ body: () throws -> Value) throws -> Value {
        while true {
            guard let lock = try FileLock(trying: path) else {
                usleep(2000)
                continue
            }
            let value = try body()
            // Held to here.
            try lock.sign("")
            return value
        }
    }
}
