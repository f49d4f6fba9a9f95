// The recipe keys that say which model is trained for what, and where the result goes.
internal import Arguments

extension RecipeKey {
    static let modelKeys: [RecipeKey] = [
        .key("task", \.model.task, .choice(), "What the model learns.", in: .rows),
        .path(
            "model_name_or_path", \.model.modelNameOrPath,
            "Directory of the pretrained model in Hugging Face's layout.", in: .all),
        .optional(
            "encoder_model_name_or_path", \.model.encoderModelNameOrPath, .path,
            "Directory of the encoder of a new encoder–decoder, instead of model_name_or_path.",
            for: .encoderDecoders),
        .optional(
            "decoder_model_name_or_path", \.model.decoderModelNameOrPath, .path,
            "Directory of its decoder, which gets new cross-attention to the encoder.", for: .encoderDecoders),
        .optional(
            "extractor_name_or_path", \.model.extractorNameOrPath, .path,
            "Directory of an extractive summarizer that chooses the sentences which are read of long documents.",
            for: .sources, in: .rows),
        .optional(
            "config_name", \.model.configName, .path,
            "Directory whose config.json describes a model to train from random weights, with its tokenizer; used when"
                + " model_name_or_path is not set."),
        .key(
            "output_dir", \.model.outputDir, .path,
            "Directory that receives the model, checkpoints, logs and the effective configuration.",
            in: .measuring),
        .optional(
            "hidden_dropout_prob", \.training.hiddenDropoutProb, .dropout,
            "Dropout of hidden layers, instead of the one in the model's config.json.", for: .encoders),
        .optional(
            "attention_probs_dropout_prob", \.training.attentionProbsDropoutProb, .dropout,
            "Dropout of attention weights, instead of the one in the model's config.json.", for: .encoders),
        .optional(
            "classifier_dropout", \.training.classifierDropout, .dropout,
            "Dropout before the classifier, instead of the one in the model's config.json.",
            for: .textClassifiers),
        .optional(
            "extractive_layers", \.model.extractiveLayers, .integer(atLeast: 1, upTo: 1_024),
            "Layers over the sentences of a new extractive summarizer; the model's, or 2, if not set.",
            for: .sentences),
        .optional(
            "sentence_pooling", \.model.sentencePooling, .choice(),
            "What stands for a sentence to be chosen: cls or mean; the model's, or cls, if not set.",
            for: .sentences),
        .key(
            "bf16", \.training.bf16, .boolean,
            "Multiply matrices in bfloat16; weights and moments stay fp32.", in: .all),
        .key(
            "gradient_checkpointing", \.training.gradientCheckpointing, .boolean,
            "Compute activations again in the backward pass instead of keeping them: less memory, a third more time."
        ),
    ]
}
