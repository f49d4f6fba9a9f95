// A model with what stands between it and the requests.

package import ChatTemplates
package import Generation
package import Models
package import Tokenizers

/// What a server answers with.
package struct ServedModel: Sendable {
    /// What the model does.
    package enum Kind: Sendable {
        case classifier(ClassifierService)
        case rows(RowService)
        case chat(ChatModel)
    }

    /// The name that clients see.
    package let name: String
    /// `model_type` of config.json.
    package let type: String
    package let kind: Kind
    /// Seconds since 1970 at which it was loaded.
    package let created: Int
    /// The tokenizer of its texts; nil for a model of images.
    package let tokenizer: (any Tokenizer)?
    /// Most tokens of an input.
    package let maxInputLength: Int

    package init(
        name: String, type: String, kind: Kind, created: Int, tokenizer: (any Tokenizer)?,
        maxInputLength: Int
    ) {
        (self.name, self.type, self.kind, self.created) = (name, type, kind, created)
        (self.tokenizer, self.maxInputLength) = (tokenizer, maxInputLength)
    }
}

/// A classifier of texts or pairs of texts.
package struct ClassifierService: Sendable {
    package let head: ClassificationHead
    package let worker: SharedWorker

    package init(head: ClassificationHead, worker: SharedWorker) { (self.head, self.worker) = (head, worker) }
}

/// A task whose answers are those of `predict`.
package struct RowService: Sendable {
    /// Whether answers are texts, which `/generate` gives, not labels or spans, which `/predict` gives.
    package let writesText: Bool
    /// Whether inputs are images, in base64.
    package let readsImages: Bool
    /// Column that an input stands in.
    package let column: String
    package let worker: SharedWorker

    package init(writesText: Bool, readsImages: Bool, column: String, worker: SharedWorker) {
        (self.writesText, self.readsImages) = (writesText, readsImages)
        (self.column, self.worker) = (column, worker)
    }
}

/// A language model that continues texts, and with a template answers messages.
package struct ChatModel: Sendable {
    /// Most tokens of an answer where neither the model's folder nor the request says it.
    package static let defaultNewTokens = 512

    package let engine: any ContinuousGenerating
    /// nil where the model knows no messages.
    package let template: ChatTemplate?
    package let options: GenerationOptions
    /// Variables of the template that are set for all requests.
    package let variables: [TemplateValue.Member]
    package let maximumLength: Int

    package init(
        engine: any ContinuousGenerating, template: ChatTemplate?, options: GenerationOptions,
        variables: [TemplateValue.Member], maximumLength: Int
    ) {
        (self.engine, self.template, self.options) = (engine, template, options)
        self.variables = variables
        self.maximumLength = maximumLength
    }
}
