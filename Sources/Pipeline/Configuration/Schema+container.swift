extension Schema {
    /// What a service says of the container its commands run in.
    static let container = [
        Field("image", .text, "The image."),
        Field(
            "sidecars", .map(.either([.text, .object(sidecar)])),
            "Containers that run beside it, by host name: an image, or more."),
        Field(
            "sidecars-for", .list(.choice(["build", "test"])), "The steps that have them beside them.",
            standard: .array([.string("test")])),
    ]

    private static let sidecar = [
        Field("image", .text, "The image."), Field("environment", .map(.text), "Variables it sees."),
        Field("command", .list(.text), "Arguments for the entry point of its image."),
        Field(
            "health", .either([.text, .list(.text)]),
            "What ends with zero in it once it is ready; by default the health check of its image."),
        Field("ready-within", .duration, "How long that may take.", standard: .string("60s")),
    ]
}
