// What an export for Azure Machine Learning is made of: names, places and figures of one trained model.

/// A trained model and how it is to be trained again, served and watched.
package struct AzureMLDeployment: Sendable, Equatable {
    /// A threshold of a monitor, from what chance alone does to the training data.
    package struct Threshold: Sendable, Equatable {
        /// Whether features with few values have it, not numbers.
        package var isCategorical: Bool
        /// Azure's name, such as `jensen_shannon_distance`.
        package var metric: String
        package var value: Double

        package init(isCategorical: Bool, metric: String, value: Double) {
            (self.isCategorical, self.metric, self.value) = (isCategorical, metric, value)
        }
    }

    /// The port that `serve` listens on in its container.
    package static let port = 5_001

    /// What assets are called: the folder's name with letters, digits and dashes alone.
    package var name: String
    /// The version of Lockstep.
    package var version: String
    /// The folder of the model.
    package var model: String
    /// A classifier can be watched; other tasks are only served.
    package var isClassifier: Bool
    package var trainFiles: [String]
    package var validationFiles: [String]
    /// Tokens at which the run cut its texts.
    package var longestText: Int
    package var instanceType = "Standard_F4s_v2"
    package var instanceCount = 1
    package var thresholds: [Threshold] = []

    package init(
        name: String, version: String, model: String, isClassifier: Bool, trainFiles: [String],
        validationFiles: [String], longestText: Int
    ) {
        (self.name, self.version, self.model) = (Self.assetName(name), version, model)
        self.isClassifier = isClassifier
        (self.trainFiles, self.validationFiles) = (trainFiles, validationFiles)
        self.longestText = longestText
    }

    /// A name that Azure takes for assets and endpoints: 3 to 32 letters, digits and dashes, a letter first.
    static func assetName(_ text: String) -> String {
        var name = ""
        for scalar in text.lowercased().unicodeScalars {
            let isPlain = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
            if isPlain { name.unicodeScalars.append(scalar) } else if !name.hasSuffix("-") { name += "-" }
        }
        if name.first.map({ !("a"..."z").contains($0) }) ?? true { name = "m" + name }
        name = String(name.prefix(26))
        while name.hasSuffix("-") { name.removeLast() }
        return name.count < 3 ? name + "-model" : name
    }

    package var endpoint: String { name + "-api" }
}
