// The sentences of the errors about values, and about models of several files.

internal import Phrases

extension SafetensorsError {
    var valueProblem: String? {
        switch self {
        case .tensorNotFound(let path, let tensor, let tensorCount):
            "\(path): no tensor '\(tensor)' among its \(tensorCount). "
                + "Check that the weights belong to this kind of model."
        case .wrongElementCount(let path, let tensor, let shape, let expected):
            "\(path): tensor '\(tensor)': expected \(expected, "element"), found shape \(shape). "
                + "Check that config.json belongs to these weights."
        case .float8(let path, let tensor, let dtype):
            "\(path): tensor '\(tensor)': 8-bit floats (\(dtype.rawValue)) need scales that the file format "
                + "does not define, so they are not read. Convert the model to BF16 or F32."
        case .notConvertible(let path, let tensor, let dtype, let target):
            "\(path): tensor '\(tensor)': \(dtype.rawValue) cannot be converted to \(target). "
                + "Convert it to a matching dtype."
        case .valueOutOfRange(let path, let tensor, let index, let value, let target):
            "\(path): tensor '\(tensor)': element \(index) is \(value), which \(target) cannot hold. "
                + "Use a wider dtype."
        default: nil
        }
    }

    var modelProblem: String? {
        switch self {
        case .noWeights(let directory):
            "\(directory): expected model.safetensors or model.safetensors.index.json, found neither. "
                + "Give the folder of a Hugging Face model with its weights downloaded."
        case .onlyPickledWeights(let directory, let file):
            "\(directory): found only \(file), a Python pickle, which is not read. " + Self.conversion(file)
        case .badIndex(let path, let reason):
            "\(path): \(reason). The index is damaged: download it again."
        case .badShardName(let path, let tensor, let shard):
            "\(path): tensor '\(tensor)': the shard '\(shard)' must be a file name in the same folder. "
                + "Do not trust this index: download it again."
        case .missingShards(let path, let shards, let shardCount):
            "\(path): \(shards.count) of its \(shardCount) shards missing in this folder: "
                + "\(shards.joined(separator: ", ")). Download them."
        case .tensorNotInShard(let path, let tensor, let shard):
            "\(path): tensor '\(tensor)' should be in \(shard), but is not. "
                + "Index and shards are of different versions: download all of them again."
        case .tensorInTwoShards(let path, let tensor, let shards):
            "\(path): tensor '\(tensor)' is not in the index, but in \(shards.joined(separator: " and ")). "
                + "Index and shards are of different versions: download all of them again."
        default: nil
        }
    }

    /// How to turn pickled weights into safetensors.
    private static func conversion(_ file: String) -> String {
        guard file == "pytorch_model.bin" else {
            return "Load the model with transformers' from_pretrained and write it with save_pretrained."
        }
        return "Convert it in that folder: python3 -c \"import torch, safetensors.torch as s; s.save_file("
            + "{k: v.clone().contiguous() for k, v in torch.load('pytorch_model.bin', map_location='cpu', "
            + "weights_only=True).items()}, 'model.safetensors', {'format': 'pt'})\""
    }
}
