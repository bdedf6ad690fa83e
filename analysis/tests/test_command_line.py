"""`python -m framesweep_analysis` as users call it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import h5py
import numpy as np
import pytest
from results_file import write_results

from framesweep_analysis import FIGURES, stored_sha256
from framesweep_analysis.__main__ import main


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command in this process: starting Python for each would take longer than all else."""
    words = [str(argument) for argument in arguments]
    output, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        code = main(words)
    return subprocess.CompletedProcess(words, code, output.getvalue(), errors.getvalue())


def test_python_runs_the_package(results: Path) -> None:
    command = [sys.executable, "-m", "framesweep_analysis", "summary", str(results)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_figure_writes_the_file_it_names(results: Path, tmp_path: Path) -> None:
    out = tmp_path / "potential.png"
    done = run("figure", "potential", results, "-o", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{out}\n", "")
    assert out.read_bytes().startswith(b"\x89PNG")


def test_a_figure_takes_its_options_and_no_others(results: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.svg"
    assert run("figure", "potential", results, "-o", out, "--form", "synthesis").returncode == 0
    assert run("figure", "depth-width", results, "-o", out, "--column", "width").returncode == 0
    done = run("figure", "cost", results, "-o", out, "--point", "3")
    assert (done.returncode, done.stderr) == (64, "error: this figure has no option --point\n")


def test_a_figure_comes_with_a_caption_if_it_is_asked_for(results: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.svg"
    done = run(
        *("figure", "trend", results, "-o", out, "--column", "mutual_coherence"),
        *("--over", "width", "--select", "family=dense", "--caption"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    name, text = done.stdout.splitlines()
    assert name == str(out)
    assert text.startswith("Mutual coherence over width. Lines are medians")
    assert "Sweep “<made up>”: 20 networks (20 dense). Methods: computed with framesweep 0.1.0" in text


def test_only_some_figures_compare_files(tmp_path: Path) -> None:
    options = {"neural": True, "trained": True, "layers": 4}
    files = [write_results(tmp_path / f"{name}.h5", 12, **options) for name in "ab"]
    out = tmp_path / "f.svg"
    done = run("figure", "trained-frames", *files, "-o", out)
    assert (done.returncode, done.stderr) == (0, "")
    done = run("figure", "potential", *files, "-o", out)
    assert done.returncode == 64
    assert done.stderr == "error: potential is a figure of one file, 2 are given\n"


def test_summary_counts_and_ranges(results: Path) -> None:
    done = run("summary", results)
    assert done.returncode == 0, done.stderr
    assert "60 points" in done.stdout
    assert "status: 60 ok" in done.stdout
    assert "min_deep_frame_potential" in done.stdout
    assert max(map(len, done.stdout.splitlines()[1:])) <= 80


def test_summary_of_a_partial_file_notes_it(tmp_path: Path) -> None:
    path = write_results(tmp_path / "p.h5", change={"status": np.zeros(60, dtype=np.int8)})
    done = run("summary", path)
    assert done.returncode == 0
    assert "no point is ok" in done.stdout
    assert done.stderr.startswith("note: ")


def test_checksum_prints_what_the_file_says(results: Path) -> None:
    done = run("checksum", results)
    assert (done.returncode, done.stdout.strip()) == (0, stored_sha256(results))


def test_checksum_fails_on_a_changed_file(results: Path) -> None:
    with h5py.File(results, "r+") as file:
        file["seed"][0] = 8
    done = run("checksum", results)
    assert done.returncode == 65
    assert "was changed after framesweep wrote it" in done.stderr


def test_mistakes_are_one_line_without_a_traceback(results: Path, tmp_path: Path) -> None:
    empty = write_results(tmp_path / "e.h5", change={"family": np.full(60, 9, dtype=np.int8)})
    for arguments, reason, code in (
        (("summary", tmp_path / "absent.h5"), "no such file", 65),
        (("figure", "potential", empty, "-o", tmp_path / "e.png"), "nothing to draw", 65),
        (("figure", "potential", results, "-o", tmp_path / "e.bmp"), "ends in .png", 64),
        (("figure", "potential", results, "-o", "/proc/none/e.png"), "/proc/none", 73),
        (("figure", "potentail", results, "-o", "e.png"), "did you mean potential?", 64),
        (("figure", "potential", results), "required: -o", 64),
        (("sumary", results), "choose from", 64),
    ):
        done = run(*arguments)
        assert done.returncode == code, arguments
        assert done.stderr.startswith("error: ") and reason in done.stderr, done.stderr
        assert done.stderr.count("\n") == 1, done.stderr


def test_report_table_correlate_and_pareto_print_what_they_found(
    results: Path, tmp_path: Path
) -> None:
    done = run("report", results, "-o", tmp_path / "r.html", "--title", "Mine")
    assert (done.returncode, done.stderr) == (0, "")
    assert "<title>Mine</title>" in (tmp_path / "r.html").read_text()
    done = run("table", results, "--columns", "family,width", "--ok")
    assert done.stdout.splitlines()[0] == "point,family,width"
    assert len(done.stdout.splitlines()) == 61
    done = run("correlate", results, "deep_frame_potential", "width", "--by", "form")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["synthesis", "analysis"]
    assert done.stderr == ""
    done = run("correlate", results, "deep_frame_potential", "width")
    assert done.stderr.startswith("note: deep_frame_potential of points in analysis and synthesis")
    done = run("pareto", results, "parameter_count", "min_deep_frame_potential")
    assert done.stdout.split()[:3] == ["point", "family", "form"]


def test_select_takes_parts_for_every_command(tmp_path: Path) -> None:
    path = write_results(tmp_path / "t.h5", 60, trained=True)
    attack = ["--select", "attack=pgd_l2", "radius=0.2"]
    done = run("correlate", path, "adversarial_error", "width", *attack)
    assert (done.returncode, done.stderr) == (0, "") and "60 points" in done.stdout
    done = run("pareto", path, "width", "adversarial_error", *attack, "--select", "family=dense")
    assert {line.split()[1] for line in done.stdout.splitlines()[1:]} == {"dense"}
    out = tmp_path / "f.svg"
    for figure in (
        ("depth-width", "--column", "adversarial_error"),
        ("robustness",),
        ("cost", "--select", "family=dense"),
    ):
        done = run("figure", figure[0], path, "-o", out, *figure[1:], *attack)
        assert (done.returncode, done.stderr) == (0, ""), figure
    assert "20 points" in "".join(re.findall(r"<text[^>]*>([^<]*)", out.read_text()))
    done = run("correlate", path, "adversarial_error", "width", "--select", "attack")
    assert done.stderr == (
        "error: --select is attack, expected a condition such as family=dense or width>=32\n"
    )
    assert done.returncode == 64


def test_select_compares_as_inspect_does(results: Path) -> None:
    def widths(*conditions: str) -> set[int]:
        done = run("table", results, "--columns", "width", "--select", *conditions)
        assert done.returncode == 0, done.stderr
        return {int(line.split(",")[1]) for line in done.stdout.splitlines()[1:]}

    every = widths("family=chain,dense,residual")
    middle = sorted(every)[len(every) // 2]
    assert widths(f"width>={middle}") == {width for width in every if width >= middle}
    assert widths(f"width<{middle}") == {width for width in every if width < middle}
    assert widths(f"width!={middle}") == every - {middle}
    assert widths(f"width>{min(every)}", f"width<={middle}") == {
        width for width in every if min(every) < width <= middle
    }
    done = run("table", results, "--select", "family>chain")
    assert (done.returncode, done.stderr) == (65, "error: family holds labels, expected = or !=\n")
    done = run("table", results, "--select", "width<0")
    assert done.returncode == 65 and done.stderr.startswith("error: no width < 0")


@pytest.mark.parametrize("by", ["draw", "layer", "deep_frame_potential", "point_"])
def test_columns_that_make_no_groups_are_refused_in_one_line(results: Path, by: str) -> None:
    done = run("correlate", results, "width", "parameter_count", "--by", by)
    assert done.returncode == 65
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1


def test_table_keeps_the_order_of_the_file_and_takes_lists(results: Path) -> None:
    head = run("table", results, "--along", "draw,layer").stdout.splitlines()[0]
    assert head.startswith("point,draw,layer,family,form,shortcut,stage_depth,width,")


COMMANDS = {
    "summary": [],
    "checksum": [],
    "table": [],
    "report": ["-o", "r.html"],
    "correlate": ["width", "parameter_count"],
    "pareto": ["width", "parameter_count"],
    **{f"figure {name}": ["-o", "f.png"] for name in FIGURES},
}


@pytest.mark.parametrize("command", COMMANDS)
def test_bad_and_poor_files_give_a_line_and_a_code(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = write_results(tmp_path / "whole.h5", 6)
    (tmp_path / "text.h5").write_text("format: 1\n")
    (tmp_path / "cut.h5").write_bytes(whole.read_bytes()[:9000])
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = np.arange(3)
    for name, code in (("pending", 0), ("failed", 2)):
        status = {"status": np.full(6, code, np.int8)}
        write_results(tmp_path / f"{name}.h5", 6, change=status)
    for name in ("text", "cut", "other", "absent", "pending", "failed"):
        words = command.split()
        done = run(*words[:1], *words[1:], f"{name}.h5", *COMMANDS[command])
        lines = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
        bad = name in ("text", "cut", "other", "absent")
        assert done.returncode in ((65,) if bad else (0, 65)), (name, done.stdout)
        assert len(lines) == (done.returncode != 0), (name, lines)
        assert all(line.startswith("error: ") for line in lines), lines
        if bad:
            assert f"{name}.h5: " in lines[0], lines


def test_an_output_of_framesweep_is_whole(real_results: Path, tmp_path: Path) -> None:
    assert run("checksum", real_results).returncode == 0
    done = run("summary", real_results)
    assert done.returncode == 0, done.stderr
    done = run("figure", "potential", real_results, "-o", tmp_path / "real.png")
    assert done.returncode == 0, done.stderr
