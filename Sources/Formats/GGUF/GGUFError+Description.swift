// The sentences of the errors: file, part, expected and found, and what to do.

internal import Files
internal import Phrases

extension GGUFError: CustomStringConvertible {
    package var description: String {
        fileProblem ?? headerProblem ?? metadataProblem ?? tensorProblem ?? layoutProblem
            ?? "unknown problem with a GGUF file"
    }

    private static let damaged = "The file is damaged: download or copy it again."
    private static let malformed =
        "The file does not follow the GGUF format: convert the model again with an up-to-date program."

    private var fileProblem: String? {
        switch self {
        case .file(let error): error.description
        case .badMagic(let path, let found):
            "\(path): a GGUF file starts with the bytes 'GGUF', found \(found). "
                + "Give the path of a .gguf file."
        case .bigEndian(let path):
            "\(path): the file was written for big-endian machines. Use the ordinary, little-endian file."
        case .unknownVersion(let path, let found):
            "\(path): expected version 2 or 3 of the GGUF format, found \(found). "
                + "Convert the model again with an up-to-date program."
        default: nil
        }
    }

    private var headerProblem: String? {
        switch self {
        case .truncated(let path, let what, let offset, let needed, let fileByteCount):
            "\(path): \(what) needs \(needed, "byte") at byte \(offset), but the file has only "
                + "\(fileByteCount) in all; it was probably cut off. Download or copy it again."
        case .absurdCount(let path, let what, let count, let offset, let fileByteCount):
            "\(path): \(what) at byte \(offset) is \(count), more than the \(fileByteCount, "byte") of the "
                + "file "
                + "can hold. " + Self.damaged
        case .stringTooLong(let path, let what, let byteCount, let limit):
            "\(path): \(what) has \(byteCount, "byte"), the format allows \(limit). " + Self.damaged
        case .notUTF8(let path, let what, let offset):
            "\(path): \(what) at byte \(offset) is not valid UTF-8. " + Self.damaged
        default: nil
        }
    }

    private var metadataProblem: String? {
        switch self {
        case .badKey(let path, let found):
            "\(path): a metadata key must be ASCII text of at least one character, found '\(found)'. "
                + Self.malformed
        case .duplicateKey(let path, let key):
            "\(path): the metadata key '\(key)' occurs twice. " + Self.malformed
        case .unknownValueType(let path, let key, let found):
            "\(path): metadata key '\(key)': expected a value type from 0 to 12, found \(found). "
                + Self.damaged
        case .badBool(let path, let key, let found):
            "\(path): metadata key '\(key)': a truth value must be 0 or 1, found \(found). " + Self.damaged
        case .nestedTooDeep(let path, let key, let limit):
            "\(path): metadata key '\(key)': arrays are nested deeper than \(limit) levels. "
                + Self.malformed
        case .badAlignment(let path, let found):
            "\(path): general.alignment must be a UINT32 that is a power of two up to 1048576, found "
                + "\(found). " + Self.malformed
        case .wrongValueType(let path, let key, let expected, let found):
            "\(path): metadata key '\(key)': expected \(expected), found \(found). " + Self.malformed
        default: nil
        }
    }

    private var tensorProblem: String? {
        switch self {
        case .emptyTensorName(let path, let index):
            "\(path): tensor number \(index) has no name. " + Self.malformed
        case .duplicateTensor(let path, let tensor):
            "\(path): the tensor '\(tensor)' occurs twice. " + Self.malformed
        case .badDimensionCount(let path, let tensor, let found):
            "\(path): tensor '\(tensor)': expected 1 to 4 dimensions, found \(found). " + Self.damaged
        case .badDimensions(let path, let tensor, let found):
            "\(path): tensor '\(tensor)': dimensions \(found) have a zero or more bytes than 63 bits can "
                + "count. " + Self.damaged
        case .unknownTensorType(let path, let tensor, let number):
            "\(path): tensor '\(tensor)' has the unknown type number \(number). "
                + "Quantise the model as one of \(GGUFTensorType.supportedNames)."
        case .partialBlock(let path, let tensor, let type, let columns, let blockElementCount):
            "\(path): tensor '\(tensor)': rows of \(columns, "element") are no whole blocks of "
                + "\(blockElementCount), as \(type) needs. " + Self.damaged
        case .tensorNotFound(let path, let tensor, let tensorCount):
            "\(path): there is no tensor '\(tensor)' among its \(tensorCount). "
                + "Use the file of the model that the program expects."
        case .unsupportedType(let path, let tensor, let type):
            "\(path): tensor '\(tensor)' is quantised as \(type), which cannot be read. "
                + "Use a file quantised as one of \(GGUFTensorType.supportedNames)."
        default: nil
        }
    }

    private var layoutProblem: String? {
        switch self {
        case .unaligned(let path, let tensor, let offset, let alignment):
            "\(path): tensor '\(tensor)' starts at byte \(offset) of the data, no multiple of the alignment "
                + "\(alignment). " + Self.damaged
        case .beyondEnd(let path, let tensor, let offset, let byteCount, let dataByteCount):
            "\(path): tensor '\(tensor)': \(byteCount, "byte") from byte \(offset) on reach beyond the "
                + "\(dataByteCount, "byte") of data that the file has; it was probably cut off. "
                + "Download or copy it again."
        case .overlap(let path, let tensor, let other, let start, let previousEnd):
            "\(path): tensor '\(tensor)' starts at byte \(start) of the data, inside of tensor '\(other)', "
                + "which ends at \(previousEnd). " + Self.damaged
        case .hole(let path, let tensor, let start, let previousEnd):
            "\(path): tensor '\(tensor)' starts at byte \(start) of the data, but what stands before it ends "
                + "at \(previousEnd): the bytes between belong to no tensor. " + Self.malformed
        case .surplusBytes(let path, let dataByteCount, let usedByteCount):
            "\(path): the tensors end at byte \(usedByteCount) of the data, but the file goes on to "
                + "\(dataByteCount). " + Self.damaged
        default: nil
        }
    }
}
