// The groups of recipe keys as types: the parser gives a title to the options of a type, and reads each type
// once.
import Configuration

/// A group of recipe keys.
protocol KeySection: Sendable {
    static var group: KeyGroup { get }
}

/// Every group, in the order of help.
enum KeySections {
    static let all: [any KeySection.Type] = [
        Model.self, Data.self, Adapters.self, Optimizer.self, Schedule.self, Evaluation.self,
        Checkpoints.self, Generation.self, Cluster.self,
    ]

    private enum Model: KeySection { static let group = KeyGroup.model }
    private enum Data: KeySection { static let group = KeyGroup.data }
    private enum Adapters: KeySection { static let group = KeyGroup.adapters }
    private enum Optimizer: KeySection { static let group = KeyGroup.optimizer }
    private enum Schedule: KeySection { static let group = KeyGroup.schedule }
    private enum Evaluation: KeySection { static let group = KeyGroup.evaluation }
    private enum Checkpoints: KeySection { static let group = KeyGroup.checkpoints }
    private enum Generation: KeySection { static let group = KeyGroup.generation }
    private enum Cluster: KeySection { static let group = KeyGroup.cluster }
}
