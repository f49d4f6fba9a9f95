// swift-tools-version: 6.2
// The package: one target a layer of the design. A target imports only what stands above it; a test enforces that.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// Vector loops are optimised in debug builds too, or the tests would take minutes.
let vectorised: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno", "-Wall", "-Wextra", "-Werror"])]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "lockstep",
    products: [
        .executable(name: "lockstep", targets: ["lockstep"]),
        .executable(name: "rank-scenarios", targets: ["rank-scenarios"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        .systemLibrary(name: "COneDNN"),
        .systemLibrary(name: "CZlib"),
        .target(name: "CMPI", cSettings: vectorised, linkerSettings: [.linkedLibrary("mpi")]),
        .target(name: "CKernels", cSettings: vectorised, linkerSettings: [.linkedLibrary("gomp")]),
        module("Tensors", []),
        module("Kernels", ["Tensors", "COneDNN", "CKernels"]),
        module("Layers", ["Tensors", "Kernels"]),
        module("Models", ["Tensors", "Kernels", "Layers"]),
        module("Optimizers", ["Tensors", "Kernels", "Layers"]),
        module("MPI", ["CMPI"]),
        module("DataParallel", ["Tensors", "Layers", "MPI"]),
        module("Safetensors", ["Tensors"]),
        module("Tokenizers", []),
        module("Datasets", ["Tensors", "Tokenizers", "CZlib"]),
        module("Checkpoints", ["Tensors", "Layers", "Models", "Optimizers", "Safetensors"]),
        module("Metrics", []),
        module("Reporting", ["Metrics"]),
        module(
            "Training",
            [
                "Tensors", "Layers", "Models", "Optimizers", "DataParallel", "Datasets", "Tokenizers",
                "Checkpoints", "Metrics", "Reporting",
            ]),
        module("Configuration", ["Training", yams]),
        .executableTarget(
            name: "lockstep",
            dependencies: [
                "Tensors", "Kernels", "Layers", "Models", "Optimizers", "MPI", "DataParallel", "Safetensors",
                "Tokenizers", "Datasets", "Checkpoints", "Metrics", "Training", "Reporting", "Configuration",
                argumentParser,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "rank-scenarios", dependencies: ["Tensors", "Layers", "DataParallel", "MPI"],
            swiftSettings: strict),
    ]
)
