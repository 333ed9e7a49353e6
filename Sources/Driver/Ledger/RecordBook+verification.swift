import Disk
public import Pipeline
import Signing
import SystemPackage

extension RecordBook {
    /// The bytes of a bundle that is a file; nil when there is none of that name.
    public static func file(_ name: String) throws -> [UInt8]? {
        let file = FilePath(name)
        guard try file.status()?.kind == .file else { return nil }
        return try file.contents(limit: 4 << 20)
    }

    /// Whether a bundle is a record that can be believed.
    public static func verify(
        _ bundle: [UInt8], trusting trust: Trust, _ question: Verification.Question
    ) -> Verification {
        Verification(ofBundle: bundle, trusting: trust, question)
    }
}
