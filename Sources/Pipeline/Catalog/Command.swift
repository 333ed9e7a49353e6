/// What is run for a step: a line for `sh -c`, or a program with its arguments.
public struct Command: Equatable, Sendable {
    public enum Form: Equatable, Sendable {
        case shell(String)
        case exec([String])
    }

    public var form: Form
    /// Where it runs, relative to the root of the repository; nil is the folder of the service.
    public var directory: Path?

    public init(_ form: Form, in directory: Path? = nil) {
        (self.form, self.directory) = (form, directory)
    }

    public var arguments: [String] {
        switch form {
        case .shell(let line): ["/bin/sh", "-c", line]
        case .exec(let arguments): arguments
        }
    }
}

extension Command {
    /// The words of the command, as far as a line can be parted without a shell.
    public var words: [String] {
        switch form {
        case .shell(let line): Self.words(of: line)
        // One of them may be a line for a shell.
        case .exec(let arguments): arguments + arguments.flatMap(Self.words)
        }
    }

    private static func words(of line: String) -> [String] {
        line.split { $0.isWhitespace || "'\"`;|&()<>=".contains($0) }.map(String.init)
    }
}

extension Command: CustomStringConvertible {
    public var description: String {
        switch form {
        case .shell(let line): line
        case .exec(let arguments): arguments.joined(separator: " ")
        }
    }
}

extension Command: Codable {
    private enum CodingKeys: String, CodingKey {
        case run, directory
    }

    public init(from decoder: any Decoder) throws {
        if let container = try? decoder.singleValueContainer() {
            if let line = try? container.decode(String.self) {
                self.init(.shell(line))
                return
            }
            if let arguments = try? container.decode([String].self) {
                self.init(.exec(arguments))
                return
            }
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self = try container.decode(Command.self, forKey: .run)
        directory = try container.decodeIfPresent(Path.self, forKey: .directory)
    }

    public func encode(to encoder: any Encoder) throws {
        guard let directory else {
            var container = encoder.singleValueContainer()
            switch form {
            case .shell(let line): try container.encode(line)
            case .exec(let arguments): try container.encode(arguments)
            }
            return
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Command(form), forKey: .run)
        try container.encode(directory, forKey: .directory)
    }
}
