// The body of a request: an object of JSON whose members are all understood.

internal import JSON

/// A body that is an object, its members checked one by one.
struct BodyReader {
    let object: JSONObject

    /// Throws for what is no object, or has a member that is none of `known`: a key that is not understood
    /// must not be taken for one that is.
    init(_ body: [UInt8], known: Set<String>) throws(ServiceError) {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONValue(parsing: body, maximumDepth: 64)
        } catch {
            let place = error.place(in: body)
            throw ServiceError(
                .badJSON,
                "the body is no JSON: line \(place.line), column \(place.column): \(error.problem)")
        }
        guard let object = value.object else {
            throw ServiceError(.badValue, "the body must be an object, not \(value.kind)")
        }
        if let name = object.names.first(where: { !known.contains($0) }) {
            throw ServiceError(
                .badValue,
                "\(name) is no member that is understood here; expected \(known.sorted().joined(separator: ", "))"
            )
        }
        self.object = object
    }

    /// True or false; false where it is missing or null.
    func flag(_ name: String, default fallback: Bool = false) throws(ServiceError) -> Bool {
        guard let value = object[name], !value.isNull else { return fallback }
        guard let flag = value.bool else { throw mismatch(name, "true or false") }
        return flag
    }

    func text(_ name: String) throws(ServiceError) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string else { throw mismatch(name, "a text") }
        return text
    }

    func integer(_ name: String, _ range: ClosedRange<Int>) throws(ServiceError) -> Int? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let number = value.integer, range.contains(number) else {
            throw mismatch(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func number(_ name: String, _ range: ClosedRange<Double>) throws(ServiceError) -> Double? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let number = value.double, range.contains(number) else {
            throw mismatch(name, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func mismatch(_ name: String, _ expected: String) -> ServiceError {
        ServiceError(.badValue, "\(name): expected \(expected), found \(object[name]?.kind ?? "nothing")")
    }
}
