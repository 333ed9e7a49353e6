extension Service.ImageSource {
    /// Takes what is said about how the image is made; what says no more than the defaults is not kept, so that it
    /// changes no key.
    mutating func take(_ entry: ConfigurationFile.ImageEntry) {
        let platforms = entry.platforms ?? []
        self.platforms = platforms.isEmpty || platforms == ["linux/amd64"] ? nil : platforms
        arguments = entry.arguments.flatMap { $0.isEmpty ? nil : $0 }
        target = entry.target
    }
}
