import ArgumentParser
import Driver
import Pipeline

/// How a plan is carried out by more than one: which share this process has, or into how many it is dealt out here.
struct PortionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "With --plan: do only this share of it; 2/3 is the second of three.", valueName: "i/n"),
        transform: Self.shard)
    var shard: Shard?

    @Option(
        help: ArgumentHelp(
            "With --plan: which try this is; default: the next of which nothing is here.", valueName: "n"))
    var attempt: Int?

    @Option(
        help: ArgumentHelp(
            "Have this many processes carry the plan out, each with a share and a clean checkout of its own.",
            valueName: "n"))
    var localAgents: Int?

    private static func shard(_ text: String) throws -> Shard {
        guard let shard = Shard(parsing: text) else { throw ValidationError(Shard.rule) }
        return shard
    }

    func validate(plan: String?, services: [String]) throws {
        let missing = "needs --plan, or each machine would make a plan of its own: slipway plan --json > plan.json"
        if shard != nil, plan == nil { throw ValidationError("--shard \(missing)") }
        if attempt != nil, plan == nil { throw ValidationError("--attempt \(missing)") }
        if shard != nil, !services.isEmpty { throw ValidationError("--shard and names of services exclude each other") }
        if let attempt, attempt < 1 { throw ValidationError("--attempt must be at least 1") }
        guard let localAgents else { return }
        guard (1...256).contains(localAgents) else { throw ValidationError("--local-agents must be 1 to 256") }
        if shard != nil || attempt != nil { throw ValidationError("--local-agents deals out the shards itself") }
        if plan != nil, !services.isEmpty {
            throw ValidationError("--local-agents carries out all of a plan: leave the names of services out")
        }
    }

    func apply(to request: inout Request) {
        request.portion.shard = shard
        request.portion.attempt = attempt
    }
}
