// A model with what stands between it and the requests.

package import ChatTemplates
package import Generation
package import Models
package import Monitoring
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
    /// What training saw, for comparison with what is asked; nil where it left no statistics.
    package let reference: ReferenceStatistics?

    package init(
        name: String, type: String, kind: Kind, created: Int, tokenizer: (any Tokenizer)?,
        maxInputLength: Int, reference: ReferenceStatistics? = nil
    ) {
        (self.name, self.type, self.kind, self.created) = (name, type, kind, created)
        (self.tokenizer, self.maxInputLength) = (tokenizer, maxInputLength)
        self.reference = reference
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
    /// What an input is.
    package enum Inputs: Sendable {
        case text(column: String)
        /// In base64; its row holds the path of a file.
        case image(column: String)
        /// A question and the text that its answer stands in.
        case question(column: String, context: String)

        /// What a request must hold.
        var words: String {
            switch self {
            case .text: "a text"
            case .image: "an image in base64"
            case .question: "an object {\"question\": …, \"context\": …}"
            }
        }
    }

    /// Whether answers are texts, which `/generate` gives, not labels or spans, which `/predict` gives.
    package let writesText: Bool
    package let inputs: Inputs
    package let worker: SharedWorker

    package init(writesText: Bool, inputs: Inputs, worker: SharedWorker) {
        (self.writesText, self.inputs, self.worker) = (writesText, inputs, worker)
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
