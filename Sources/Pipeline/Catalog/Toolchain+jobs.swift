extension Toolchain {
    /// How its tools are told how many jobs of their own they may run: variables, each with what stands before the number.
    ///
    /// `SLIPWAY_JOBS` says it to every command.
    public struct Jobs: Equatable, Sendable {
        public var build: [String: String] = [:]
        public var test: [String: String] = [:]

        /// The variables of one step.
        public func variables(for kind: Step.Kind, jobs: Int) -> [String: String] {
            switch kind {
            case .build: build.mapValues { $0 + "\(jobs)" }
            case .test: test.mapValues { $0 + "\(jobs)" }
            case .image, .push: [:]
            }
        }
    }
}

extension Toolchain.Jobs {
    /// The default command says it, or nothing can.
    static let none = Toolchain.Jobs()
    static let gradle = always(["GRADLE_OPTS": "-Dorg.gradle.workers.max="])
    /// What a Go program in a test may use is counted, too.
    static let go = always(["GOMAXPROCS": ""])
    static let cargo = Toolchain.Jobs(
        build: ["CARGO_BUILD_JOBS": ""], test: ["CARGO_BUILD_JOBS": "", "RUST_TEST_THREADS": ""])
    /// How many workers `pytest -n auto` takes.
    static let python = always(["PYTEST_XDIST_AUTO_NUM_WORKERS": ""])
    static let cmake = Toolchain.Jobs(
        build: ["CMAKE_BUILD_PARALLEL_LEVEL": ""],
        test: ["CMAKE_BUILD_PARALLEL_LEVEL": "", "CTEST_PARALLEL_LEVEL": ""])
    /// Tests whose output is read must not write into each other's lines, so they are made one after the other.
    static let make = Toolchain.Jobs(build: ["MAKEFLAGS": "-j"])

    private static func always(_ variables: [String: String]) -> Toolchain.Jobs {
        Toolchain.Jobs(build: variables, test: variables)
    }
}
