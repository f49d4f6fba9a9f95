// swift-tools-version: 6.2
// Another package that trains by the library: what a program outside of this package writes, and no more.
import PackageDescription

let package = Package(
    name: "example-host",
    dependencies: [
        // The name counts, not the folder that the checkout happens to lie in.
        .package(name: "lockstep", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "example-host", dependencies: [.product(name: "Lockstep", package: "lockstep")])
    ]
)
