// Reads hostfiles in Open MPI's form: a line "name slots=N" for each host, "#" before comments.

enum Hostfile {
    /// The hosts of a hostfile, each with its slots.
    static func hosts(ofFile path: String) throws(ConfigurationError) -> [ClusterConfiguration.Host] {
        try hosts(text: try YAMLValue.text(ofFile: path), file: path)
    }

    static func hosts(text: String, file: String) throws(ConfigurationError) -> [ClusterConfiguration.Host] {
        var hosts: [ClusterConfiguration.Host] = []
        var names: Set<String> = []
        // Scalars, because a carriage return and a line feed make one Character.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.map(String.init).enumerated() {
            let place = ConfigurationError.Location.line(file: file, line: index + 1)
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let name = words.first else { continue }
            let format = ValueFormat<Int>.coreCount
            guard words.count == 2, words[1].hasPrefix("slots=") else {
                throw ConfigurationError(
                    location: place, key: nil, reason: "A line of a hostfile must read: name slots=N.")
            }
            let count = String(words[1].dropFirst("slots=".count))
            let slots: Int
            do throws(ValueProblem) {
                slots = try format.parse(count)
            } catch {
                throw .unsuitable("slots", .scalar(count), expected: format.expected, problem: error, place)
            }
            let host = ClusterConfiguration.Host(name: String(name), slots: slots)
            try check(host, isNewAmong: &names, at: place)
            hosts.append(host)
        }
        guard !hosts.isEmpty else {
            throw ConfigurationError(location: .file(file), key: nil, reason: "The hostfile names no host.")
        }
        return hosts
    }

    /// Refuses a host whose name is not new or cannot stand in mpirun's `--host` list.
    static func check(
        _ host: ClusterConfiguration.Host, isNewAmong names: inout Set<String>,
        at place: ConfigurationError.Location
    ) throws(ConfigurationError) {
        guard host.name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.\-]*/) != nil else {
            throw .unsuitable(
                "name", .scalar(host.name), expected: "a host name or an IPv4 address", problem: .mismatch,
                place)
        }
        guard names.insert(host.name).inserted else {
            throw ConfigurationError(
                location: place, key: "name",
                reason: "Host \(host.name) is listed twice; list it once, with all its slots.")
        }
    }
}
