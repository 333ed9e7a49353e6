/// What a Dockerfile is asked to make: with which arguments, for which platform.
public struct ImageRequest: Equatable, Sendable {
    /// Values for `ARG`, in place of the defaults in the Dockerfile.
    public var arguments: [String: String]
    public var platform: Descriptor.Platform
    /// The stage that is made; nil for the last.
    public var target: String?

    public init(
        arguments: [String: String] = [:], platform: Descriptor.Platform = .standard, target: String? = nil
    ) {
        (self.arguments, self.platform, self.target) = (arguments, platform, target)
    }

    /// Arguments that are there without being declared before FROM, and that a stage has once it declares them.
    var predefined: [String: String] {
        var values = ["TARGETPLATFORM": "\(platform)", "TARGETOS": platform.os, "TARGETARCH": platform.architecture]
        values["TARGETVARIANT"] = platform.variant ?? ""
        let own = Descriptor.Platform.standard
        values["BUILDPLATFORM"] = "\(own)"
        values["BUILDOS"] = own.os
        values["BUILDARCH"] = own.architecture
        values["BUILDVARIANT"] = ""
        if let target { values["TARGETSTAGE"] = target }
        return values
    }

    /// Arguments that everybody may set without declaring them: they say how to reach the network, and no image shows
    /// them.
    static let undeclared: Set<String> = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"]
}
