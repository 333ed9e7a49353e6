/// A secret that the commands of a service see: a variable, and where its value is.
public struct Secret: Equatable, Sendable, Codable {
    /// The variable.
    public let name: String
    /// The file with its value; nil for a variable of the same name.
    public let file: String?

    public init(_ name: String, file: String? = nil) {
        (self.name, self.file) = (name, file)
    }

    /// What is wrong with a value, as the end of a sentence about it; nil when it can be kept secret.
    ///
    /// What is shorter than four bytes stands in every log by chance: hiding it would hide the log.
    public static func objection(to value: [UInt8]) -> String? {
        if value.count > longest { return "is longer than \(longest) bytes" }
        if value.contains(0) { return "holds a NUL, which no variable can" }
        if SecretForms.parts(of: value).isEmpty {
            return "is shorter than \(SecretForms.shortest) bytes, which cannot be hidden"
        }
        return nil
    }

    private static let longest = 1 << 16
}
