// Whether the classification head of a file serves a run, and in which order its outputs do.

internal import Models

/// What is done with the head of a model directory.
enum HeadPlan: Equatable {
    /// The file's head is read; output i of the run is output `order[i]` of the file.
    case read(order: [Int], change: String?)
    /// The head is initialised.
    case initialize(reason: String)

    /// Compares the head in the file with the one that the run wants.
    ///
    /// The same labels are read, in whatever order the file has them. Hugging Face's generic labels say
    /// nothing: the outputs keep their order, as its example scripts do. Other labels, another number of
    /// outputs, or regression in place of classification need a new head.
    init(
        file: ClassificationHead, stated: ProblemType?, wanted: ClassificationHead, outputsFit: Bool
    ) {
        guard outputsFit else {
            self = .initialize(reason: "the directory's head has another number of outputs")
            return
        }
        if let stated, (stated == .regression) != (wanted.problemType == .regression) {
            self = .initialize(
                reason: "the directory's head is for \(stated.rawValue), the run for "
                    + wanted.problemType.rawValue)
            return
        }
        let inOrder = Array(wanted.labels.indices)
        let generic = ClassificationHead.genericLabels(wanted.labels.count)
        if file.labels == wanted.labels {
            self = .read(order: inOrder, change: nil)
        } else if file.labels == generic || wanted.labels == generic {
            self = .read(
                order: inOrder,
                change: "head outputs \(CheckpointError.list(file.labels)) now stand for "
                    + "\(CheckpointError.list(wanted.labels)), in this order")
        } else if file.labels.sorted() == wanted.labels.sorted() {
            self = .read(
                order: wanted.labels.compactMap(file.labels.firstIndex(of:)),
                change: "head outputs reordered from \(CheckpointError.list(file.labels)) to "
                    + CheckpointError.list(wanted.labels))
        } else {
            self = .initialize(
                reason: "the directory's head has the labels \(CheckpointError.list(file.labels))")
        }
    }
}
