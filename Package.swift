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

/// The folders of Sources, which are the floors of the house: each stands on those before it.
enum Floor: String {
  case libraries = "Libraries"
  case basics = "Basics"
  case networks = "Networks"
  case numerics = "Numerics"
  case sweeps = "Sweeps"
  case measurements = "Measurements"
  case running = "Running"
}

/// The settings of what computes, which is optimised in debug builds as well.
///
/// Tests search minima, train and propagate for minutes otherwise. Overflow and preconditions are
/// checked all the same.
let optimized: [SwiftSetting] = [
  .unsafeFlags(["-O"], .when(configuration: .debug))
]

func library(
  _ name: String, on floor: Floor, _ dependencies: [Target.Dependency] = [],
  resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(floor.rawValue)/\(name)",
    resources: resources, swiftSettings: floor == .numerics ? house + optimized : house)
}

/// A C library that is installed on the machine.
func system(_ name: String, pkgConfig: String? = nil, package: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/\(Floor.libraries.rawValue)/\(name)", pkgConfig: pkgConfig,
    providers: [.apt([package])])
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
    .library(name: "SweepRunner", targets: ["SweepRunner"]),
    .library(name: "SweepRuntime", targets: ["SweepRuntime"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C libraries, found by pkg-config.
    system("CMPI", pkgConfig: mpiPackage, package: "libopenmpi-dev"),
    system("CHDF5", pkgConfig: "hdf5", package: "libhdf5-dev"),
    system("COpenBLAS", pkgConfig: "openblas", package: "libopenblas-dev"),
    // oneDNN comes without a pkg-config file; the module map names the library.
    system("COneDNN", package: "libdnnl-dev"),
    system("CCrypto", pkgConfig: "libcrypto", package: "libssl-dev"),
    system("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
    system("CPNG", pkgConfig: "libpng", package: "libpng-dev"),
    system("CTurboJPEG", pkgConfig: "libturbojpeg", package: "libturbojpeg0-dev"),

    // Wrappers: the only targets that import C.
    library("MPI", on: .libraries, ["CMPI"]),
    library("HDF5", on: .libraries, ["CHDF5"]),
    library("OpenBLAS", on: .libraries, ["COpenBLAS"]),
    library("OneDNN", on: .libraries, ["COneDNN"]),
    library("Digest", on: .libraries, ["CCrypto"]),
    library("Gzip", on: .libraries, ["CZlib"]),
    library("PNG", on: .libraries, ["CPNG"]),
    library("JPEG", on: .libraries, ["CTurboJPEG"]),

    // Science: no input or output.
    library("Bytes", on: .basics),
    library("Paths", on: .basics),
    library("RandomNumbers", on: .basics, ["Bytes", "Digest"]),
    library("Architectures", on: .networks),
    library("MemoryBudgets", on: .basics),
    library(
      "InducedFrames", on: .numerics,
      ["Architectures", "MemoryBudgets", "NetworkGraphs", "Networks", "OpenBLAS"]),
    library(
      "Networks", on: .networks, ["Architectures", "NetworkGraphs", "RandomNumbers"]),
    library("NetworkGraphs", on: .networks, ["MemoryBudgets", "OneDNN", "OpenBLAS"]),
    library(
      "RecurrentInference", on: .numerics,
      ["Architectures", "InducedFrames", "NetworkGraphs", "Networks", "OpenBLAS"]),
    library(
      "NeuralFrames", on: .numerics,
      [
        "Architectures", "NetworkGraphs", "Networks", "OneDNN", "OpenBLAS", "RandomNumbers",
        "RecurrentInference",
      ]),

    library(
      "Kernels", on: .numerics, ["Architectures", "MemoryBudgets", "NetworkGraphs", "OpenBLAS"]),
    library("Similarity", on: .numerics, ["OpenBLAS"]),
    library("Signals", on: .numerics, ["NetworkGraphs", "OpenBLAS"]),
    library(
      "Training", on: .numerics,
      [
        "Architectures", "InducedFrames", "MemoryBudgets", "NetworkGraphs", "Networks", "OpenBLAS",
        "RandomNumbers", "RecurrentInference", "Similarity",
      ]),

    // Files that networks and images come from.
    library("BundledDigits", on: .measurements, resources: [.embedInCode("digits.gz")]),
    library(
      "ImageData", on: .measurements,
      [
        "Architectures", "BundledDigits", "Digest", "Gzip", "HDF5", "JPEG", "Paths", "PNG",
        "Safetensors",
      ]),
    library("ONNX", on: .networks, ["Digest", "NetworkGraphs"]),
    library("Safetensors", on: .networks),

    // What the system lets this process do.
    library("Processes", on: .basics),

    // Sweeps.
    library(
      "SweepSpec", on: .sweeps,
      [
        "Architectures", "Bytes", "Digest", "NetworkGraphs", "Networks", "Processes",
        "SweepRecords", yams,
      ]),
    library("SweepJobs", on: .sweeps, ["SweepSpec"]),
    library("SweepRecords", on: .sweeps, ["Architectures", "Bytes", "Networks"]),
    library("SweepRuntime", on: .running, ["Bytes", "Processes"]),
    library("SweepMPI", on: .running, ["MPI", "SweepRuntime"]),
    library(
      "SweepStore", on: .running,
      ["Bytes", "Digest", "HDF5", "Paths", "Processes", "SweepRecords"]),
    library(
      "Measurements", on: .measurements,
      [
        "Architectures", "Bytes", "Digest", "SweepSpec", "SweepRecords", "ImageData",
        "InducedFrames", "Kernels", "MemoryBudgets", "NetworkGraphs", "Networks", "NeuralFrames",
        "ONNX", "OpenBLAS", "Paths", "Processes", "RandomNumbers", "RecurrentInference", "Signals",
        "Similarity", "Training",
      ]),

    library(
      "SweepRunner", on: .running,
      [
        "Architectures", "Digest", "HDF5", "ImageData", "InducedFrames", "Measurements", "Networks",
        "OneDNN", "OpenBLAS", "Paths", "Processes", "SweepJobs", "SweepMPI", "SweepRecords",
        "SweepRuntime",
        "SweepSpec", "SweepStore",
      ]),

    .executableTarget(
      name: "framesweep",
      dependencies: [
        "Architectures", "Digest", "ImageData", "Measurements", "NetworkGraphs", "Networks", "ONNX",
        "OneDNN", "OpenBLAS", "Paths", "Processes", "RecurrentInference", "Safetensors",
        "SweepJobs", "SweepMPI", "SweepRecords", "SweepRunner", "SweepRuntime",
        "SweepSpec", "SweepStore", argumentParser,
      ],
      swiftSettings: house),
    .executableTarget(
      name: "mpi-selftest", dependencies: ["MPI"], swiftSettings: house),

    // Tests.
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .executableTarget(
      name: "allocation-check",
      dependencies: [
        "Architectures", "CAllocations", "NetworkGraphs", "Networks", "OpenBLAS",
        "RecurrentInference",
      ],
      path: "Tests/AllocationCheck", swiftSettings: house),
    .target(
      name: "TestSupport", dependencies: ["CAllocations"], path: "Tests/TestSupport",
      swiftSettings: house),
    .target(
      name: "HDF5Fixtures", dependencies: ["CHDF5"], path: "Tests/HDF5Fixtures",
      swiftSettings: house),
    .target(
      name: "GoldenValues", dependencies: ["Architectures"], path: "Tests/GoldenValues",
      resources: [.copy("Golden")], swiftSettings: house),
    .target(
      name: "FrameTheory", dependencies: ["Architectures", "NetworkGraphs", "OpenBLAS"],
      path: "Tests/FrameTheory",
      swiftSettings: house),
    .target(
      name: "FaultyWorlds", dependencies: ["SweepRuntime"], path: "Tests/FaultyWorlds",
      swiftSettings: house),
    tests("MPI", ["mpi-selftest"]),
    tests("HDF5", ["HDF5Fixtures"]),
    tests("OpenBLAS"),
    tests("OneDNN"),
    tests("Bytes"),
    tests("Paths"),
    tests("Digest"),
    tests("RandomNumbers"),
    tests("Architectures"),
    tests("FrameTheory"),
    tests("MemoryBudgets", ["Architectures", "InducedFrames", "NetworkGraphs", "Networks"]),
    tests(
      "InducedFrames",
      ["Architectures", "FrameTheory", "GoldenValues", "NetworkGraphs", "Networks"]),
    tests(
      "Networks", ["Architectures", "NetworkGraphs", "OpenBLAS", "RecurrentInference"]),
    tests(
      "NetworkGraphs", ["Architectures", "MemoryBudgets", "Networks", "OneDNN", "OpenBLAS"],
      resources: [.copy("BatchCases"), .copy("Cases")]),
    tests(
      "NeuralFrames",
      ["Architectures", "GoldenValues", "NetworkGraphs", "Networks", "OpenBLAS"]),
    tests(
      "Kernels", ["Architectures", "GoldenValues", "NetworkGraphs", "Networks", "OpenBLAS"]),
    tests("Similarity", ["GoldenValues", "OpenBLAS", "RandomNumbers"]),
    tests(
      "Signals",
      [
        "Architectures", "GoldenValues", "Kernels", "NetworkGraphs", "Networks", "OpenBLAS",
        "RandomNumbers",
      ]),
    tests(
      "Training",
      [
        "Architectures", "GoldenValues", "ImageData", "InducedFrames", "NetworkGraphs", "Networks",
        "OpenBLAS", "RandomNumbers", "Similarity",
      ], resources: [.copy("Cases")]),
    tests(
      "ImageData",
      ["Architectures", "Digest", "HDF5", "HDF5Fixtures", "JPEG", "PNG", "Safetensors"],
      resources: [.copy("Pictures")]),
    tests(
      "ONNX",
      [
        "Architectures", "Digest", "HDF5", "ImageData", "Measurements", "NetworkGraphs", "Networks",
        "NeuralFrames", "SweepRecords", "SweepSpec",
      ]),
    tests("Safetensors"),
    tests(
      "SweepSpec",
      [
        "Architectures", "Digest", "Measurements", "Networks", "NeuralFrames", "SweepRecords",
        "Training",
      ]),
    tests("SweepJobs", ["SweepSpec"]),
    tests("SweepRecords", ["Architectures"]),
    tests("Processes"),
    tests("SweepRuntime", ["FaultyWorlds", "Processes", "SweepStore"]),
    tests(
      "SweepStore",
      ["Architectures", "Digest", "Measurements", "Networks", "SweepRecords", "SweepSpec"]),
    tests(
      "Measurements",
      [
        "Architectures", "Digest", "GoldenValues", "HDF5", "HDF5Fixtures", "ImageData",
        "InducedFrames", "Kernels", "NetworkGraphs", "Networks", "NeuralFrames", "OpenBLAS",
        "Processes", "SweepRecords", "SweepSpec", "Training",
      ], resources: [.copy("Cases")]),
    tests(
      "SweepRunner",
      [
        "Architectures", "ImageData", "Measurements", "Processes", "SweepRecords", "SweepRuntime",
        "SweepStore",
      ]),
    tests(
      "framesweep",
      ["Architectures", "HDF5", "HDF5Fixtures", "ImageData", "SweepRuntime", argumentParser],
      resources: [.copy("Golden")]),
  ]
)
