/// What one Gradle script refers to, before it is known which projects there are.
struct GradleScript {
    /// The projects for which a reference is made.
    enum Subject {
        case own
        /// `subprojects { }`, `allprojects { }`.
        case children(andOwn: Bool)
        case projects([String])
    }

    enum Target {
        case project(String)
        /// The path of a task: what is before its last colon is a project.
        case task(String)
        /// `childProjects["api"]` of the project itself.
        case child(String)
        /// `projects.x.api`; surely one, or perhaps a variable of that name.
        case accessor([String], isSure: Bool)
        /// A file that the script reads or applies.
        case file(String, isBelowRoot: Bool, isApplied: Bool)
    }

    struct Reference {
        let target: Target
        let subject: Subject
        let kind: ModuleGraph.Kind
        let line: Int
    }

    private(set) var references: [Reference] = []

    init(_ bytes: [UInt8], isKotlin: Bool) {
        guard Self.isWorthwhile(bytes) else { return }
        var scan = GradleScan(Source(bytes, isKotlin ? .kotlin : .groovy))
        scan.run()
        references = scan.references
    }

    /// Whether any reference can be in these bytes: most scripts need no lexer.
    ///
    /// One pass over the bytes, stopping at the few that each kind of reference has in common.
    private static func isWorthwhile(_ bytes: [UInt8]) -> Bool {
        for at in bytes.indices {
            switch bytes[at] {
            case 0x6A where follows("ject", at, bytes): return true  // project, projects, subprojects, rootProject
            case 0x6C where follows("ldProjects", at, bytes): return true  // childProjects
            case 0x4F where follows("On", at, bytes): return true  // dependsOn
            case 0x79 where follows("y", at, bytes) && mentionsFrom(bytes, at): return true  // apply from
            case 0x44 where follows("Dir", at, bytes): return true  // rootDir
            case 0x2E where follows("../", at, bytes): return true
            case 0x50 where follows("Path(", at, bytes): return true  // tasks.getByPath(
            default: continue
            }
        }
        return false
    }

    private static func follows(_ text: String, _ at: Int, _ bytes: [UInt8]) -> Bool {
        bytes[at...].prefix(text.utf8.count).elementsEqual(text.utf8)
    }

    private static func mentionsFrom(_ bytes: [UInt8], _ at: Int) -> Bool {
        let rest = bytes[(at + 1)...].drop { $0 == 0x20 || $0 == 0x28 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        return rest.prefix(4).elementsEqual("from".utf8)
    }
}
