/// Gives equal values one number, across documents, so that comparing two values is comparing two numbers.
struct ValueNumbers {
    private var numbers: [InterfaceSource.Content: Int] = [:]

    /// Numbers every value of a document, as it stands and as it is without words for people.
    ///
    /// What a value holds stands behind it, so going backwards finds the parts numbered, without recursion.
    mutating func number(_ source: inout InterfaceSource) {
        var values = [Int](repeating: 0, count: source.nodes.count)
        var meanings = values
        for node in source.nodes.indices.reversed() {
            switch source.nodes[node].content {
            case .scalar(let scalar):
                values[node] = number(.scalar(scalar))
                meanings[node] = values[node]
            case .list(let elements):
                values[node] = number(.list(elements.map { values[$0] }))
                meanings[node] = number(.list(elements.map { meanings[$0] }))
            case .map(let members):
                values[node] = number(.map(members.mapValues { values[$0] }))
                let telling = members.filter { !isForPeople($0.key, source.nodes[$0.value].content) }
                meanings[node] = number(.map(telling.mapValues { meanings[$0] }))
            }
        }
        (source.values, source.meanings) = (values, meanings)
    }

    private mutating func number(_ content: InterfaceSource.Content) -> Int {
        let number = numbers[content] ?? numbers.count
        numbers[content] = number
        return number
    }

    /// Whether a member is a keyword for people, and not a property that has its name.
    private func isForPeople(_ key: String, _ content: InterfaceSource.Content) -> Bool {
        guard case .scalar = content else { return false }
        return InterfaceSource.isAnnotation(key)
    }
}
