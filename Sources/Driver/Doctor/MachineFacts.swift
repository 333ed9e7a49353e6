import Disk
import Git
import Pipeline
import Signing
import SystemPackage

extension MachineFacts {
    /// Looks around; what cannot be looked at is left out.
    init(_ clone: CloneFacts, _ survey: Survey?, _ request: Request) {
        self.init(now: .now, gitLibrary: gitLibraryVersion)
        let surroundings = Surroundings(request.environment)
        if surroundings.isAgent { host = surroundings.jenkins == nil ? .otherServer : .jenkins }
        let root = FilePath(clone.form.workTree ?? clone.form.commonFolder)
        if let survey {
            programs = ProgramSearch(path: request.environment["PATH"] ?? "", root: root).programs(of: survey.catalog)
            if let engine = MachineFacts.Program(engineFor: survey.catalog, request.environment) {
                programs.append(engine)
            }
        }
        do {
            freeBytes = try root.freeBytes()
            if clone.form.workTree != nil {
                let place = Workspace(root: root.appending(Workspace.folderName))
                workspace = place.root.string
                isWritable = try [place.ledger.appending("records"), place.runs].allSatisfy {
                    try $0.isWritableFolder()
                }
            }
        } catch {
            isWritable = false
        }
        do {
            if let pem = request.environment[Keyring.variable], !pem.isEmpty {
                signing = .key(try SigningKey(pem: pem).verifyingKey.id)
            }
        } catch {}
    }
}

/// Looks for what the steps of services call.
struct ProgramSearch {
    private let folders: [FilePath]
    private let root: FilePath

    init(path: String, root: FilePath) {
        folders = path.split(separator: ":").map { FilePath(String($0)) }
        self.root = root
    }

    /// The programs that services call, each once, by name.
    ///
    /// Of lines for a shell only those are known that toolchains bring.
    func programs(of catalog: Catalog) -> [MachineFacts.Program] {
        var programs: [String: MachineFacts.Program] = [:]
        // What runs in a container finds its programs there.
        for service in catalog.services where service.recipe.container == nil {
            for group in groups(of: service.recipe) {
                guard let name = group.last else { continue }
                let found = group.lazy.compactMap { path(of: $0, for: service) }.first
                // A wrapper is each service's own: one that has none makes the program missing.
                let known = programs[name]
                if known == nil || known?.path != nil && found == nil {
                    programs[name] = MachineFacts.Program(name, path: found, services: [])
                }
                if found == nil || programs[name]?.path != nil { programs[name]?.services.append(service.name) }
            }
        }
        return programs.values.sorted { $0.name < $1.name }
    }

    private func groups(of recipe: Service.Recipe) -> [[String]] {
        let standard = Toolchain.named(recipe.toolchain)?.commands
        var groups: [[String]] = []
        for (command, line) in [(recipe.build, standard?.build), (recipe.test, standard?.test)] {
            switch command?.form {
            case .shell(let text) where text == line: groups += standard?.programs ?? []
            case .exec(let words): groups += words.first.map { $0.contains("/") ? [] : [[$0]] } ?? []
            case .shell, nil: break
            }
        }
        return groups.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private func path(of name: String, for service: Service) -> String? {
        let places =
            name.hasPrefix("./")
            ? [root.appending(FilePath("\(service.home)").components), root].map {
                $0.appending(String(name.dropFirst(2)))
            }
            : folders.map { $0.appending(name) }
        return places.first(where: isProgram)?.string
    }

    private func isProgram(_ file: FilePath) -> Bool {
        do {
            guard let status = try file.status(followingLinks: true) else { return false }
            return status.kind == .file && !status.permissions.isDisjoint(with: Self.executable)
        } catch {
            return false
        }
    }

    private static let executable: FilePermissions = [.ownerExecute, .groupExecute, .otherExecute]
}
