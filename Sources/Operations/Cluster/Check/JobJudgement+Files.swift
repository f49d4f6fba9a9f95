// Whether all ranks see the same files of the run.

extension JobJudgement {
    /// A file by the key and path that all ranks know it by.
    private struct FileName: Hashable {
        let key: String
        let path: String
        var words: String { "\(key) \(path)" }
    }

    var files: [Finding] { unreadable + absent + different }

    /// Files that some ranks cannot read.
    private var unreadable: [Finding] {
        struct Problem: Hashable {
            let file: FileName
            let reason: String
        }
        let problems = reports.flatMap { report in
            report.files.compactMap { file in
                file.problem.map {
                    (report.rank, Problem(file: FileName(key: file.key, path: file.path), reason: $0))
                }
            }
        }
        return grouped(problems).map { problem, ranks in
            let isEverywhere = ranks.count == reports.count
            let place = isEverywhere ? "" : "\(places.words(ranks)): "
            let advice =
                isEverywhere
                ? "Correct the path" : "Every rank reads it: copy it there, or mount the same folder"
            return Finding(
                .error, .files, "\(place)\(problem.file.words) cannot be read: \(problem.reason). \(advice)",
                ranks: isEverywhere ? [] : ranks)
        }
    }

    /// Files that a folder or pattern has on some ranks alone.
    private var absent: [Finding] {
        let readers = reports.filter { report in
            !report.files.contains { $0.problem != nil } && !report.failures.contains { $0.probe == "files" }
        }
        let owners = grouped(
            readers.flatMap { report in
                report.files.map { (report.rank, FileName(key: $0.key, path: $0.path)) }
            })
        let partial = owners.filter { $0.ranks.count < readers.count && !isWeights($0.key.path) }
        return partial.map { file, ranks in
            let without = readers.map(\.rank).filter { !ranks.contains($0) }
            return Finding(
                .error, .files,
                "\(places.words(without)): \(file.words) is not there, \(places.words(ranks)) "
                    + "\(ranks.count == 1 ? "has" : "have") it. Give all ranks the same files",
                ranks: without)
        }
    }

    /// Files of the same path and other bytes.
    private var different: [Finding] {
        let all = grouped(
            reports.flatMap { report in
                report.files.filter { $0.problem == nil }
                    .map { (report.rank, FileName(key: $0.key, path: $0.path)) }
            })
        return all.compactMap { file, ranks in
            func content(_ report: RankReport) -> String {
                report.files.first { $0.key == file.key && $0.path == file.path }
                    .map { "\($0.byteCount ?? -1) \($0.checksum ?? "")" } ?? ""
            }
            let holders = reports.filter { ranks.contains($0.rank) }
            guard let odd = odd(among: holders, content)?.ranks else { return nil }
            let isWeights = isWeights(file.path)
            let effect =
                isWeights
                ? "Rank 0's are used" : "The ranks would not train on the same tokens"
            return Finding(
                isWeights ? .warning : .error, .files,
                "\(places.words(odd)): \(file.words) is another file than on the other ranks (its checksum "
                    + "differs). \(effect): copy one to all hosts", ranks: odd)
        }
    }

    /// Weights are read by rank 0 alone, which sends them to the others.
    private func isWeights(_ path: String) -> Bool { path.hasSuffix(".safetensors") }
}
