// From a recipe to the reader of its rows, as the task and the loaded model ask for it.

import Arguments
import Datasets
import Images
import Models
import Tokenizers
import Training

enum ClassificationReaders {
    /// The reader for rows of the recipe's task, text or images. Throws when the model reads the other.
    static func make(
        _ configuration: RunArguments, _ model: any SequenceClassifier
    ) throws -> any ClassificationReader {
        let directory = configuration.model.directory
        if configuration.task.definition.readsImages {
            return ImageClassificationReader(
                images: try images(configuration, model, directory: directory),
                labelColumn: configuration.data.labelColumn)
        }
        if (model as? any ImageModel)?.imageConfiguration != nil {
            throw TrainingError(
                "\(directory) holds a model that reads images, and task: \(configuration.task.rawValue) has texts; set "
                    + "task: image-classification, or choose a model of type "
                    + ModelFamily.names(having: [.sequenceClassification]))
        }
        return TextClassificationReader(
            tokenizer: try TokenizerLoader.load(directory: directory),
            columns: TextColumns(configuration.data), directory: directory)
    }

    /// The reader of images for a model, prepared as preprocessor_config.json in `directory` says. Throws
    /// when the model reads text.
    static func images(
        _ configuration: RunArguments, _ model: any TrainableModel, directory: String
    ) throws -> ImageReader {
        guard let model = model as? any ImageModel, model.imageConfiguration != nil else {
            throw TrainingError(
                "\(directory) holds a model that reads text, and task: \(configuration.task.rawValue) has images; choose "
                    + "a model with a ViT")
        }
        model.interpolatesPositions = configuration.data.interpolatePosEncoding
        return ImageReader(
            model: model, preprocessing: try ImagePreprocessing(directory: directory),
            arguments: configuration.data, seed: configuration.training.seed)
    }
}
