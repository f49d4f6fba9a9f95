// swift-tools-version: 6.2
// The package: a folder of `Sources` a floor of the house, a folder of it a target. A target imports only
// what stands above it; a test enforces that.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// No flags beyond these: a package whose products have `unsafeFlags` cannot be another's dependency.
let strictC: [CSetting] = [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]

/// The floors of the house, from the ground up; the design says what lives on each.
enum Floor: String {
    case base = "Base"
    case engine = "Engine"
    case formats = "Formats"
    case data = "Data"
    case training = "Training"
    case evaluation = "Evaluation"
    case operations = "Operations"
    case program = "Program"

    func path(_ target: String) -> String { "Sources/\(rawValue)/\(target)" }
}

func module(_ floor: Floor, _ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: floor.path(name), swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: Floor.program.path(name), swiftSettings: strict)
}

/// Goldens are read by their path, so that they need not be copied.
///
/// Half the time that a target of tests takes to compile is the optimiser's, for code that runs once. So it
/// is left out, but where tests compute much themselves. Nothing that another package builds has the flag.
///
/// - Parameters:
///   - topics: folders of the target that have goldens of their own.
///   - optimized: whether it is compiled as what it tests.
func tests(
    _ name: String, _ dependencies: [Target.Dependency], goldens: Bool = false, topics: [String] = [],
    optimized: Bool = false
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies,
        exclude: (goldens ? ["Goldens"] : []) + topics.map { "\($0)/Goldens" },
        swiftSettings: strict + (optimized ? [] : [.unsafeFlags(["-Onone"])]))
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1"].map {
    Target.Dependency.product(name: $0, package: "swift-nio")
}
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
/// swift-metrics, which the server needs, has a module of a name that is taken here.
let hummingbird = ["Hummingbird", "HummingbirdCore"].map {
    Target.Dependency.product(
        name: $0, package: "hummingbird",
        moduleAliases: ["Metrics": "SwiftMetrics", "Configuration": "SwiftConfiguration"])
}
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "lockstep",
    products: [
        .library(name: "Lockstep", targets: ["Lockstep"]),
        .executable(name: "lockstep", targets: ["LockstepProgram"]),
        .executable(name: "rank-scenarios", targets: ["rank-scenarios"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0",
            traits: ["ConfigurationSupport"]),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.11.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        .systemLibrary(name: "COneDNN", path: Floor.engine.path("COneDNN")),
        .systemLibrary(name: "CZlib", path: Floor.base.path("CZlib")),
        .systemLibrary(name: "CZstd", path: Floor.base.path("CZstd")),
        .target(
            name: "CImageCodecs", path: Floor.formats.path("CImageCodecs"), cSettings: strictC,
            linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),
        .target(
            name: "CMPI", path: Floor.engine.path("CMPI"), cSettings: strictC,
            linkerSettings: [.linkedLibrary("mpi")]),
        .target(name: "CKernels", path: Floor.engine.path("CKernels"), cSettings: strictC),
        .target(name: "CProcess", path: Floor.base.path("CProcess"), cSettings: strictC),
        module(.base, "Tensors", ["Machine"]),
        module(.engine, "Kernels", ["Machine", "Tensors", "COneDNN", "CKernels"]),
        module(.engine, "Layers", ["Tensors", "Kernels"]),
        module(.engine, "Models", ["Phrases", "Tensors", "JSON", "Machine", "Kernels", "Layers"]),
        module(.engine, "Optimizers", ["Tensors", "Kernels", "Layers"]),
        module(.engine, "MPI", ["Tensors", "Machine", "CMPI"]),
        module(
            .engine, "DataParallel", ["Phrases", "Tensors", "Files", "Machine", "Kernels", "Layers", "MPI"]),
        module(.base, "Files", ["CZlib", "CZstd"]),
        module(.base, "Machine", ["Files", "CProcess"]),
        module(.base, "JSON", []),
        module(.base, "Phrases", []),
        module(.formats, "Safetensors", ["Phrases", "Tensors", "Files", "JSON"]),
        module(.formats, "Tokenizers", ["Files", "JSON"]),
        module(.formats, "ChatTemplates", ["JSON", "Tokenizers"]),
        module(.formats, "Images", ["Tensors", "Files", "JSON", "CImageCodecs"]),
        module(
            .data, "Datasets", ["Phrases", "Tensors", "Files", "Machine", "JSON", "Models", "Images"]),
        module(
            .data, "Preparation", ["Phrases", "Tensors", "Files", "JSON", "DataParallel", "Datasets"]),
        module(.formats, "GGUF", ["Phrases", "Tensors", "Files"]),
        // Generated code, which does not mark what it does with unsafe globals.
        .target(
            name: "ONNXMessages", dependencies: [protobuf], path: Floor.formats.path("ONNXMessages"),
            exclude: ["generate"], swiftSettings: [.swiftLanguageMode(.v6)]),
        module(.formats, "ONNX", ["Files", "ONNXMessages", protobuf]),
        module(
            .training, "Checkpoints",
            ["Phrases", "Tensors", "Layers", "Models", "Optimizers", "Files", "JSON", "Safetensors"]),
        module(
            .training, "GGUFImport",
            ["Phrases", "Tensors", "Files", "Models", "JSON", "Safetensors", "GGUF", "Checkpoints"]),
        module(
            .training, "Generation",
            ["Phrases", "Machine", "Tensors", "Kernels", "Layers", "Models", "Tokenizers", "ChatTemplates"]),
        module(.evaluation, "Metrics", []),
        .target(
            name: "Export",
            dependencies: [
                "Tensors", "Files", "JSON", "Safetensors", "Layers", "Models", "ONNX", "ONNXMessages",
                "Checkpoints", "Generation",
            ], path: Floor.operations.path("Export"),
            resources: [
                .embedInCode("ONNX/runtime.py"), .embedInCode("AzureML/Dockerfile"),
                .embedInCode("AzureML/score.py"), .embedInCode("AzureML/conda.yml"),
                .embedInCode("AzureML/azureml.md"),
            ],
            swiftSettings: strict),
        module(.operations, "Reporting", ["Phrases", "Files", "JSON", "Machine"]),
        // Generated code, which does not mark what it does with unsafe globals.
        .target(
            name: "TensorBoardMessages", dependencies: [protobuf],
            path: Floor.operations.path("TensorBoardMessages"), exclude: ["generate", "tensorboard.proto"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        module(.operations, "Telemetry", ["Files", "JSON", "TensorBoardMessages", protobuf] + nio),
        module(.operations, "Monitoring", ["Phrases", "Files", "JSON", "Metrics", "Reporting"]),
        module(
            .operations, "Cluster",
            [
                "Phrases", "Tensors", "Files", "JSON", "Machine", "Kernels", "Layers", "Models",
                "DataParallel", "Tokenizers", "ChatTemplates", "Datasets", "Arguments", "Checkpoints",
                "Optimizers", "Reporting", "Training", "Tasks",
            ]),
        module(.evaluation, "Ratings", ["Phrases", "Tensors", "Files", "JSON", "Datasets", "Metrics"]),
        module(
            .operations, "WebServing", [httpTypes, lifecycle, logging, nioCore] + hummingbird),
        module(
            .operations, "Serving",
            [
                "Tensors", "Files", "JSON", "Kernels", "Layers", "Models", "Datasets", "Tokenizers",
                "ChatTemplates", "Generation", "Evaluation", "Monitoring", "Telemetry", "WebServing",
            ]),
        module(
            .operations, "RatingServer", ["Files", "Machine", "JSON", "Datasets", "Ratings", "WebServing"]),
        module(
            .training, "Arguments",
            [
                "DataParallel", "Datasets", "Files", "JSON", "Generation", "Images", "Layers", "Models",
                "Optimizers",
            ]),
        module(
            .evaluation, "Evaluation",
            ["Phrases", "Machine", "DataParallel", "Datasets", "JSON", "Metrics", "Models"]),
        module(
            .training, "Training",
            [
                "Phrases", "Tensors", "Machine", "JSON", "Kernels", "Layers", "Models", "Optimizers",
                "DataParallel", "Files",
                "Datasets",
                "Arguments", "Checkpoints", "Evaluation", logging,
            ]),
        module(
            .training, "Tasks",
            [
                "Phrases", "Tensors", "Files", "Kernels", "Layers", "Models", "DataParallel", "Datasets",
                "Images",
                "JSON",
                "Tokenizers", "ChatTemplates", "Arguments", "Checkpoints", "Metrics", "Generation",
                "Evaluation", "Training", logging,
            ]),
        module(
            .evaluation, "CrossValidation",
            [
                "Phrases", "Tensors", "JSON", "Datasets", "Metrics", "Models", "Arguments", "Evaluation",
                "Training",
                "Tasks",
            ]),
        module(
            .program, "Configuration",
            [
                "Phrases", "Optimizers", "Files", "Machine", "Arguments", "Datasets", "Preparation", "Tasks",
                yams,
            ]),
        module(
            .program, "Lockstep",
            [
                "Phrases", "Tensors", "Files", "Machine", "Kernels", "Models", "MPI", "DataParallel", "JSON",
                "Safetensors",
                "Datasets", "Preparation", "Tokenizers",
                "Checkpoints", "Metrics", "Arguments", "Training", "Evaluation", "Tasks", "CrossValidation",
                "Reporting", "Telemetry", "Cluster", "Configuration", "Ratings", "Export", "Monitoring",
                "Serving", "WebServing", "Generation", "ChatTemplates", logging,
            ]),
        program(
            "LockstepProgram",
            [
                "Phrases", "Tensors", "Kernels", "Layers", "Models", "Optimizers", "MPI", "DataParallel",
                "Files",
                "JSON",
                "Machine", "Tokenizers", "ChatTemplates", "Datasets", "Checkpoints", "Generation",
                "GGUFImport",
                "Arguments", "Training", "Tasks", "CrossValidation",
                "Reporting",
                "Configuration", "Lockstep", "Ratings", "RatingServer", "Cluster", "Export", "Serving",
                "Monitoring",
                argumentParser, logging,
            ]),
        program("rank-scenarios", ["Tensors", "Files", "Machine", "Layers", "DataParallel", "MPI"]),
        tests("JSONTests", ["JSON", "TestSupport"], goldens: true),
        tests("FilesTests", ["Files", "TestSupport"], goldens: true),
        tests("PhrasesTests", ["Phrases"]),
        tests("MachineTests", ["Machine", "TestSupport"]),
        tests("SafetensorsTests", ["Tensors", "Files", "Safetensors", "TestSupport"], goldens: true),
        tests("GGUFTests", ["Tensors", "Files", "GGUF", "TestSupport"], goldens: true),
        tests("MetricsTests", ["Metrics", "TestSupport"], goldens: true, optimized: true),
        tests("ImagesTests", ["Tensors", "Images", "TestSupport"], goldens: true, optimized: true),
        tests(
            "DatasetsTests", ["Tensors", "Files", "Images", "JSON", "Models", "Datasets", "TestSupport"],
            goldens: true
        ),
        tests(
            "PreparationTests", ["Files", "JSON", "DataParallel", "Preparation", "TestSupport"],
            goldens: true, topics: ["PersonalData"], optimized: true),
        tests("LaunchTests", ["TestSupport"]),
        tests(
            "ModelsTests",
            [
                "Tensors", "JSON", "Layers", "Models", "Optimizers", "Safetensors", "TestSupport",
                "Checkpoints", "Images", "Datasets",
            ], goldens: true, topics: ["Families", "Vision", "Summarization", "Writers"],
            optimized: true),
        tests(
            "GenerationTests",
            [
                "Tensors", "JSON", "Kernels", "Layers", "Models", "Safetensors", "Checkpoints", "GGUFImport",
                "Tokenizers",
                "ChatTemplates",
                "Generation",
            ]),
        tests(
            "CheckpointsTests",
            [
                "Tensors", "JSON", "Layers", "Models", "Optimizers", "Safetensors", "Checkpoints",
                "TestSupport",
            ], goldens: true, topics: ["Adapters"]),
        tests(
            "GGUFImportTests",
            ["Tensors", "JSON", "Models", "Safetensors", "Tokenizers", "GGUFImport", "TestSupport"],
            goldens: true),
        tests("TokenizersTests", ["Tokenizers", "TestSupport"], goldens: true, optimized: true),
        tests("ChatTemplatesTests", ["Tokenizers", "ChatTemplates", "TestSupport"], goldens: true),
        tests("TelemetryTests", ["JSON", "Telemetry", "TestSupport"], goldens: true),
        tests(
            "MonitoringTests",
            ["Files", "JSON", "Metrics", "Monitoring", "Reporting", "Tensors", "TestSupport"],
            goldens: true, optimized: true),
        tests(
            "ExportTests",
            [
                "Tensors", "JSON", "Layers", "Models", "Safetensors", "Checkpoints", "Generation", "Export",
                "TestSupport",
            ]),
        tests("ReportingTests", ["Machine", "JSON", "Reporting", "TestSupport"]),
        tests(
            "ClusterTests",
            [
                "Tensors", "JSON", "Machine", "Layers", "Models", "DataParallel", "Datasets", "Arguments",
                "Cluster", "Reporting", "TestSupport",
            ], topics: ["Plan"]),
        tests(
            "ServingTests",
            [
                "Tensors", "JSON", "Kernels", "Layers", "Models", "Tokenizers",
                "ChatTemplates", "Datasets", "Evaluation", "Generation", "Files", "Monitoring", "Serving",
                "WebServing", "TestSupport",
            ]),
        tests("RatingsTests", ["JSON", "Datasets", "Metrics", "Ratings", "TestSupport"]),
        tests(
            "RatingServerTests",
            ["JSON", "Datasets", "Ratings", "RatingServer", "TestSupport", "LockstepProgram"]),
        tests(
            "TrainingTests",
            [
                "Machine", "Tensors", "JSON", "Kernels", "Layers", "Models", "Optimizers", "DataParallel",
                "Arguments", "Training", "Checkpoints", "TestSupport",
            ]),
        tests(
            "TasksTests",
            [
                "Tensors", "Layers", "Models", "Optimizers", "DataParallel", "JSON", "Datasets", "Tokenizers",
                "ChatTemplates", "Arguments", "Metrics", "Generation", "Evaluation", "Training", "Tasks",
                "Safetensors", "Checkpoints", "TestSupport",
            ], goldens: true, topics: ["QuestionAnswering", "TokenClassification"]),
        tests(
            "EvaluationTests",
            ["Models", "DataParallel", "JSON", "Datasets", "Metrics", "Evaluation", "TestSupport"],
            goldens: true),
        tests("CrossValidationTests", ["Arguments", "Datasets", "CrossValidation"]),
        tests(
            "ConfigurationTests",
            ["Machine", "Arguments", "Optimizers", "Tasks", "Configuration", "TestSupport"], goldens: true),
        tests(
            "LockstepProgramTests",
            [
                "LockstepProgram", "Lockstep", "TestSupport", "Tensors", "JSON", "Kernels", "Models",
                "Layers", "Datasets",
                "DataParallel",
                "Safetensors", "Checkpoints", "Arguments", "Training", "Tasks", "Configuration", "Cluster",
            ]),
        .target(
            name: "TestSupport", dependencies: ["Files"], path: "Tests/TestSupport", swiftSettings: strict),
        tests("TensorsTests", ["Tensors"], optimized: true),
        tests("KernelsTests", ["Tensors", "Kernels"], optimized: true),
        tests("LayersTests", ["Tensors", "JSON", "Kernels", "Layers", "Models"], optimized: true),
        tests("OptimizersTests", ["Tensors", "Layers", "Optimizers"], goldens: true, optimized: true),
        tests("MPITests", ["MPI", "TestSupport"]),
        tests(
            "DataParallelTests",
            [
                "Machine", "Tensors", "Kernels", "Layers", "DataParallel",
                "TestSupport",
            ]),
        tests("ArchitectureTests", [], optimized: true),
    ]
)
