// Typed look-ups in a config.json.

package import JSON
internal import Kernels

/// A config.json or a part of it; errors name file and key.
typealias ConfigurationReader = JSONReader<ModelError>

extension ModelError: JSONReadingError {
    package init(_ mismatch: JSONMismatch) {
        guard let found = mismatch.found else {
            self = .missingKey(mismatch.path, in: mismatch.file)
            return
        }
        self = .badValue(
            mismatch.path, found: found.summary, expected: mismatch.expected, in: mismatch.file)
    }
}

extension JSONReader where Failure == ModelError {
    /// The largest extent of a matrix: products of a few cannot overflow.
    static var largestSize: Int { 1 << 23 }
    /// The most layers.
    private static var mostLayers: Int { 1_024 }

    func size(
        _ key: String, default fallback: Int? = nil, atMost limit: Int = 1 << 23
    ) throws(ModelError) -> Int {
        let place = self[key]
        if place.isAbsent {
            guard let fallback else { throw .missingKey(place.path, in: file) }
            return fallback
        }
        let size = try place.integer(in: 1...Int.max, "a positive whole number")
        guard size <= limit else {
            throw .badValue(place.path, found: "\(size)", expected: "no more than \(limit)", in: file)
        }
        return size
    }

    /// A number of layers.
    func layers(_ key: String, default fallback: Int? = nil) throws(ModelError) -> Int {
        try size(key, default: fallback, atMost: Self.mostLayers)
    }

    /// Refuses a product of sizes that is too large for an extent of a matrix; `keys` names them.
    func checkProduct(_ keys: String, _ sizes: [Int]) throws(ModelError) {
        var product = 1
        for size in sizes {
            let (next, overflows) = product.multipliedReportingOverflow(by: size)
            guard !overflows, next <= Self.largestSize else {
                throw .badValue(
                    keys, found: sizes.map(String.init).joined(separator: " × "),
                    expected: "no more than \(Self.largestSize) in all", in: file)
            }
            product = next
        }
    }

    /// The activation function of `key`.
    func activation(_ key: String, default fallback: String) throws(ModelError) -> Activation {
        let name = self[key].value?.string ?? fallback
        guard let activation = Activation(huggingFaceName: name) else {
            let known = Activation.huggingFaceNames.joined(separator: ", ")
            throw .badValue(self[key].path, found: "\"\(name)\"", expected: "one of \(known)", in: file)
        }
        return activation
    }

    /// A key that must have this value where it is given.
    func require(_ key: String, _ expected: Bool) throws(ModelError) {
        guard let place = self[key].ifPresent, place.value?.bool != expected else { return }
        throw place.mismatch("\(expected): the other is not supported")
    }

    /// A flag that may be missing.
    func flag(_ key: String, default fallback: Bool) throws(ModelError) -> Bool {
        try self[key].ifPresent?.bool() ?? fallback
    }

    func probability(_ key: String, default fallback: Float) throws(ModelError) -> Float {
        guard let place = self[key].ifPresent else { return fallback }
        return Float(try place.double("a number from 0 up to, not including, 1") { $0 >= 0 && $0 < 1 })
    }

    func positive(_ key: String, default fallback: Float) throws(ModelError) -> Float {
        guard let place = self[key].ifPresent else { return fallback }
        return Float(try place.double("a positive number") { $0 > 0 && $0.isFinite })
    }
}
