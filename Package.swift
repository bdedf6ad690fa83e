// swift-tools-version: 6.2
import PackageDescription

/// The pkg-config name of the MPI library to build against.
///
/// `ompi-c` is Open MPI, `mpich` is MPICH; a site's own module may bring another name.
let mpiPackage = Context.environment["FRAMESWEEP_MPI_PKG"] ?? "ompi-c"

/// The settings that every target of the project is compiled with.
let house: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(
  _ target: Target.Dependency, _ more: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  guard case .byNameItem(let name, _) = target else {
    fatalError("tests(_:) takes a target's name")
  }
  return .testTarget(
    name: "\(name)Tests", dependencies: [target, "TestSupport"] + more, resources: resources,
    swiftSettings: house)
}

let package = Package(
  name: "framesweep",
  products: [
    .executable(name: "framesweep", targets: ["framesweep"]),
    .executable(name: "mpi-selftest", targets: ["mpi-selftest"]),
    .library(name: "SweepEmbedded", targets: ["SweepEmbedded"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C libraries, found by pkg-config.
    .systemLibrary(name: "CMPI", pkgConfig: mpiPackage, providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    // oneDNN comes without a pkg-config file; the module map names the library.
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Wrappers: the only targets that import C.
    library("MPI", ["CMPI"]),
    library("HDF5", ["CHDF5"]),
    library("OpenBLAS", ["COpenBLAS"]),
    library("OneDNN", ["COneDNN"]),
    library("Digest", ["CCrypto"]),
    library("Gzip", ["CZlib"]),

    // Science: no input or output.
    library("RandomNumbers", ["Digest"]),
    library("Architectures"),
    library("FrameTheory", ["OpenBLAS"]),
    library("MemoryBudgets"),
    library("InducedFrames", ["Architectures", "FrameTheory", "MemoryBudgets", "OpenBLAS"]),
    library(
      "Networks", ["Architectures", "MemoryBudgets", "OneDNN", "OpenBLAS", "RandomNumbers"]),
    library(
      "NeuralFrames",
      ["Architectures", "Networks", "OneDNN", "OpenBLAS", "RandomNumbers"]),

    library(
      "Training",
      [
        "Architectures", "InducedFrames", "MemoryBudgets", "Networks", "OpenBLAS", "RandomNumbers",
      ]),

    // Files that networks and images come from.
    library("ImageData", ["Architectures", "Digest", "Gzip", "HDF5"]),

    // Sweeps.
    library("SweepSpec", ["Architectures", "Digest", "NeuralFrames", "Training", yams]),
    library("SweepJobs", [yams]),
    library("SweepRecords"),
    library("SweepRuntime"),
    library("SweepEmbedded", ["SweepRuntime"]),
    library("SweepMPI", ["MPI", "SweepRuntime"]),
    library("SweepStore", ["HDF5", "SweepRecords", "Digest"]),
    library(
      "Measurements",
      [
        "Architectures", "Digest", "SweepSpec", "SweepRecords", "ImageData", "InducedFrames",
        "MemoryBudgets", "Networks", "NeuralFrames", "OpenBLAS", "RandomNumbers", "Training",
      ]),

    .executableTarget(
      name: "framesweep",
      dependencies: [
        "Architectures", "Digest", "HDF5", "ImageData", "InducedFrames", "Measurements", "OneDNN",
        "OpenBLAS", "SweepEmbedded", "SweepJobs", "SweepMPI", "SweepRecords", "SweepRuntime",
        "SweepSpec",
        "SweepStore",
        argumentParser,
      ],
      swiftSettings: house),
    .executableTarget(
      name: "mpi-selftest", dependencies: ["MPI"], swiftSettings: house),

    // Tests.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
    .target(
      name: "GoldenValues", dependencies: ["Architectures"], path: "Tests/GoldenValues",
      resources: [.copy("Golden")], swiftSettings: house),
    tests("MPI", ["mpi-selftest"]),
    tests("HDF5"),
    tests("OpenBLAS"),
    tests("OneDNN"),
    tests("Digest"),
    tests("RandomNumbers"),
    tests("Architectures"),
    tests("FrameTheory"),
    tests("MemoryBudgets", ["Architectures", "InducedFrames", "Networks"]),
    tests("InducedFrames", ["Architectures", "GoldenValues"]),
    tests("Networks", ["Architectures", "OpenBLAS"]),
    tests("NeuralFrames", ["Architectures", "GoldenValues", "Networks", "OpenBLAS"]),
    tests(
      "Training",
      ["Architectures", "InducedFrames", "Networks", "OpenBLAS", "RandomNumbers"]),
    tests("ImageData", ["Architectures", "Digest", "HDF5"]),
    tests("SweepSpec", ["Architectures", "Digest", "NeuralFrames", "SweepRecords", "Training"]),
    tests("SweepJobs"),
    tests("SweepRecords"),
    tests("SweepRuntime"),
    tests("SweepEmbedded", ["SweepRuntime", "SweepStore"]),
    tests("SweepStore", ["SweepRecords", "Digest"]),
    tests(
      "Measurements",
      [
        "Architectures", "Digest", "GoldenValues", "HDF5", "ImageData", "InducedFrames", "Networks",
        "NeuralFrames", "OpenBLAS", "SweepRecords", "SweepSpec", "Training",
      ]),
    tests("framesweep", ["Architectures", "ImageData"], resources: [.copy("Golden")]),
  ]
)
