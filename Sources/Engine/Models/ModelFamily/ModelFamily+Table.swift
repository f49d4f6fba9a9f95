// The table of model families. A new family is one more name here.

extension ModelFamily {
    /// Every family, in the order in which messages list them.
    package static let all: [ModelFamily] = [
        .bert, .roberta, .xlmRoberta,
        .distilBERT,
        .vit, .gpt2, .llama, .mistral, .qwen2, .encoderDecoder, .visionEncoderDecoder,
        .modernBERT, .bart, .pegasus, .t5,
    ]
}
