/// How an absent optional member is written.
public enum Absence: Sendable {
    /// Left out: in records, absent is absent.
    case omitted
    /// Written as null: in plans, so that every entry has the same members.
    case null
}

extension JSON {
    /// The value of a noun, by way of its `Codable` conformance.
    ///
    /// Throws when the noun holds what the format cannot say, such as a number that is no integer.
    public init(encoding value: some Encodable, absence: Absence = .omitted) throws {
        let encoder = ValueEncoder(absence: absence, trail: .root)
        try value.encode(to: encoder)
        self = try encoder.value()
    }
}

/// The way to a value: shared upwards, so that a level costs one step and no copy of all above it.
private indirect enum Trail {
    case root
    case step(Trail, any CodingKey)

    var path: [any CodingKey] {
        switch self {
        case .root: []
        case .step(let above, let key): above.path + [key]
        }
    }
}

/// Collects one value; containers write into `storage` through the class so that nested encoders share it.
private final class ValueEncoder: Encoder {
    let absence: Absence
    private let trail: Trail
    var codingPath: [any CodingKey] { trail.path }
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private var leaf: JSON?
    private var members: [String: ValueEncoder]?
    private var elements: [ValueEncoder]?

    init(absence: Absence, trail: Trail) {
        (self.absence, self.trail) = (absence, trail)
    }

    func value() throws -> JSON {
        if let leaf { return leaf }
        if let members { return .object(try members.mapValues { try $0.value() }) }
        return .array(try (elements ?? []).map { try $0.value() })
    }

    func set(_ value: JSON) { leaf = value }

    func beginObject() { members = members ?? [:] }

    func beginArray() { elements = elements ?? [] }

    func member(_ key: any CodingKey) -> ValueEncoder {
        let child = ValueEncoder(absence: absence, trail: .step(trail, key))
        members?[key.stringValue] = child
        return child
    }

    func element() -> ValueEncoder {
        let child = ValueEncoder(absence: absence, trail: .step(trail, IndexKey(count)))
        elements?.append(child)
        return child
    }

    var count: Int { elements?.count ?? 0 }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        beginObject()
        return KeyedEncodingContainer(KeyedContainer<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        beginArray()
        return UnkeyedContainer(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleContainer(encoder: self) }

    func set(number: some BinaryInteger) throws {
        guard let exact = Int64(exactly: number), exact.magnitude < 1 << 53 else {
            throw JSONError(place: codingPath.place, problem: "\(number) is beyond 2^53-1")
        }
        set(.integer(exact))
    }

    func set(decimal: Double) throws {
        throw JSONError(place: codingPath.place, problem: "\(decimal) is a number with a fraction")
    }
}

private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil(forKey key: Key) { encoder.member(key).set(.null) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try encoder.member(key).encode(value) }
    // Most members are one of these: they need no container of their own.
    func encode(_ value: String, forKey key: Key) { encoder.member(key).set(.string(value)) }
    func encode(_ value: Bool, forKey key: Key) { encoder.member(key).set(.bool(value)) }
    func encode(_ value: Int64, forKey key: Key) throws { try encoder.member(key).set(number: value) }

    func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) throws {
        if let value { return try encode(value, forKey: key) }
        if encoder.absence == .null { encodeNil(forKey: key) }
    }

    func encodeIfPresent(_ value: String?, forKey key: Key) throws { try encodePresent(value, forKey: key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try encodePresent(value, forKey: key) }
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try encodePresent(value, forKey: key) }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try encodePresent(value, forKey: key) }
    func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try encodePresent(value, forKey: key) }

    private func encodePresent(_ value: (some Encodable)?, forKey key: Key) throws {
        if let value { return try encode(value, forKey: key) }
        if encoder.absence == .null { encodeNil(forKey: key) }
    }

    func nestedContainer<NestedKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        encoder.member(key).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder.member(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.member(key) }
}

private struct UnkeyedContainer: UnkeyedEncodingContainer {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.count }

    func encodeNil() { encoder.element().set(.null) }
    func encode(_ value: some Encodable) throws { try encoder.element().encode(value) }

    func nestedContainer<NestedKey>(keyedBy keyType: NestedKey.Type) -> KeyedEncodingContainer<NestedKey> {
        encoder.element().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.element().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder.element() }
}

extension ValueEncoder {
    func encode(_ value: some Encodable) throws { try value.encode(to: self) }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil() { encoder.set(.null) }
    func encode(_ value: Bool) { encoder.set(.bool(value)) }
    func encode(_ value: String) { encoder.set(.string(value)) }
    func encode(_ value: Double) throws { try encoder.set(decimal: value) }
    func encode(_ value: Float) throws { try encoder.set(decimal: Double(value)) }
    func encode(_ value: Int) throws { try encoder.set(number: value) }
    func encode(_ value: Int8) throws { try encoder.set(number: value) }
    func encode(_ value: Int16) throws { try encoder.set(number: value) }
    func encode(_ value: Int32) throws { try encoder.set(number: value) }
    func encode(_ value: Int64) throws { try encoder.set(number: value) }
    func encode(_ value: UInt) throws { try encoder.set(number: value) }
    func encode(_ value: UInt8) throws { try encoder.set(number: value) }
    func encode(_ value: UInt16) throws { try encoder.set(number: value) }
    func encode(_ value: UInt32) throws { try encoder.set(number: value) }
    func encode(_ value: UInt64) throws { try encoder.set(number: value) }
    func encode(_ value: some Encodable) throws { try encoder.encode(value) }
}

/// A position in a list, for coding paths.
struct IndexKey: CodingKey {
    let intValue: Int?
    var stringValue: String { "\(intValue ?? 0)" }

    init(_ index: Int) { intValue = index }
    init?(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
}

extension [any CodingKey] {
    /// `services[3].name`, for error messages.
    var place: String {
        reduce(into: "") { text, key in
            if let index = key as? IndexKey {
                text += "[\(index.stringValue)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}
