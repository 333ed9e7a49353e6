extension [UInt8] {
    /// What Flyway stores of a script: CRC-32 (IEEE 802.3) over its lines without what ends them, and without a mark of
    /// its encoding at the start.
    var engineChecksum: Int32 {
        var sum = UInt32.max
        let table = crcTable
        for index in (starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)..<count {
            let byte = self[index]
            if byte == 0x0A || byte == 0x0D { continue }
            sum = (sum >> 8) ^ table[Int((sum ^ UInt32(byte)) & 0xFF)]
        }
        return Int32(bitPattern: ~sum)
    }
}

private let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
}
