import Glibc

/// Where the parts of a clone are, found as git finds them, whether or not they make a repository.
struct ClonePlace {
    let workTree: String?
    let gitFolder: String
    let commonFolder: String

    /// Looks in a folder and those above it; nil when none has anything of git.
    init?(at path: String) {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        var folder = String(cString: resolved)
        while true {
            if let place = ClonePlace(in: folder) {
                self = place
                return
            }
            guard folder != "/", let slash = folder.lastIndex(of: "/") else { return nil }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
    }

    /// A part that each repository has, and this one has not.
    var missingPart: String? {
        var status = stat()
        guard stat(gitFolder, &status) == 0 else { return "the folder itself" }
        if access(gitFolder + "HEAD", F_OK) != 0 { return "HEAD" }
        return ["objects", "refs"].first { access(commonFolder + $0, F_OK) != 0 }
    }

    private init?(in folder: String) {
        let inner = folder.withTrailingSlash + ".git"
        var status = stat()
        guard stat(inner, &status) == 0 else {
            let isBare = ["HEAD", "objects", "refs"].allSatisfy { access(folder.withTrailingSlash + $0, F_OK) == 0 }
            guard isBare else { return nil }
            let isInWorkTree = folder.hasSuffix("/.git") && !ConfigFile(folder + "/config").isTrue("core.bare")
            workTree = isInWorkTree ? String(folder.dropLast(4)) : nil
            (gitFolder, commonFolder) = (folder.withTrailingSlash, folder.withTrailingSlash)
            return
        }
        workTree = folder.withTrailingSlash
        gitFolder =
            status.st_mode & S_IFMT == S_IFDIR
            ? inner.withTrailingSlash : Self.target(of: inner, "gitdir:", from: folder) ?? inner.withTrailingSlash
        commonFolder = Self.target(of: gitFolder + "commondir", "", from: gitFolder) ?? gitFolder
    }

    /// The folder that a file names, relative to another.
    private static func target(of file: String, _ word: String, from folder: String) -> String? {
        guard let text = smallFile(file), text.hasPrefix(word) else { return nil }
        let name = String(text.dropFirst(word.count).prefix { !$0.isNewline }.trimmed)
        guard !name.isEmpty else { return nil }
        let path = name.hasPrefix("/") ? name : folder.withTrailingSlash + name
        guard let resolved = realpath(path, nil) else { return path.withTrailingSlash }
        defer { free(resolved) }
        return String(cString: resolved).withTrailingSlash
    }
}

extension String {
    var withTrailingSlash: String { hasSuffix("/") ? self : self + "/" }
}
