// Which parameters are trained and how: freezing, learning rates of their own, low-rank adapters.

package import Layers

/// What a recipe says about the parameters that are trained. Names are those of PEFT's LoraConfig where it
/// has one.
package struct AdaptationArguments: Sendable, Equatable {
    /// Patterns of parameters that keep their values.
    package var freeze: [String] = []
    /// Learning rates of their own by pattern; of several that match the last one counts.
    package var learningRates: [PatternRate] = []
    /// What the learning rate is multiplied by from each layer to the one below, 0..<=1; nil for none.
    package var layerwiseLRDecay: Double?

    /// Rank of low-rank adapters; nil trains the parameters themselves.
    package var loraR: Int?
    /// PEFT's default.
    package var loraAlpha = 8.0
    package var loraDropout = 0.0
    /// Patterns of modules that get an adapter; empty for those that PEFT chooses for the architecture.
    package var loraTargetModules: [String] = []
    package var useRSLoRA = false
    /// Ranks of single adapters, by PEFT's regular expressions for the names of their modules.
    package var loraRankPattern: [PatternValue<Int>] = []
    /// The same for their alphas.
    package var loraAlphaPattern: [PatternValue<Double>] = []
    /// Patterns of modules that are trained and saved whole beside the adapters; a task's head always is.
    package var modulesToSave: [String] = []
    /// Whether the final model has the adapters merged into its weights; if not, it is an adapter directory.
    package var mergeLoRA = true

    package init() {}

    /// Which adapters have another shape than the rest.
    package var loraPatterns: LoRAPatterns {
        LoRAPatterns(
            ranks: loraRankPattern.map { .init($0.pattern, $0.value) },
            alphas: loraAlphaPattern.map { .init($0.pattern, $0.value) })
    }

    /// Shape of the adapters, if there are any.
    package var lora: LoRAOptions? {
        loraR.map {
            LoRAOptions(
                rank: $0, alpha: loraAlpha, dropout: loraDropout, usesRankStabilizedScale: useRSLoRA)
        }
    }
}

/// A value for what a pattern names.
package struct PatternValue<Value: Sendable & Equatable>: Sendable, Equatable {
    package let pattern: String
    package let value: Value

    package init(pattern: String, value: Value) {
        self.pattern = pattern
        self.value = value
    }
}

/// A learning rate for the parameters that a pattern names.
package struct PatternRate: Sendable, Equatable {
    package let pattern: String
    package let rate: Double

    package init(pattern: String, rate: Double) {
        self.pattern = pattern
        self.rate = rate
    }
}
