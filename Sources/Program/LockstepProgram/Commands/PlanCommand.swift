// `lockstep plan`: what a run will take on a cluster, before it is rented.

import ArgumentParser
import Arguments
import Configuration
import Lockstep

/// Measures a recipe's model for less than a minute and says what nodes of a cluster make of it.
struct PlanCommand: ParsableCommand, RecipeReader {
    // It reads what train reads.
    static let recipeCommand = RecipeCommand.train

    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Says what a run takes on 1 to 1,024 nodes, before they are rented.",
        discussion: helpText(
            """
            Measures passes, updates and sums of the recipe's own model for less than a minute, on a machine of the \
            kind that is to be rented, and tells for each number of nodes the seconds of a step, the efficiency, the \
            hours, the memory of a rank and the best ranks, threads and batch. Under mpirun with ranks on several hosts \
            the network is measured; else the cluster file's network_gbit_per_s and network_latency_us are used. A \
            calibration that was saved on one machine makes plans on another.
            """,
            examples: "lockstep plan recipe.yaml --cluster cluster.yaml",
            "lockstep plan recipe.yaml --cluster cluster.yaml --nodes 1,2,4 --price_per_node_hour 1.25",
            "mpirun -np 2 lockstep plan recipe.yaml --cluster cluster.yaml --save_calibration node.json",
            "lockstep plan recipe.yaml --cluster cluster.yaml --calibration node.json --report plan.html"))

    @Argument(
        help: "Recipe file (YAML); leave it out to give every key as a flag.", completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of plan") var options: PlanOptions
    @OptionGroup var flags: RecipeFlags<Self>

    func run() throws {
        let chosen = try options.chosen
        let cluster = try ClusterConfiguration(path: options.cluster)
        try RankWork.run { group in
            let configuration = try flags.configuration(recipe: recipe)
            Messages.note(configuration.notes, group)
            try PlanJob(configuration, cluster: cluster, clusterFile: options.cluster, options: chosen)
                .run(group)
        }
    }
}

/// What is no key of a recipe.
struct PlanOptions: ParsableArguments {
    @Option(help: "Cluster file (YAML), whose hosts are what a node is.", completion: .yaml)
    var cluster: String

    @Option(help: "Numbers of nodes, between commas.")
    var nodes = "1,2,4,8,16,32,64,128,256,512,1024"

    @Option(
        name: .customLong("price_per_node_hour"), help: "What a node costs an hour, in any currency.")
    var pricePerNodeHour: Double?

    @Option(
        name: .customLong("largest_batch"),
        help: """
            Most rows of a step of all ranks, tokens with max_tokens_per_device; what the recipe makes with the cluster \
            file's ranks if not set.
            """)
    var largestBatch: Int?

    @Option(help: "Plan by this calibration and measure nothing.", completion: .file())
    var calibration: String?

    @Option(
        name: .customLong("save_calibration"), help: "Write what was measured to this file (JSON).",
        completion: .file())
    var savedCalibration: String?

    @Option(help: "Write a page with tables and curves to this file (HTML).", completion: .file())
    var report: String?

    @Flag(help: "Print one JSON object on standard output in place of the screen.")
    var json = false

    /// The most nodes that a plan is made for.
    private static let mostNodes = 1_024

    func validate() throws {
        _ = try counts
        if let pricePerNodeHour, !(pricePerNodeHour >= 0 && pricePerNodeHour.isFinite) {
            throw ValidationError("--price_per_node_hour is a number of at least 0")
        }
        if let largestBatch, largestBatch < 1 {
            throw ValidationError("--largest_batch is a number of rows, at least 1")
        }
        if calibration != nil, savedCalibration != nil {
            throw ValidationError(
                "--save_calibration needs a measurement, and --calibration measures nothing")
        }
    }

    private var counts: [Int] {
        get throws {
            let counts = try nodes.split(separator: ",", omittingEmptySubsequences: false).map { text in
                guard let count = Int(text), (1...Self.mostNodes).contains(count) else {
                    throw ValidationError(
                        "--nodes: '\(text)' is no number of nodes from 1 to \(Self.mostNodes); example: 1,2,4"
                    )
                }
                return count
            }
            return Set(counts).sorted()
        }
    }

    /// As the job takes them.
    var chosen: PlanJob.Options {
        get throws {
            var options = PlanJob.Options(nodes: try counts)
            options.pricePerNodeHour = pricePerNodeHour
            options.largestBatch = largestBatch
            options.calibrationFile = calibration
            options.savedCalibration = savedCalibration
            options.report = report
            options.printsJSON = json
            return options
        }
    }
}
