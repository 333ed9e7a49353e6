import Fixtures
import Signing
import Testing

@testable import Pipeline

/// What `container:` says, what of it counts, and what is told of it.
struct ContainerSettingTests {
    /// The container of a service whose entry says this.
    private func container(_ setting: Document) throws -> Container? {
        try service(setting).recipe.container
    }

    private func service(_ setting: Document) throws -> Service {
        let document = Document.map([
            "services": .map(["a": .map(["path": .text("a"), "build": .text("make"), "container": setting])])
        ])
        var findings: [Finding] = []
        let json = Schema.slipway.read(document, findings: &findings)
        #expect(findings.isEmpty)
        let catalog = try Catalog(ConfigurationFile(json: json), document: document, fileName: "slipway.yaml") {
            folder in
            folder.isRoot ? [(Array("a".utf8), true)] : [(Array("x".utf8), false)]
        }
        return try #require(catalog["a"])
    }

    @Test func `an image is enough, and all else has a standard`() throws {
        #expect(try container(.text("node:20")) == Container(image: "node:20"))
        let short = Document.map(["image": .text("node:20"), "sidecars": .map(["db": .text("postgres:15")])])
        let sidecar = Container.Sidecar(name: "db", image: "postgres:15")
        #expect(sidecar.readyWithin == Seconds(60))
        #expect(try container(short) == Container(image: "node:20", sidecars: [sidecar]))
        #expect(try container(short)?.sidecars(beside: .build) == [])
        #expect(try container(short)?.sidecars(beside: .test) == [sidecar])
    }

    @Test func `everything can be said`() throws {
        let long = Document.map([
            "image": .text("node:20"), "sidecars-for": .list(.text("test"), .text("build")),
            "sidecars": .map([
                "db": .map([
                    "image": .text("postgres:15"), "environment": .map(["POSTGRES_PASSWORD": .text("x")]),
                    "command": .list(.text("postgres"), .text("-c"), .text("fsync=off")),
                    "health": .text("pg_isready"), "ready-within": .text("2m"),
                ])
            ]),
        ])
        var sidecar = Container.Sidecar(name: "db", image: "postgres:15")
        sidecar.environment = ["POSTGRES_PASSWORD": "x"]
        sidecar.command = ["postgres", "-c", "fsync=off"]
        (sidecar.health, sidecar.readyWithin) = (Command(.shell("pg_isready")), Seconds(120))
        #expect(
            try container(long)
                == Container(image: "node:20", sidecars: [sidecar], accompanied: [.build, .test]))
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let setting: Document
        let problem: String
        var testDescription: String { problem }
    }

    private static let sidecar = Document.map(["image": .text("p:1")])

    @Test(arguments: [
        Wrong(setting: .text("--privileged"), problem: "\"--privileged\" is no image"),
        Wrong(setting: .text("Node:20"), problem: "\"Node:20\" is no image"),
        Wrong(setting: .text("node:20 sh"), problem: "\"node:20 sh\" is no image"),
        Wrong(setting: .map(["sidecars": .map([:])]), problem: "its container has no image"),
        Wrong(
            setting: .map(["image": .text("n"), "sidecars": .map(["My_DB": sidecar])]),
            problem: "\"My_DB\" is no name for a sidecar"),
        Wrong(
            setting: .map(["image": .text("n"), "sidecars": .map(["localhost": sidecar])]),
            problem: "\"localhost\" is no name for a sidecar"),
        Wrong(
            setting: .map(["image": .text("n"), "sidecars": .map(["db": .map(["health": .text("x")])])]),
            problem: "sidecar db has no image"),
        Wrong(
            setting: .map([
                "image": .text("n"),
                "sidecars": .map(["db": .map(["image": .text("p"), "environment": .map(["A B": .text("")])])]),
            ]), problem: "\"A B\" of sidecar db is no variable"),
        Wrong(
            setting: .map(["image": .text("n"), "sidecars-for": .list(.text("build"))]),
            problem: "sidecars-for names steps, and there are no sidecars"),
    ])
    func `what is wrong is named`(_ wrong: Wrong) {
        let error = #expect(throws: (any Error).self) { try container(wrong.setting) }
        #expect(error.map { "\($0)" }?.contains(wrong.problem) == true)
    }

    // MARK: - Keys

    private func configuration(_ container: Container?) throws -> (build: JSON, test: JSON) {
        var service = World.service("a")
        service.recipe.container = container
        return try service.keyConfiguration
    }

    @Test func `the image is part of what is built, its sidecars of how it is tested, and waiting of neither`() throws {
        let none = try configuration(nil)
        #expect(none.build["container"] == nil)
        let plain = try configuration(Container(image: "node:20"))
        #expect(plain.build["container"] == .string("node:20"))
        #expect(plain.test == none.test)
        var sidecar = Container.Sidecar(name: "db", image: "postgres:15")
        let beside = try configuration(Container(image: "node:20", sidecars: [sidecar]))
        #expect(beside.build == plain.build)
        #expect(beside.test != plain.test)
        let both = try configuration(Container(image: "node:20", sidecars: [sidecar], accompanied: [.build, .test]))
        #expect(both.build != plain.build)
        sidecar.readyWithin = Seconds(1)
        sidecar.health = Command(.shell("true"))
        let patient = try configuration(Container(image: "node:20", sidecars: [sidecar]))
        #expect(patient.test == beside.test)
        sidecar.environment = ["A": "b"]
        let told = try configuration(Container(image: "node:20", sidecars: [sidecar]))
        #expect(told.test != beside.test)
        sidecar.command = ["x"]
        let commanded = try configuration(Container(image: "node:20", sidecars: [sidecar]))
        #expect(commanded.test != told.test)
    }

    @Test func `a tag is told once in a plan, and a digest is none`() throws {
        let pinned = "node@sha256:" + String(repeating: "a", count: 64)
        func notes(_ containers: Container?...) throws -> [String] {
            let services = zip(["a", "b"] as [ServiceName], containers).map { name, container in
                var service = World.service(name)
                service.recipe.container = container
                return service
            }
            let catalog = Catalog(services: services)
            let planning = Planning(
                repository: RepositoryFacts(head: .test(1), tree: .test(2), branch: "main"), catalog: catalog,
                parts: World.parts(catalog), request: .init())
            return try Plan(planning, hash: Digest.sha256).notes.filter { $0.code == .containerTag }.map(\.message)
        }
        #expect(try notes(nil, nil) == [])
        #expect(try notes(Container(image: pinned), nil) == [])
        let sidecar = Container.Sidecar(name: "db", image: "postgres:15")
        #expect(
            try notes(Container(image: "node:20", sidecars: [sidecar]), Container(image: "node:20")) == [
                "node:20, postgres:15: what a tag of a container image points to is part of no key; node:20@sha256:… would pin it"
            ])
    }
}
