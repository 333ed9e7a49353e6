import Fixtures
import Foundation

// fault-proxy UPSTREAM PORT FAULT [TIMES]: serves until it is ended; FAULT is one of the names that `fault-proxy` alone lists,
// `none`, or `storm SECONDS`.

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 3, let port = Int(arguments[1]) else {
    for fault in WireFault.recoverable { print(fault.name) }
    exit(arguments.isEmpty ? 0 : 64)
}
let faults: [WireFault]
switch arguments[2] {
case "none": faults = []
case "storm":
    faults = [WireFault(times: .max, .statusUntil(seconds: Double(arguments.dropFirst(3).first ?? "60") ?? 60, 503))]
default:
    guard let fault = WireFault.recoverable.first(where: { $0.name == arguments[2] }) else {
        FileHandle.standardError.write(Data("no such fault: \(arguments[2])\n".utf8))
        exit(64)
    }
    faults = fault.faults
}
try await FaultProxy.withProxy(to: arguments[0], port: port, faults) { proxy in
    print("serving on \(proxy.host)")
    fflush(nil)
    // The one who asks ends it; how much was asked is said on the way.
    while true {
        try await Task.sleep(for: .milliseconds(100))
        let line = "\(proxy.exchanges.count)\n"
        if arguments.count > 4 { try Data(line.utf8).write(to: URL(fileURLWithPath: arguments[4])) }
    }
}
