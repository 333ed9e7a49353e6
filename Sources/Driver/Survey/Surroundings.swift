import Pipeline

/// Where this process runs, as far as its variables tell: a laptop, or Jenkins and which kind of build.
struct Surroundings: Equatable {
    let isJenkins: Bool
    /// The branch that is built, when git itself does not say so.
    let branch: String?
    let pullRequest: String?
    let tag: String?
    let jenkins: Stability.Jenkins?

    init(_ environment: [String: String]) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let hasJobTag = variable("BUILD_TAG")?.hasPrefix("jenkins-") == true && variable("JOB_NAME") != nil
        isJenkins = variable("JENKINS_HOME") != nil || variable("JENKINS_URL") != nil || hasJobTag
        guard isJenkins else {
            (branch, pullRequest, tag, jenkins) = (nil, nil, nil, nil)
            return
        }
        pullRequest = variable("CHANGE_ID")
        tag = variable("TAG_NAME")
        branch = pullRequest == nil && tag == nil ? variable("BRANCH_NAME") : nil
        jenkins = Stability.Jenkins(
            job: variable("JOB_NAME"), number: variable("BUILD_NUMBER"), buildUrl: variable("BUILD_URL"),
            node: variable("NODE_NAME"))
    }

    /// The scope of what is built here.
    ///
    /// A laptop vouches for nobody else, and uncommitted work for nothing at all.
    func scope(dirty: Bool) -> Scope {
        if dirty || !isJenkins { return .local }
        if pullRequest != nil { return .pr }
        return tag == nil ? .branch : .release
    }

    /// The text that names this line of work in snapshots.
    func lineName(gitBranch: String?) -> String {
        pullRequest.map { "PR-\($0)" } ?? gitBranch ?? branch ?? tag ?? "detached"
    }
}
