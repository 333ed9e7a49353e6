import Pipeline
import Testing

@testable import Driver

/// What Jenkins tells by its variables, and what it does not.
struct SurroundingsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let variables: [String: String]
        var isDirty = false
        let scope: Scope
        var line = "detached"
        var gitBranch: String?
    }

    @Test(arguments: [
        Case(testDescription: "a laptop", variables: [:], scope: .local),
        Case(testDescription: "a laptop on a branch", variables: [:], scope: .local, line: "main", gitBranch: "main"),
        Case(
            testDescription: "a laptop with a stray variable", variables: ["BRANCH_NAME": "main"], scope: .local),
        Case(
            testDescription: "a branch build, head detached", variables: ["JENKINS_URL": "u", "BRANCH_NAME": "main"],
            scope: .branch, line: "main"),
        Case(
            testDescription: "no root URL is configured", variables: ["JENKINS_HOME": "/j", "BRANCH_NAME": "main"],
            scope: .branch, line: "main"),
        Case(
            testDescription: "known by its tag alone",
            variables: ["BUILD_TAG": "jenkins-x-1", "JOB_NAME": "x", "BRANCH_NAME": "b"], scope: .branch, line: "b"),
        Case(
            testDescription: "a tag that is not Jenkins'", variables: ["BUILD_TAG": "x", "JOB_NAME": "x"], scope: .local
        ),
        Case(testDescription: "empty is absent", variables: ["JENKINS_URL": "", "BRANCH_NAME": "x"], scope: .local),
        Case(
            testDescription: "a pull request",
            variables: ["JENKINS_URL": "u", "CHANGE_ID": "12", "BRANCH_NAME": "PR-12", "CHANGE_TARGET": "main"],
            scope: .pr, line: "PR-12"),
        Case(
            testDescription: "a tag build", variables: ["JENKINS_URL": "u", "TAG_NAME": "v1", "BRANCH_NAME": "v1"],
            scope: .release, line: "v1"),
        Case(
            testDescription: "a branch on GitHub",
            variables: ["GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/heads/feature/x"], scope: .branch,
            line: "feature/x"),
        Case(
            testDescription: "a pull request on GitHub",
            variables: ["GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_BASE_REF": "main"],
            scope: .pr, line: "PR-7"),
        Case(
            testDescription: "a tag on GitHub", variables: ["GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/tags/v1"],
            scope: .release, line: "v1"),
        Case(
            testDescription: "not quite GitHub", variables: ["GITHUB_ACTIONS": "1", "GITHUB_REF": "refs/heads/x"],
            scope: .local),
        Case(
            testDescription: "uncommitted work vouches for nothing",
            variables: ["JENKINS_URL": "u", "BRANCH_NAME": "main"], isDirty: true, scope: .local, line: "main"),
        Case(
            testDescription: "git wins over Jenkins", variables: ["JENKINS_URL": "u", "BRANCH_NAME": "main"],
            scope: .branch, line: "release/1.x", gitBranch: "release/1.x"),
    ])
    func `where are we`(_ test: Case) {
        let here = Surroundings(test.variables)
        #expect(here.scope(dirty: test.isDirty) == test.scope)
        #expect(here.lineName(gitBranch: test.gitBranch) == test.line)
    }

    @Test func `what a pull request is to be merged into, and what built last`() {
        let jenkins = Surroundings([
            "JENKINS_URL": "u", "CHANGE_ID": "12", "CHANGE_TARGET": "main", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": "abc",
        ])
        #expect((jenkins.target, jenkins.previousBuild) == ("main", "abc"))
        let github = Surroundings([
            "GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_BASE_REF": "release",
        ])
        #expect((github.target, github.pullRequest) == ("release", "7"))
        #expect(github.jenkins == nil)
    }
}
