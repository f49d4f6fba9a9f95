// The limits of this process's memory, whoever set them, and the sentence about one that was reached.

internal import CProcess
internal import Files
internal import Foundation

/// A limit of memory, and how much of it is used.
package struct MemoryLimit: Sendable, Equatable {
    /// Where the limit comes from.
    package enum Source: Sendable, Equatable {
        case addressSpace, data, controlGroup, host, overcommit

        /// What sets it, as a user knows it.
        package var words: String {
            switch self {
            case .addressSpace: "ulimit -v"
            case .data: "ulimit -d"
            case .controlGroup: "the memory limit of the control group"
            case .host: "the memory of the host"
            case .overcommit: "the host's vm.overcommit_memory=2"
            }
        }
    }

    package let source: Source
    package let byteCount: Int
    package let usedByteCount: Int

    package init(_ source: Source, byteCount: Int, usedByteCount: Int) {
        (self.source, self.byteCount, self.usedByteCount) = (source, byteCount, usedByteCount)
    }

    package var freeByteCount: Int { max(0, byteCount - usedByteCount) }
}

extension HostFacts {
    /// All limits that hold for this process, the tightest first.
    package var memoryLimits: [MemoryLimit] {
        var limits: [MemoryLimit] = []
        for (kind, source, key) in [
            (CPROCESS_ADDRESS_SPACE, MemoryLimit.Source.addressSpace, "VmSize"),
            (CPROCESS_DATA, .data, "VmData"),
        ] {
            let limit = cprocess_limit(Int32(kind))
            guard limit >= 0 else { continue }
            limits.append(
                MemoryLimit(source, byteCount: Int(limit), usedByteCount: ownMemoryByteCount(key) ?? 0))
        }
        let groups = ControlGroups(root: root)
        if let limit = groups.memoryLimitByteCount, let free = groups.availableMemoryByteCount {
            limits.append(MemoryLimit(.controlGroup, byteCount: limit, usedByteCount: limit - free))
        }
        if let (limit, used) = commitment {
            limits.append(MemoryLimit(.overcommit, byteCount: limit, usedByteCount: used))
        }
        if let limit = memoryByteCount, let free = hostFreeByteCount {
            limits.append(MemoryLimit(.host, byteCount: limit, usedByteCount: limit - free))
        }
        return limits.sorted { $0.freeByteCount < $1.freeByteCount }
    }
}

/// What a user reads when memory could not be had.
package enum MemoryShortage {
    /// Exit code of a process that ends for want of memory (`EX_OSERR` of sysexits.h).
    package static let exitCode: Int32 = 71

    /// The recipe's keys that make a run smaller.
    package static let advice =
        "lower per_device_train_batch_size or max_seq_length, or set gradient_checkpointing: true, "
        + "bf16: true or, "
        + "on several ranks, zero_stage: 1"

    /// One sentence: what was asked for, what the limit is and what to do.
    package static func sentence(
        wanting byteCount: Int, _ reason: String, limits: [MemoryLimit]
    ) -> String {
        let wanted = "out of memory: \(size(byteCount)) could not be had (\(reason))"
        // With memory enough by every limit the number of mappings is what is left.
        guard let limit = limits.first, limit.freeByteCount < byteCount || limit.source == .addressSpace
        else {
            return "\(wanted), though no limit of memory is near; vm.max_map_count may be reached; \(advice)"
        }
        return "\(wanted): \(size(limit.usedByteCount)) of the \(size(limit.byteCount)) of "
            + "\(limit.source.words) are in use; raise that limit, or \(advice)"
    }

    /// Says on standard error that `byteCount` bytes could not be had, and ends the process, and with it the
    /// job.
    package static func end(wanting byteCount: Int, _ reason: String) -> Never {
        let text = sentence(wanting: byteCount, reason, limits: HostFacts.current.memoryLimits)
        StandardError.write("\(ProcessPlace.prefix)error: \(text) (\(RankStatus.moment))\n")
        cprocess_exit(exitCode)
    }

    /// A number of bytes in the largest fitting unit, such as `1.5 GiB`.
    package static func size(_ byteCount: Int) -> String {
        var (value, unit) = (Double(byteCount), 0)
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        while value >= 1024, unit + 1 < units.count { (value, unit) = (value / 1024, unit + 1) }
        return unit == 0 ? "\(byteCount) bytes" : String(format: "%.1f %@", value, units[unit])
    }
}

/// How messages of a process say which it is, before MPI has told it.
package enum ProcessPlace {
    /// `[rank 2 on node07] ` under a launcher, else nothing.
    package static var prefix: String {
        guard LaunchVariables.current.isPresent else { return "" }
        let rank = LaunchVariables.current.rank.map { "rank \($0)" } ?? "a rank"
        return "[\(rank) on \(HostFacts.current.name)] "
    }
}
