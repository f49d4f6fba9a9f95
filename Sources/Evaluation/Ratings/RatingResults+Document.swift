// The members of ratings.json.

import Datasets
package import JSON
import Metrics

extension RatingResults {
    /// The results as JSON; a figure that cannot be had is null.
    package var document: JSONValue {
        .members([
            ("systems", .array(systems.indices.map(system))),
            ("raters", .array(raters.map { .string($0.name) })),
            ("items", .integer(itemCount)), ("rated_items", .integer(ratedItems)),
            ("ratings", .integer(ratingCount)),
            ("cannot_judge", .integer(cannotJudgeCount)), ("confidence_level", .figure(Self.level)),
            ("agreement", .members(agreements.map { ($0.criterion.rawValue, agreement($0)) })),
            ("comparisons", .array(comparisons.map(comparison))),
            ("comments", .array(remarks.map(remark))),
        ])
    }

    private func system(_ index: Int) -> JSONValue {
        .members(
            [("name", .string(systems[index]))]
                + means.filter { $0.system == index }.map { mean in
                    let counts = [
                        ("count", JSONValue.integer(mean.ratings)), ("items", .integer(mean.items)),
                    ]
                    return (mean.aspect.rawValue, .members(figures("mean", mean.mean) + counts))
                }
                + [
                    (
                        "cannot_judge",
                        .members(
                            unjudged.filter { $0.system == index }.map {
                                ($0.criterion.rawValue, .integer($0.count))
                            })
                    )
                ])
    }

    private func remark(_ remark: Remark) -> JSONValue {
        .members([
            ("item", .integer(remark.row)), ("system", .string(systems[remark.system])),
            ("rater", .string(remark.rater.name)), ("comment", .string(remark.text)),
        ])
    }

    private func agreement(_ agreement: Agreement) -> JSONValue {
        .members([
            ("outputs", .integer(agreement.outputs)),
            ("ordinal_alpha", .members(figures("value", agreement.ordinal))),
            ("interval_alpha", .members(figures("value", agreement.interval))),
        ])
    }

    private func comparison(_ pair: Comparison) -> JSONValue {
        .members([
            ("criterion", .string(pair.aspect.rawValue)), ("system", .string(systems[pair.system])),
            ("other", .string(systems[pair.other])), ("wins", .integer(pair.wins)),
            ("losses", .integer(pair.losses)), ("ties", .integer(pair.ties)), ("items", .integer(pair.items)),
            ("win_rate", .members(figures("value", pair.winRate))),
            ("mean_difference", .members(figures("value", pair.difference))),
            ("p_value", .figure(pair.pValue)),
        ])
    }

    private func figures(_ name: String, _ interval: ConfidenceInterval) -> [(String, JSONValue)] {
        [
            (name, .figure(interval.estimate)), ("low", .figure(interval.lower)),
            ("high", .figure(interval.upper)),
        ]
    }
}
