import Pipeline
import Signing
import SystemPackage

/// A policy file, as far as it is about waivers.
enum WaiverPolicy {
    private struct File: Decodable {
        var environments: [String: Environment]?
    }

    private struct Environment: Decodable {
        var waiver: WaiverRules?
    }

    /// What it says of waivers in an environment, and its digest; without a word nobody may waive.
    static func rules(of environment: String, in file: FilePath) throws -> (rules: WaiverRules, digest: Digest) {
        let bytes = try configurationBytes(of: file)
        let document = try Document(yaml: bytes, fileName: file.string)
        let schema = document["services"] == nil && document["discover"] == nil ? Schema.policyFile : Schema.slipway
        let environments = try schema.decode(File.self, from: document, fileName: file.string).environments ?? [:]
        guard let demanded = environments[environment] else {
            let near = nearest(to: environment, among: environments.keys).map { "did you mean \"\($0)\"?" }
            throw ConfigurationError(
                file: file.string, line: document.line(of: "environments"),
                "has no environment \"\(environment.printable)\"", hint: near)
        }
        return (demanded.waiver ?? WaiverRules(), .sha256(bytes))
    }
}
