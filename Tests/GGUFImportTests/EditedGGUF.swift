// A golden GGUF file with some of its bytes changed, for what an import must refuse.

import Foundation
import Testing

/// Edits that keep the places of all tensors.
struct EditedGGUF {
    private(set) var bytes: [UInt8]

    init(_ name: String) throws {
        bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: goldenPath(name))))
    }

    /// Replaces the first `old` by `new`, which is as long.
    mutating func replace(_ old: [UInt8], with new: [UInt8]) throws {
        let place = try #require(bytes.firstRange(of: old))
        try #require(old.count == new.count)
        bytes.replaceSubrange(place, with: new)
    }

    mutating func replace(_ old: String, with new: String) throws {
        try replace(Array(old.utf8), with: Array(new.utf8))
    }

    /// Replaces the value of `key`, of a type of 32 bits.
    mutating func setValue(_ key: String, _ value: UInt32) throws {
        let place = try #require(bytes.firstRange(of: Array(key.utf8))).upperBound + 4
        bytes.replaceSubrange(place..<place + 4, with: Self.little(value))
    }

    /// Replaces the truth value of `key`.
    mutating func setBool(_ key: String, _ value: Bool) throws {
        let place = try #require(bytes.firstRange(of: Array(key.utf8))).upperBound + 4
        try #require(bytes[place] <= 1)
        bytes[place] = value ? 1 : 0
    }

    /// Replaces the number of the type of a tensor of two dimensions.
    mutating func setType(_ tensor: String, _ number: UInt32) throws {
        let place = try #require(bytes.firstRange(of: Array(tensor.utf8))).upperBound + 4 + 16
        bytes.replaceSubrange(place..<place + 4, with: Self.little(number))
    }

    /// Adds an UINT32 key, and another that fills up to a multiple of the alignment.
    mutating func insert(_ key: String, _ value: UInt32) { insert(Self.pair(key, value)) }

    /// Adds a key with an array of strings in the same way.
    mutating func insert(_ key: String, _ values: [String]) {
        insert(
            Self.array(key, 8, values.map { Self.little(UInt64($0.utf8.count)) + Array($0.utf8) }))
    }

    /// Adds a key with an array of FLOAT32 in the same way.
    mutating func insert(_ key: String, _ values: [Float]) {
        insert(Self.array(key, 6, values.map { Self.little($0.bitPattern) }))
    }

    private static func array(_ key: String, _ type: UInt32, _ elements: [[UInt8]]) -> [UInt8] {
        little(UInt64(key.utf8.count)) + Array(key.utf8) + little(9 as UInt32) + little(type)
            + little(UInt64(elements.count)) + elements.joined()
    }

    private mutating func insert(_ pair: [UInt8]) {
        let filler = (32 - (pair.count + 17) % 32) % 32 + 1
        bytes.insert(contentsOf: pair + Self.pair(String(repeating: "x", count: filler), 0), at: 24)
        bytes[16] += 2
    }

    private static func pair(_ key: String, _ value: UInt32) -> [UInt8] {
        little(UInt64(key.utf8.count)) + Array(key.utf8) + little(UInt32(4)) + little(value)
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
