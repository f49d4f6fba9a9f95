// A recipe's rates of dropout under the names that a model family has for them.

package import JSON

/// The keys of a family's config.json that hold rates of dropout; empty where the family has no such dropout.
struct DropoutKeys: Sendable {
    /// Of hidden states: what a recipe calls `hidden_dropout_prob`.
    var hidden: [String] = []
    /// Of attention probabilities: what a recipe calls `attention_probs_dropout_prob`.
    var attention: [String] = []
    /// Before a classifier's output layer: what a recipe calls `classifier_dropout`.
    var classifier: [String] = []

    /// BERT's names, which are the recipe's.
    static let bert = DropoutKeys(
        hidden: ["hidden_dropout_prob"], attention: ["attention_probs_dropout_prob"],
        classifier: ["classifier_dropout"])

    /// The family's keys by the recipe's.
    var byRecipeKey: [(recipe: String, family: [String])] {
        [
            ("hidden_dropout_prob", hidden), ("attention_probs_dropout_prob", attention),
            ("classifier_dropout", classifier),
        ]
    }
}

extension ModelFamily {
    /// A config.json whose keys are replaced by `overrides`; of an encoder–decoder, the keys of both parts.
    /// Rates of dropout stand there by the names that recipes have for them and go to the family's own keys.
    /// Throws when a rate other than 0 is asked for that the model has no dropout for. `file` is named in
    /// errors.
    package static func configuration(
        _ json: JSONValue, replacing overrides: JSONObject, file: String
    ) throws(ModelError) -> JSONValue {
        var members = json.object ?? [:]
        let isPair = json["model_type"]?.string.flatMap(named)?.architectures[.encoderDecoder] != nil
        var unknown = Set(overrides.names)
        var families: [ModelFamily] = []
        for part in isPair ? ["encoder", "decoder"] : [nil] {
            guard var partMembers = part.map({ members[$0]?.object }) ?? members else { continue }
            let (family, missed) = replace(overrides, in: &partMembers)
            if let part { members[part] = .object(partMembers) } else { members = partMembers }
            unknown.formIntersection(missed)
            if let family { families.append(family) }
        }
        guard unknown.isEmpty else { throw .noDropout(unknown, families: families, in: file) }
        return .object(members)
    }

    /// Replaces keys of one network's configuration; returns its family, and the recipe's keys of rates above
    /// 0 that the family has no key for.
    private static func replace(
        _ overrides: JSONObject, in members: inout JSONObject
    ) -> (family: ModelFamily?, missed: Set<String>) {
        let recipeKeys = DropoutKeys.bert.byRecipeKey.map(\.recipe)
        for (key, value) in overrides where !recipeKeys.contains(key) { members[key] = value }
        guard let family = members["model_type"]?.string.flatMap(named) else { return (nil, []) }
        var missed: Set<String> = []
        for (recipe, keys) in family.dropoutKeys.byRecipeKey {
            guard let rate = overrides[recipe] else { continue }
            for key in keys { members[key] = rate }
            if keys.isEmpty, rate.double != 0 { missed.insert(recipe) }
        }
        return (family, missed)
    }
}

extension ModelError {
    static func noDropout(_ keys: Set<String>, families: [ModelFamily], in file: String) -> ModelError {
        let types = families.map { "\"\($0.modelType)\"" }.joined(separator: " with ")
        let known = families.flatMap { family in
            family.dropoutKeys.byRecipeKey.filter { !$0.family.isEmpty && !keys.contains($0.recipe) }
                .map { pair in
                    pair.family == [pair.recipe]
                        ? pair.recipe : "\(pair.recipe) (its \(pair.family.joined(separator: " and ")))"
                }
        }
        var seen: Set<String> = []
        let list = known.filter { seen.insert($0).inserted }.joined(separator: ", ")
        return ModelError(
            description:
                "\(file): a model of type \(types) has no dropout that \(keys.sorted().joined(separator: ", ")) "
                + "could set; it takes \(list.isEmpty ? "none" : list): remove the other keys from the recipe"
        )
    }
}
