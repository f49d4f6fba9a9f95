// Whether the replicas that train at the same time fit into the memory of their hosts.

import Arguments
import Configuration
import CrossValidation
import DataParallel
import Foundation
import Machine
import Safetensors
import Training

extension ReplicaMemory {
    /// Throws on all ranks when the replicas of some host do not fit; rank 0 warns when it may become tight.
    /// Says nothing when the size of the model cannot be known beforehand. Collective.
    static func check(
        _ configuration: RunConfiguration, ranksOfFold: Int, group: any ProcessGroup
    ) throws {
        let local = try group.splitByHost()
        let facts = [
            "\(local.rank == 0 ? local.size : 0)", "\(HostFacts.current.availableMemoryByteCount ?? .max)",
            "\(parameterCount(configuration))",
            group.hostName,
        ]
        let all = try group.allGather(Array(facts.joined(separator: "\n").utf8)).map {
            String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        let (adaptation, training) = (configuration.training.adaptation, configuration.training)
        let replica = ReplicaMemory(
            parameterCount: Int(all[0][2]) ?? 0,
            trainsAll: adaptation.loraR == nil && adaptation.freeze.isEmpty, bf16: training.bf16,
            shards: training.zeroStage == 1 ? ranksOfFold : 1)
        for host in all {
            guard let replicas = Int(host[0]), replicas > 0, let available = Int(host[1]) else { continue }
            let warning = try replica.warning(replicas: replicas, available: available, host: host[3])
            if group.rank == 0, let warning { Messages.warn(warning) }
        }
    }

    /// Elements of the weight files of the model; 0 when they cannot be read, which loading the model will
    /// say better.
    private static func parameterCount(_ configuration: RunConfiguration) -> Int {
        let directory = configuration.model.modelNameOrPath
        do {
            let weights = try SafetensorsCollection.open(directory: directory)
            return try weights.tensorNames.reduce(0) { $0 + (try weights.shape(of: $1).reduce(1, *)) }
        } catch { return 0 }
    }
}
