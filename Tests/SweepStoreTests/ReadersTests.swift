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
