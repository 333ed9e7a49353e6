import Pipeline

/// Where this process runs, as far as its variables tell: a laptop, or Jenkins or GitHub and which kind of build.
struct Surroundings: Equatable {
    /// Whether this is an agent's work, of which others are told.
    let isAgent: Bool
    /// The branch that is built, when git itself does not say so.
    let branch: String?
    let pullRequest: String?
    /// The branch it is to be merged into.
    let target: String?
    let tag: String?
    /// What Jenkins says is the commit of its last successful build.
    let previousBuild: String?
    let jenkins: Stability.Jenkins?

    init(_ environment: [String: String]) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let hasJobTag = variable("BUILD_TAG")?.hasPrefix("jenkins-") == true && variable("JOB_NAME") != nil
        let isJenkins = variable("JENKINS_HOME") != nil || variable("JENKINS_URL") != nil || hasJobTag
        isAgent = isJenkins || variable("GITHUB_ACTIONS") == "true"
        previousBuild = variable("GIT_PREVIOUS_SUCCESSFUL_COMMIT")
        jenkins =
            isJenkins
            ? Stability.Jenkins(
                job: variable("JOB_NAME"), number: variable("BUILD_NUMBER"), buildUrl: variable("BUILD_URL"),
                node: variable("NODE_NAME")) : nil
        if isJenkins {
            (pullRequest, target, tag) = (variable("CHANGE_ID"), variable("CHANGE_TARGET"), variable("TAG_NAME"))
            branch = pullRequest == nil && tag == nil ? variable("BRANCH_NAME") : nil
        } else if isAgent {
            let ref = (variable("GITHUB_REF") ?? "").split(separator: "/", maxSplits: 2).map(String.init)
            let kind = ref.count == 3 ? ref[1] : ""
            let name = ref.last ?? ""
            pullRequest = kind == "pull" ? name.split(separator: "/").first.map(String.init) : nil
            target = variable("GITHUB_BASE_REF")
            (tag, branch) = (kind == "tags" ? name : nil, kind == "heads" ? name : nil)
        } else {
            (branch, pullRequest, target, tag) = (nil, nil, nil, nil)
        }
    }

    /// The scope of what is built here.
    ///
    /// A laptop vouches for nobody else, and uncommitted work for nothing at all.
    func scope(dirty: Bool) -> Scope {
        if dirty || !isAgent { return .local }
        if pullRequest != nil { return .pr }
        return tag == nil ? .branch : .release
    }

    /// The text that names this line of work in snapshots.
    func lineName(gitBranch: String?) -> String {
        pullRequest.map { "PR-\($0)" } ?? gitBranch ?? branch ?? tag ?? "detached"
    }
}
