import Foundation
import SweepRecords
import TestSupport
import Testing

@testable import SweepStore

extension ResultFileTests {
  /// Opens the file in every way that the documentation names, and recomputes the checksum.
  private static let script = """
    import sys
    path, engine = sys.argv[1:]
    if engine == "h5py":
        import h5py, hashlib
        with h5py.File(path) as file:
            names = sorted(n for n in file if isinstance(file[n], h5py.Dataset))
            total = hashlib.sha256()
            for name in names:
                data = file[name]
                shape = ",".join(str(n) for n in data.shape)
                total.update(f"{name}\\0{data.dtype}\\0{shape}\\0".encode())
                total.update(hashlib.sha256(data[...].tobytes()).digest())
            assert total.hexdigest() == file.attrs["data_sha256"]
            assert list(file)[:4] == ["point", "draw", "layer", "family"], list(file)
            assert file["points/id"].asstr()[3] == "0000000000000003"
            assert file["points/weights"].asstr()[3] == "{init: he, draws: 3}"
    else:
        import xarray
        with xarray.open_dataset(path, engine=engine) as data:
            assert data.sizes == {"point": 8, "draw": 3, "layer": 5}, data.sizes
            assert list(data.frame_potential.dims) == ["point", "draw"]
            assert "width" in data.coords
            assert data.frame_potential.sel(point=3, draw=2) == 302
            assert data.family.attrs["flag_meanings"] == "chain residual dense"
            assert data.status.dtype == "int8"
        for group in ["labels", "points", "errors", "execution", "provenance"]:
            with xarray.open_dataset(path, engine=engine, group=group) as data:
                assert len(data.data_vars) > 0
                assert not any("phony" in str(name) for name in data.sizes), data.sizes
        with xarray.open_datatree(path, engine=engine) as tree:
            assert tree["errors/message"].values.tolist() == ["größer als 4"]
            assert tree["execution/start"].dtype.kind == "M"
            assert tree["labels/layer_name"].values[1] == "layer 1"
            assert tree["points/architecture"].dims == ("point",)
    """

  /// The same for a file with neural frames.
  private static let neuralScript = """
    import sys, numpy, xarray
    path, engine = sys.argv[1:]
    with xarray.open_dataset(path, engine=engine) as data:
        assert dict(data.sizes) == {
            "point": 3, "draw": 2, "layer": 4, "perturbation": 2, "perturbation_pair": 1,
            "image": 3}, data.sizes
        gain = data.neural_gain
        assert gain.dims == ("point", "draw", "perturbation", "layer", "image")
        assert gain.dtype == "float32"
        value = gain.sel(point=1, draw=1, perturbation=3, layer=2, image=900)
        assert value == 112.5, value
        assert numpy.isnan(gain.sel(point=2)).all()
        assert data.neural_gain_mean.sel(point=1, draw=0, perturbation=0, layer=3) == 10003
        assert data.neural_valid_images.sel(point=2).sum() == 0
        assert data.perturbation_a.dims == ("perturbation_pair",)
        assert data.perturbation_a.item() == 0 and data.perturbation_b.item() == 3
        assert data.perturbation.dtype == "int32" and data.image.dtype == "int32"
    with xarray.open_datatree(path, engine=engine) as tree:
        assert tree["labels/perturbation_name"].values.tolist() == ["augmentation", "generative"]
        pairs = tree["labels/perturbation_pair_name"].values.tolist()
        assert pairs == ["augmentation|generative"], pairs
    """

  /// A Python that has the readers; none is needed to build and test.
  private static let python: String? = {
    let asked = ProcessInfo.processInfo.environment["FRAMESWEEP_PYTHON"] ?? "python3"
    let modules = "import h5py, h5netcdf, netCDF4, xarray"
    return run([asked, "-c", modules]) == 0 ? asked : nil
  }()

  @Test(
    "Readers in Python open the file unmodified",
    .enabled(if: python != nil, "python3 has no h5py, h5netcdf, netCDF4 and xarray"),
    arguments: ["h5py", "h5netcdf", "netcdf4"])
  func readers(engine: String) throws {
    try ResultFile.write(Sample.description(points: 8), from: some(), to: output)
    let python = try #require(Self.python)
    #expect(Self.run([python, "-c", Self.script, output, engine]) == 0)
  }

  @Test(
    "Readers in Python open neural frames with their dimensions",
    .enabled(if: python != nil, "python3 has no h5py, h5netcdf, netCDF4 and xarray"),
    arguments: ["h5netcdf", "netcdf4"])
  func neuralFrames(engine: String) throws {
    try writeNeuralFrames()
    let python = try #require(Self.python)
    #expect(Self.run([python, "-c", Self.neuralScript, output, engine]) == 0)
  }

  private static func run(_ command: [String]) -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    do {
      try process.run()
    } catch {
      return -1
    }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
