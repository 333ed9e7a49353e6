import Glibc

/// The folders that hold the packs of a repository.
enum PackFolder {
    /// How often a folder may borrow from one that borrows; git's own limit.
    private static let deepest = 5

    /// A folder of objects and those it borrows from, without links and slashes at the end.
    static func folders(of objects: String) -> [String] {
        var folders: [String] = []
        collect(objects, depth: 0, &folders)
        return folders
    }

    /// The packs of a folder of objects and of those it borrows from, the largest first.
    static func packs(of objects: String) -> [PackFile] {
        let packs = folders(of: objects).flatMap { folder in
            names(in: folder + "/pack").filter { $0.hasSuffix(".idx") }
                .compactMap { PackFile("\(folder)/pack/\($0.dropLast(4))") }
        }
        return packs.sorted { $0.count > $1.count }
    }

    private static func collect(_ objects: String, depth: Int, _ folders: inout [String]) {
        guard depth <= deepest, let path = realpath(objects, nil) else { return }
        defer { free(path) }
        let folder = String(cString: path)
        guard !folders.contains(folder) else { return }
        folders.append(folder)
        for line in lines(of: folder + "/info/alternates") where !line.isEmpty && !line.hasPrefix("#") {
            collect(line.hasPrefix("/") ? line : "\(folder)/\(line)", depth: depth + 1, &folders)
        }
    }

    /// What lies in a folder, if it is one; dots too.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { $0.prefix { $0 != 0 }.map { $0 } }
            names.append(String(decoding: name, as: UTF8.self))
        }
        return names
    }

    /// The lines of a file, if there is one.
    static func lines(of file: String) -> [String] {
        guard let stream = fopen(file, "re") else { return [] }
        defer { fclose(stream) }
        var (line, room): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
        defer { free(line) }
        var lines: [String] = []
        while getline(&line, &room, stream) >= 0, let line {
            lines.append(String(cString: line).trimmedNewline)
        }
        return lines
    }
}

extension String {
    fileprivate var trimmedNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
