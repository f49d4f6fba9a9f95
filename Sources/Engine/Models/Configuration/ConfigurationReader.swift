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
    func size(_ key: String, default fallback: Int? = nil) throws(ModelError) -> Int {
        let place = self[key]
        if place.isAbsent {
            guard let fallback else { throw .missingKey(place.path, in: file) }
            return fallback
        }
        return try place.integer(in: 1...Int(Int32.max), "a positive whole number")
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
