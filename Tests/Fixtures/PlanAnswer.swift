import Foundation

/// A plan, as far as tests of selection look at it.
public struct PlanAnswer: Decodable, Sendable {
    public let repository: Repository
    public let services: [Entry]
    public let removed: [String]
    public let notes: [Note]

    public struct Repository: Decodable, Sendable {
        public let head: String
        public let tree: String
        public let dirty: Bool
        public let shallow: Bool
    }

    public struct Entry: Decodable, Sendable {
        public let name: String
        public let selected: Bool
        public let reason: String?
        public let because: [String]
        public let via: [String]
        public let commit: String?
        public let author: String?
        public let key: String
        public let base: Base?
        public let version: Version?
        public let steps: [String]
        public let needs: [String]
        public let record: String?
        public let imageRecord: String?
    }

    public struct Base: Decodable, Equatable, Sendable {
        public let commit: String
        public let from: String

        public init(_ commit: String, from: String) {
            (self.commit, self.from) = (commit, from)
        }
    }

    public struct Version: Decodable, Sendable {
        public let current: String?
        public let next: String?
        public let snapshot: String
    }

    public struct Note: Decodable, Sendable {
        public let code: String
        public let message: String
    }

    public init(_ json: String) throws {
        self = try JSONDecoder().decode(PlanAnswer.self, from: Data(json.utf8))
    }

    /// The selected services with their reasons.
    public var selected: [String: String] {
        services.reduce(into: [:]) { if $1.selected { $0[$1.name] = $1.reason ?? "none" } }
    }

    public var keys: [String: String] { services.reduce(into: [:]) { $0[$1.name] = $1.key } }

    /// The messages of the notes with a code, one a line.
    public func note(_ code: String) -> String? {
        let messages = notes.filter { $0.code == code }.map(\.message)
        return messages.isEmpty ? nil : messages.joined(separator: "\n")
    }

    public subscript(_ name: String) -> Entry? { services.first { $0.name == name } }
}

/// A record, as far as tests of selection look at it.
public struct RecordAnswer: Decodable, Sendable {
    public let scope: String
    public let run: Run
    public let service: Service
    public let source: Source
    public let verdict: Verdict
    public let image: Image?

    public struct Run: Decodable, Sendable {
        public let recordId: String
        public let sequence: Int64
    }

    public struct Service: Decodable, Sendable {
        public let name: String
    }

    public struct Image: Decodable, Sendable {
        public let repository: String
        public let digest: String
        public let pushed: Bool
        public let from: String?
    }

    public struct Source: Decodable, Sendable {
        public let commit: String
    }

    public struct Verdict: Decodable, Sendable {
        public let state: String
    }
}

/// What a build server tells the builds that it starts.
public enum BuildServer {
    /// A build of branch `main` on Jenkins.
    public static let branch = [
        "JENKINS_URL": "https://ci.example", "JOB_NAME": "mono/main", "BUILD_TAG": "jenkins-mono-main-1",
        "BRANCH_NAME": "main",
    ]
    /// A build of a pull request against `main` on Jenkins.
    public static let pullRequest = [
        "JENKINS_URL": "https://ci.example", "JOB_NAME": "mono/PR-7", "BUILD_TAG": "jenkins-mono-PR-7-1",
        "BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_TARGET": "main",
    ]
    /// The same on GitHub.
    public static let gitHub = [
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_REF_NAME": "7/merge", "GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "topic",
    ]
}
