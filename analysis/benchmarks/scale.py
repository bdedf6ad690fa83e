"""How long sweeps of many points take apart from their computations, and how much memory.

Each part runs the program as a user would, and prints wall time, CPU time and the largest resident
memory of a process:

    python analysis/benchmarks/scale.py plan --points 1008000
    python analysis/benchmarks/scale.py run --points 10000000 --ranks 2
    python analysis/benchmarks/scale.py resume --points 10000000
    python analysis/benchmarks/scale.py merge --shards 1000 --points 10000000

`plan` predicts a sweep of quickstart's kind, all of whose networks differ, and 1,980 dense networks of up
to 200 layers. `run` computes minima that have a closed form, writes the file, and looks at it. `resume` ends
a run with SIGKILL when its journal is nearly complete, and resumes it. `merge` joins shards that have their
results files. Files go to a folder that is removed afterwards, or to --folder.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import subprocess
import tempfile
import time
from pathlib import Path

QUICKSTART = """\
format: 1
name: quickstart-kind
seed: 1
architecture: {{growth: 8}}
grid:
  input: [{{channels: 3, size: 32}}, {{channels: 192, size: 1}}]
  family: [chain, residual, dense]
  form: [synthesis, analysis]
  stage_count: [1, 2]
  stage_depth: [3, 5, 7]
  width: {{range: [1, {widths}], step: 1}}
exclude: [{{family: residual, form: synthesis}}]
weights: {{init: he, draws: 4}}
measure: {{frame: {{minimum: true, statistics: true}}}}
"""

DENSE = """\
format: 1
name: dense
seed: 1
architecture: {input: {channels: 3, size: 32}, family: dense}
grid:
  stage_depth: {range: [3, 200], step: 1}
  width: {range: [4, 13], step: 1}
weights: {init: he}
measure: {frame: {minimum: false, statistics: true}}
"""

CLOSED = """\
format: 1
name: closed-forms
seed: 1
architecture: {{family: chain, form: synthesis, input: {{channels: 64, size: 1}}}}
grid:
  stage_depth: [1, 2, 3, 4, 5]
  width: {{range: [1, {widths}], step: 1}}
  seed: {{range: [1, {seeds}], step: 1}}
weights: {{init: he}}
measure: {{frame: {{minimum: true}}}}
"""


def closed_forms(points: int, seeds: int) -> str:
    """A sweep of so many points; of each network there are so many seeds."""
    return CLOSED.format(widths=max(points // (5 * seeds), 1), seeds=seeds)


def timed(name: str, command: list[str], expected: tuple[int, ...] = (0,)) -> None:
    """Runs a command to its end and prints what it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if process.returncode not in expected:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}\n{errors}")
    # Ranks are children of children, which wait4 does not count while they live.
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = max(usage.ru_utime + usage.ru_stime,
              after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"{name:34s} {wall:8.2f} s {cpu:8.2f} s of CPU {usage.ru_maxrss / 1024:7.0f} MiB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=["plan", "run", "resume", "merge"])
    parser.add_argument("--program", default=".build/release/framesweep")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--seeds", type=int, default=20, help="seeds of each network")
    parser.add_argument("--shards", type=int, default=100)
    parser.add_argument("--ranks", type=int, default=0, help="MPI ranks; 0 for one process")
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    program = str(Path(arguments.program).resolve())
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        parts = {"plan": plan, "run": run, "resume": resume, "merge": merge}
        parts[arguments.part](program, folder, arguments)


def plan(program: str, folder: Path, arguments: argparse.Namespace) -> None:
    """Predicts two sweeps."""
    million = folder / "million.yaml"
    million.write_text(QUICKSTART.format(widths=max(arguments.points // 60, 1)))
    timed(f"plan, {60 * max(arguments.points // 60, 1):,} points", [program, "plan", str(million)])
    dense = folder / "dense.yaml"
    dense.write_text(DENSE)
    timed("plan, 1,980 dense points", [program, "plan", str(dense)])


def launcher(arguments: argparse.Namespace) -> list[str]:
    """What starts the ranks."""
    if arguments.ranks < 1:
        return []
    return ["mpirun", "--oversubscribe", "-n", str(arguments.ranks)]


def sweep_file(folder: Path, arguments: argparse.Namespace) -> str:
    """Writes the sweep of closed forms."""
    path = folder / "closed.yaml"
    path.write_text(closed_forms(arguments.points, arguments.seeds))
    return str(path)


def run(program: str, folder: Path, arguments: argparse.Namespace) -> None:
    """Computes closed forms, and looks at the file."""
    path = sweep_file(folder, arguments)
    output = str(folder / "closed.h5")
    points = f"{arguments.points:,} points"
    timed(f"run, {points}", [*launcher(arguments), program, "run", path, "-o", output, "--quiet"])
    size = os.path.getsize(output)
    print(f"{'results file':34s} {size / 2**20:8.0f} MiB, {size / arguments.points:.0f} bytes a point")
    timed(f"inspect, {points}", [program, "inspect", output])
    timed(f"verify, {points}", [program, "verify", output])


def resume(program: str, folder: Path, arguments: argparse.Namespace) -> None:
    """Kills a run near its end, and resumes it for one more moment, and then to its end."""
    path = sweep_file(folder, arguments)
    output = str(folder / "closed.h5")
    journal = Path(output + ".journal")
    command = [program, "run", path, "-o", output, "--quiet"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    size = 0
    while process.poll() is None:
        time.sleep(0.2)
        # The journal grows until the last record, and then the file is written.
        last, size = size, journal.stat().st_size if journal.exists() else 0
        if size > 0 and size == last and os.path.exists(output + ".partial"):
            process.send_signal(signal.SIGKILL)
            break
    process.wait()
    if not journal.exists():
        raise SystemExit("the run was over before it could be killed, expected more points")
    print(f"{'journal':34s} {journal.stat().st_size / 2**20:8.0f} MiB")
    points = f"{arguments.points:,} points"
    timed(f"resume one point, {points}", [*command, "--resume", "--points", "0"], (0, 75))
    timed(f"resume and write, {points}", [*command, "--resume"])


def merge(program: str, folder: Path, arguments: argparse.Namespace) -> None:
    """Computes shards one after the other, and joins them."""
    path = sweep_file(folder, arguments)
    outputs = []
    for shard in range(arguments.shards):
        output = str(folder / f"shard-{shard}.h5")
        subprocess.run(
            [program, "run", path, "-o", output, "--quiet", "--shard", f"{shard}/{arguments.shards}"],
            check=True)
        outputs.append(output)
    timed(
        f"merge, {arguments.shards:,} shards",
        [program, "merge", *outputs, "-o", str(folder / "merged.h5")])


if __name__ == "__main__":
    main()
