import Pipeline

/// The configuration of an image while a Dockerfile edits it
/// (https://github.com/opencontainers/image-spec/blob/main/config.md).
struct ImageConfiguration {
    private var members: [String: JSON]
    private var settings: [String: JSON]
    private var diffIDs: [JSON]
    private var history: [JSON]
    private let created: Timestamp
    private(set) var workingFolder: String
    private var shell = ["/bin/sh", "-c"]
    private var hasOwnCommand = false

    /// Begins with what the base says, or with nothing.
    init(base: JSON?, created: Timestamp, platform: Descriptor.Platform = .standard) {
        var own = ["architecture": JSON.string(platform.architecture), "os": .string(platform.os)]
        own["variant"] = platform.variant.map(JSON.string)
        members = base?.object ?? own
        settings = base?["config"]?.object ?? [:]
        diffIDs = base?["rootfs"]?["diff_ids"]?.array ?? []
        history = base?["history"]?.array ?? []
        workingFolder = settings["WorkingDir"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "/"
        if let inherited = settings["Shell"]?.array { shell = inherited.compactMap(\.string) }
        self.created = created
    }

    var environment: [(name: String, value: String)] {
        (settings["Env"]?.array ?? []).compactMap(\.string).map { entry in
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (parts[0], parts.count == 2 ? parts[1] : "")
        }
    }

    var platform: String {
        let variant = members["variant"]?.string.map { "/\($0)" } ?? ""
        return "\(members["os"]?.string ?? "linux")/\(members["architecture"]?.string ?? "amd64")" + variant
    }

    /// Whose a folder is that the current user makes: root's, where that is a name that only the image knows.
    var owner: TarEntry.Owner {
        let ids = (settings["User"]?.string ?? "").split(separator: ":").map { UInt32($0) }
        guard let user = ids.first ?? nil, let group = ids.last ?? nil else { return TarEntry.Owner() }
        return TarEntry.Owner(user: Int(user), group: Int(group))
    }

    /// What follows is another stage: the command so far is that of its base.
    mutating func beginStage() { hasOwnCommand = false }

    mutating func setEnvironment(_ name: String, _ value: String) {
        var all = environment
        if let index = all.firstIndex(where: { $0.name == name }) {
            all[index].value = value
        } else {
            all.append((name, value))
        }
        settings["Env"] = .array(all.map { .string("\($0.name)=\($0.value)") })
    }

    mutating func setLabels(_ labels: [String: String]) {
        let known = settings["Labels"]?.object ?? [:]
        settings["Labels"] = .object(known.merging(labels.mapValues(JSON.string)) { $1 })
    }

    mutating func setCommand(_ list: [String]?, line: String) {
        settings["Cmd"] = strings(list ?? shell + [line])
        hasOwnCommand = true
    }

    /// An own entry point makes the base's command meaningless.
    mutating func setEntryPoint(_ list: [String]?, line: String) {
        settings["Entrypoint"] = strings(list ?? shell + [line])
        if !hasOwnCommand { settings["Cmd"] = nil }
    }

    mutating func setUser(_ user: String) { settings["User"] = .string(user) }
    mutating func setStopSignal(_ signal: String) { settings["StopSignal"] = .string(signal) }
    mutating func setHealthcheck(_ check: JSON) { settings["Healthcheck"] = check }
    mutating func setAuthor(_ author: String) { members["author"] = .string(author) }

    mutating func setShell(_ list: [String]) {
        shell = list
        settings["Shell"] = strings(list)
    }

    mutating func setWorkingFolder(_ folder: String) {
        workingFolder = absolute(folder)
        settings["WorkingDir"] = .string(workingFolder)
    }

    /// A path of the image as the working folder makes it absolute, without `.` and `..`.
    func absolute(_ path: String) -> String {
        let base = path.hasPrefix("/") ? "" : workingFolder
        var components: [Substring] = []
        for component in (base + "/" + path).split(separator: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        return "/" + components.joined(separator: "/")
    }

    mutating func insert(_ names: [String], into key: String) {
        let known = settings[key]?.object ?? [:]
        settings[key] = .object(names.reduce(into: known) { $0[$1] = .object([:]) })
    }

    mutating func addLayer(_ diffID: Digest, by instruction: String) {
        diffIDs.append(.string("\(diffID)"))
        addHistory(instruction, isEmpty: false)
    }

    mutating func addHistory(_ instruction: String, isEmpty: Bool = true) {
        var entry: [String: JSON] = ["created": .string("\(created)"), "created_by": .string(instruction)]
        if isEmpty { entry["empty_layer"] = .bool(true) }
        history.append(.object(entry))
    }

    var bytes: [UInt8] {
        var all = members
        all["created"] = .string("\(created)")
        all["config"] = .object(settings)
        all["rootfs"] = .object(["type": .string("layers"), "diff_ids": .array(diffIDs)])
        all["history"] = .array(history)
        // What the base's own builder noted about itself is not about this image.
        for key in ["container", "container_config", "docker_version", "id", "parent"] { all[key] = nil }
        return JSON.object(all).canonicalBytes
    }

    private func strings(_ list: [String]) -> JSON { .array(list.map(JSON.string)) }
}
