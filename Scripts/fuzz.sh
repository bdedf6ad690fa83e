#!/usr/bin/env bash
# Lets libFuzzer look for bytes that crash the decoders of messages, records, the journal's frames, ONNX files
# and the headers of safetensors and PNG files.
#
#   Scripts/fuzz.sh [SECONDS] [MUTATIONS]      60 and 10000 if not said otherwise
#
# What crashes one is kept as fuzz-crash-… in the repository's folder. The decoders are compiled into one
# module with the sanitizer's coverage, which takes seconds. The parser of sweep files, whole journals,
# whose checksums keep a fuzzer out, and what follows from an ONNX file's nodes have tests with seeded
# mutations. Those of ONNX files and their external data, of safetensors files and their indices, and of
# PNG and JPEG files are run with as many as are asked for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

root=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for file in Basics/Bytes/{LittleEndian,ByteReader} Running/SweepRuntime/Message{,Bytes,Codec} \
  Sweeps/SweepRecords/{Record,Record+Encoding,PointStatus} Running/SweepStore/{RunFacts,Flights} \
  Networks/ONNX/{ONNXError,WireReader,ElementType,Tensor,TensorRecord,NodeRecord,ModelRecord} \
  Networks/Safetensors/{SafetensorsError,HeaderReader,SafetensorsHeader,ElementType} \
  Libraries/PNG/{PNGError,PNGHeader,PNGChunks}; do
  # In one module there is nothing of the project's own to import, and every name is there once.
  sed -e '/import \(Sweep\|Bytes\)/d' \
    -e "$([[ $file == */Safetensors/* ]] && echo 's/ElementType/TensorElement/g')" \
    "Sources/$file.swift" >"$scratch/${file//\//-}.swift"
done
cat >"$scratch/Target.swift" <<'SWIFT'
@_cdecl("LLVMFuzzerTestOneInput")
public func readForeignBytes(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let decoder = bytes.first else { return 0 }
  let rest = Array(bytes.dropFirst())
  switch decoder % 8 {
  case 0: _ = try? MessageCodec.workerMessage(rest)
  case 1: _ = try? MessageCodec.coordinatorMessage(rest)
  case 2:
    guard let record = try? Record.decode(rest.span, at: 0).record else { return 0 }
    var again: [UInt8] = []
    record.encode(into: &again)
  case 3: _ = RunFacts.read(rest)
  case 4:
    guard let model = try? ModelRecord(rest[...]) else { return 0 }
    let files = Dictionary(
      model.externalLocations.map { ($0, rest) }, uniquingKeysWith: { first, _ in first })
    for tensor in model.tensors { _ = try? tensor.tensor(files) }
  case 5:
    guard let header = try? SafetensorsHeader(rest[...], fileBytes: rest.count) else { return 0 }
    for entry in header.entries {
      precondition(entry.bytes.upperBound <= rest.count)
      _ = TensorElement(rawValue: entry.type)?.numbers(rest[entry.bytes])
    }
  case 6:
    let png = PNGHeader.signature + rest
    _ = try? PNGHeader(png)
    _ = try? PNGChunks.essential(of: png)
  default: _ = FlightEvent.read(rest, planCount: 1_000)
  }
  return 0
}
SWIFT
swiftc -O -parse-as-library -sanitize=fuzzer -module-name Fuzzing "$scratch"/*.swift \
  -o "$scratch/fuzz" || fail "the decoders cannot be compiled for libFuzzer"
cd "$scratch"
./fuzz -max_total_time="${1:-60}" -max_len=4096 -artifact_prefix="$root/fuzz-" -print_final_stats=1 2>&1 | tail -8

cd "$root"
FRAMESWEEP_MUTATIONS=${2:-10000} swift test --filter '(ONNX|Safetensors|ImageData)Tests.*[mM]utations' ||
  fail "a damaged file is neither read nor refused"
