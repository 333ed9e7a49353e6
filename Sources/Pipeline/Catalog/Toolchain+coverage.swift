extension Toolchain {
    /// Where the tools of a toolchain leave coverage when they measure it, from the folder of a service.
    ///
    /// A pattern enters no folder beyond what it names, so that nothing large is searched in vain.
    public static func coveragePlaces(of name: String) -> [String] {
        switch name {
        case "gradle": ["build/reports/jacoco/**/*.xml", "build/reports/kover/*.xml"]
        case "maven":
            ["target/site/jacoco/jacoco.xml", "target/site/jacoco-it/jacoco.xml", "target/site/cobertura/coverage.xml"]
        case "swiftpm": [".build/*/debug/codecov/*.json"]
        case "npm", "pnpm", "yarn", "node": ["coverage/lcov.info"]
        case "cargo": ["lcov.info", "target/llvm-cov/lcov.info", "cobertura.xml"]
        case "python": ["coverage.xml", "coverage.lcov"]
        case "cmake", "make": ["build/coverage.xml", "build/coverage.info", "coverage.info"]
        default: []
        }
    }
}
