// The recipe keys that say which parameters are trained.
internal import Arguments

extension RecipeKey {
    static let adaptersKeys: [RecipeKey] = [
        .names(
            "freeze", \.training.adaptation.freeze,
            "Patterns of parameters that keep their values, such as embeddings."),
        .optional(
            "layerwise_lr_decay", \.training.adaptation.layerwiseLRDecay,
            .number("a number above 0 and at most 1") { $0 > 0 && $0 <= 1 },
            "What the learning rate is multiplied by from each layer to the one below."),
        .rates(
            "learning_rates", \.training.adaptation.learningRates,
            "Learning rates of their own by pattern of parameters, such as encoder: 1e-5."),
        .optional(
            "lora_r", \.training.adaptation.loraR, .integer(atLeast: 1, upTo: 65_536),
            "Rank of low-rank adapters (LoRA); when set, only adapters, the head and modules_to_save are"
                + " trained."),
        .key(
            "lora_alpha", \.training.adaptation.loraAlpha, .number("a number above 0") { $0 > 0 },
            "Scale of the adapters, divided by lora_r."),
        .key("lora_dropout", \.training.adaptation.loraDropout, .dropout, "Dropout of the adapters' inputs."),
        .names(
            "lora_target_modules", \.training.adaptation.loraTargetModules,
            "Layers that get an adapter, such as query, embed_tokens or lm_head, or all-linear; PEFT's choice if"
                + " not set."),
        .patterns(
            "lora_rank_pattern", \.training.adaptation.loraRankPattern, .integer(atLeast: 1, upTo: 65_536),
            "a whole number above 0",
            "Ranks of single adapters by PEFT's regular expressions, such as v_proj: 4."),
        .patterns(
            "lora_alpha_pattern", \.training.adaptation.loraAlphaPattern,
            .number("a number above 0") { $0 > 0 }, "a number above 0",
            "Values of lora_alpha for single adapters by the same expressions, such as v_proj: 32."),
        .key(
            "use_rslora", \.training.adaptation.useRSLoRA, .boolean,
            "Divide lora_alpha by the square root of lora_r instead of lora_r."),
        .names(
            "modules_to_save", \.training.adaptation.modulesToSave,
            "Patterns of modules that are trained whole beside the adapters; the task's head always is."),
        .key(
            "merge_lora", \.training.adaptation.mergeLoRA, .boolean,
            "Merge the adapters into the final model; if not, output_dir is a PEFT adapter directory."),
    ]
}
