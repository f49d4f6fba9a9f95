// Ranks and scales of single adapters, as rank_pattern and alpha_pattern of PEFT's LoraConfig give them.

/// Which adapters have another rank or another alpha than the rest, by patterns of their modules' names.
///
/// A pattern is a regular expression for the whole name or for its end behind a dot, as in PEFT: the first
/// one that fits counts.
package struct LoRAPatterns: Sendable, Equatable {
    /// A pattern with its value.
    package struct Entry<Value: Sendable & Equatable>: Sendable, Equatable {
        package let pattern: String
        package let value: Value

        package init(_ pattern: String, _ value: Value) {
            self.pattern = pattern
            self.value = value
        }
    }

    package var ranks: [Entry<Int>]
    package var alphas: [Entry<Double>]

    package init(ranks: [Entry<Int>] = [], alphas: [Entry<Double>] = []) {
        self.ranks = ranks
        self.alphas = alphas
    }

    package var isEmpty: Bool { ranks.isEmpty && alphas.isEmpty }
    package var patterns: [String] { ranks.map(\.pattern) + alphas.map(\.pattern) }

    /// The shape of the adapter of `module`. Throws when a pattern is no regular expression.
    package func options(
        _ options: LoRAOptions, for module: String
    ) throws(NamePatternError) -> LoRAOptions {
        var options = options
        if let rank = try Self.value(ranks, module) { options.rank = rank }
        if let alpha = try Self.value(alphas, module) { options.alpha = alpha }
        return options
    }

    /// Whether `pattern` fits the name of a module. Throws when it is no regular expression.
    package static func matches(_ pattern: String, _ module: String) throws(NamePatternError) -> Bool {
        do {
            return try Regex("(.*\\.)?(\(pattern))").wholeMatch(in: module) != nil
        } catch {
            throw NamePatternError("the pattern \"\(pattern)\" is no regular expression")
        }
    }

    private static func value<Value>(
        _ entries: [Entry<Value>], _ module: String
    ) throws(NamePatternError) -> Value? {
        for entry in entries where try matches(entry.pattern, module) { return entry.value }
        return nil
    }
}
