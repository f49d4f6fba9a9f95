// The sentences of the errors: file, tensor, expected and found, and what to do.

internal import Files
internal import Phrases

extension SafetensorsError: CustomStringConvertible {
    package var description: String {
        fileProblem ?? headerProblem ?? entryProblem ?? layoutProblem ?? valueProblem ?? modelProblem
            ?? "unknown problem with a safetensors file"
    }

    private static let damaged = "The file is damaged: download or copy it again."
    private static let malformed =
        "The file does not follow the safetensors format: save it again with an up-to-date library."

    private var fileProblem: String? {
        if case .file(let error) = self { error.description } else { nil }
    }

    private var headerProblem: String? {
        switch self {
        case .tooShort(let path, let byteCount):
            "\(path): expected at least 8 bytes for the length of the header, found \(byteCount). "
                + Self.damaged
        case .headerTooLarge(let path, let byteCount, let limit):
            "\(path): the header claims \(byteCount, "byte"), the format allows \(limit). "
                + "This is no safetensors file, or it is damaged: download or copy it again."
        case .headerBeyondEnd(let path, let byteCount, let fileByteCount):
            "\(path): the header claims \(byteCount, "byte"), but the file has only \(fileByteCount) in all. "
                + Self.damaged
        case .headerWithoutBrace(let path, let found):
            "\(path): the header must start with '{' (byte 123), found byte \(found). "
                + "This is no safetensors file, or it is damaged: download or copy it again."
        case .notJSON(let path, let offset, let reason):
            "\(path): the JSON is wrong at byte \(offset): \(reason). " + Self.damaged
        case .notAnObject(let path, let found):
            "\(path): expected a JSON object, found \(found). " + Self.malformed
        case .duplicateName(let path, let name):
            "\(path): the name '\(name)' occurs twice in one JSON object. " + Self.malformed
        case .badMetadata(let path, let found):
            "\(path): '__metadata__' must map strings to strings, found \(found). " + Self.malformed
        default: nil
        }
    }

    private var entryProblem: String? {
        switch self {
        case .badEntry(let path, let tensor, let found):
            "\(path): tensor '\(tensor)': expected an object of dtype, shape and data_offsets, "
                + "found \(found). " + Self.malformed
        case .missingField(let path, let tensor, let field):
            "\(path): tensor '\(tensor)': the field '\(field)' is missing. " + Self.malformed
        case .unknownDType(let path, let tensor, let found):
            "\(path): tensor '\(tensor)': expected a dtype of \(Self.knownDTypes), found \(found). "
                + "Convert the tensor to one of these."
        case .badShape(let path, let tensor, let found):
            "\(path): tensor '\(tensor)': the shape must be a list of whole numbers from 0 to \(Int.max), "
                + "found \(found). " + Self.malformed
        case .shapeTooLarge(let path, let tensor, let shape):
            "\(path): tensor '\(tensor)': a tensor of shape \(shape) has more bytes than 63 bits can count. "
                + Self.damaged
        case .badOffsets(let path, let tensor, let found):
            "\(path): tensor '\(tensor)': data_offsets must be two whole numbers from 0 to \(Int.max), "
                + "found \(found). " + Self.malformed
        case .reversedOffsets(let path, let tensor, let offsets):
            "\(path): tensor '\(tensor)': data_offsets \(offsets) end before they begin. " + Self.damaged
        case .offsetsBeyondEnd(let path, let tensor, let offsets, let dataByteCount):
            "\(path): tensor '\(tensor)': data_offsets \(offsets) reach beyond the \(dataByteCount, "byte") "
                + "of "
                + "data that the file has; it was probably cut off. Download or copy it again."
        case .wrongByteCount(let path, let tensor, let dtype, let shape, let expected, let found):
            "\(path): tensor '\(tensor)': \(dtype.rawValue) of shape \(shape) needs \(expected, "byte"), "
                + "its data_offsets give \(found). " + Self.damaged
        default: nil
        }
    }

    private static var knownDTypes: String { DType.allCases.map(\.rawValue).joined(separator: ", ") }

    private var layoutProblem: String? {
        switch self {
        case .overlap(let path, let tensor, let other, let start, let previousEnd):
            "\(path): tensor '\(tensor)' starts at byte \(start) of the data, inside of tensor "
                + "'\(other)', which ends at \(previousEnd). " + Self.damaged
        case .hole(let path, let tensor, let start, let previousEnd):
            "\(path): tensor '\(tensor)' starts at byte \(start) of the data, expected "
                + "\(previousEnd): the bytes between belong to no tensor. " + Self.malformed
        case .surplusBytes(let path, let dataByteCount, let usedByteCount):
            "\(path): the tensors end at byte \(usedByteCount) of the data, but the file goes on to "
                + "\(dataByteCount). " + Self.damaged
        default: nil
        }
    }
}
