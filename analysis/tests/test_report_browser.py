"""The report in a browser: what it shows, and what clicks do. Skipped where there is no Chromium."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from browser import Page, browser, program
from PIL import Image
from results_file import write_results

from framesweep_analysis import open_results, report, write_report

pytestmark = pytest.mark.skipif(program() is None, reason="Chromium is not installed")

#: Where a point of an explorer is in the window: its family's source and the scales of the plot.
_PLACE = """(() => {
  const explorer = document.querySelectorAll(".explorer")[%d];
  explorer.scrollIntoView({block: "center"});
  for (const {source} of Object.values(explorer.plot.shown)) {
    const row = source.data.point.indexOf(%d);
    if (row < 0) continue;
    const view = explorer.plot.view, box = view.el.getBoundingClientRect();
    const frame = view.frame;
    return [box.left + frame.x_scale.compute(source.data.x[row]),
            box.top + frame.y_scale.compute(source.data.y[row])];
  }
})()"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    sweep = (
        "# Does width matter? A sweep of the tests.\nformat: 1\nname: widths\n"
        "weights: {init: he, draws: 2}\nmeasure:\n  frame: {minimum: true}\n"
    )
    write_results(folder / "r.h5", 24, trained=True, sweep=sweep)
    write_report(folder / "r.h5", folder / "r.html")
    return folder


@pytest.mark.parametrize("width", [1400, 400])
def test_it_fits_the_window_and_needs_no_network(page: Page, folder: Path, width: int) -> None:
    page.requests.clear()
    page.open(folder / "r.html", width)
    assert not page.problems
    assert all(r.startswith(("file:", "data:", "blob:", "about:")) for r in page.requests)
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run("document.querySelector('.question').textContent") == "Does width matter?"
    picture = Image.open(page.picture(folder / f"{width}.png", whole=True))
    assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 100


def test_hover_names_a_point_and_a_click_shows_it(page: Page, folder: Path) -> None:
    page.open(folder / "r.html", 1400)
    x, y = page.run(_PLACE % (0, 8))
    page.move(x - 60, y)
    page.move(x, y)
    tips = "document.querySelector('.explorer').plot.view"
    page.wait(
        "(function find(root) { return [...root.querySelectorAll('*')].some((e) => "
        "(e.shadowRoot && find(e.shadowRoot)) || (/point:/.test(e.textContent) && "
        "!['SCRIPT', 'STYLE', 'BODY', 'MAIN'].includes(e.tagName) && !e.closest('#detail, nav'))) })"
        f"({tips}.el.getRootNode())"
    )
    page.click(x, y)
    page.wait("!document.querySelector('#detail').hidden")
    with open_results(folder / "r.h5") as dataset:
        width = int(dataset["width"][8])
    assert page.run("document.querySelector('#detail h3').textContent").startswith("Point 8: dense")
    shown = "document.querySelector('#detail .{}').textContent"
    assert page.run(shown.format("architecture")) == f"{{width: {width}}}"
    # The file's value, not the square root that the plots show.
    with open_results(folder / "r.h5") as dataset:
        potential = float(dataset["min_deep_frame_potential"][8])
    values = page.run("document.querySelector('#detail dl').textContent")
    listed = float(re.search(r"min_deep_frame_potential([-+.e\d]+)", values)[1])
    assert listed == pytest.approx(potential, rel=1e-3)
    sweep = yaml.safe_load(page.run(shown.format("yaml")))
    assert sweep["include"] == [{"width": width}] and sweep["name"] == "point-8"
    assert sweep["seed"] == 7 and sweep["measure"] == {"frame": {"minimum": True}}
    page.run("document.querySelector('#detail .yaml').previousElementSibling.click()")
    page.wait(
        "document.querySelector('#detail .yaml').previousElementSibling.textContent == 'copied'"
    )


def test_logarithmic_axes_have_labels_in_every_decade(page: Page, folder: Path) -> None:
    page.open(folder / "r.html", 1400)
    axis = "document.querySelector('.explorer').plot.plot"
    low, high = page.run(f"[{axis}.x_range.start, {axis}.x_range.end]")
    assert 4 < high / low < 1000
    shown = page.run(f"{axis}.below[0].ticker.ticks")
    wanted = {float(f"{digit}e{power}") for power in range(-9, 10) for digit in (1, 2, 5)}
    assert {tick for tick in wanted if low < tick < high} <= set(shown)


def test_tables_sort_and_filter(page: Page, folder: Path) -> None:
    page.open(folder / "r.html", 1400)
    with open_results(folder / "r.h5") as dataset:
        parameters = dataset["parameter_count"].to_numpy()
        dense = int((dataset["family"] == "dense").sum())
    table = "document.querySelector('#all-points table')"
    heads = page.run(f"[...{table}.tHead.rows[0].cells].map((c) => c.textContent)")
    column = heads.index("parameter_count")
    numbers = (
        f"[...{table}.tBodies[0].rows].map((r) => +r.cells[{column}].textContent.replace(/,/g, ''))"
    )
    assert page.run(numbers) == parameters.tolist()
    page.run(f"{table}.tHead.rows[0].cells[{column}].click()")
    assert page.run(numbers) == np.sort(parameters).tolist()
    page.run(f"{table}.tHead.rows[0].cells[{column}].click()")
    assert page.run(numbers) == np.sort(parameters)[::-1].tolist()
    box = "document.querySelector('#all-points input')"
    for words, count in (("dense", dense), ("parameter_count>=1000000000", 0), ("", 24)):
        page.run(f"{box}.value = '{words}'; {box}.dispatchEvent(new Event('input'))")
        assert page.run(f"{table}.tBodies[0].rows.length") == count
    limit = int(np.median(parameters))
    page.run(f"{box}.value = 'parameter_count>{limit}'; {box}.dispatchEvent(new Event('input'))")
    assert page.run(numbers) == np.sort(parameters[parameters > limit])[::-1].tolist()
    # A table of the page itself.
    page.run("document.querySelector('#statistics th:nth-child(4)').click()")
    least = page.run(
        "[...document.querySelectorAll('#statistics td:nth-child(4)')].map((c) => +c.textContent)"
    )
    assert least == sorted(least)
    # A row leads to its point.
    page.run(f"{table}.tBodies[0].rows[0].click()")
    shown = page.run("document.querySelector('#detail h3').textContent")
    assert shown.startswith(f"Point {np.argmax(parameters)}:")


def test_other_columns_and_families_can_be_chosen(page: Page, folder: Path) -> None:
    page.open(folder / "r.html", 1400)
    explorer = "document.querySelectorAll('.explorer')[1]"
    assert page.run(f"{explorer}.dataset.count") == "24"
    page.run(
        f"{explorer}.querySelector('select').value = 'min_deep_frame_potential';"
        f"{explorer}.querySelector('select').dispatchEvent(new Event('change'))"
    )
    page.wait(f"{explorer}.dataset.count == '16'")  # residual networks have no minimum here
    page.wait(f"{explorer}.plot.plot.left[0].axis_label == '√ min deep frame potential'")
    page.run(f"{explorer}.querySelector('.legend input').click()")
    assert page.run(f"{explorer}.plot.shown.chain.renderer.visible") is False
    page.run("document.querySelector('figure svg').dispatchEvent(new MouseEvent('click'))")
    assert page.run("document.querySelector('dialog').open") is True


def test_thirty_thousand_points_are_shown(page: Page, tmp_path: Path) -> None:
    path = write_results(tmp_path / "l.h5", 30_000, draws=1, layers=1)
    (tmp_path / "l.html").write_text(report(path))
    assert (tmp_path / "l.html").stat().st_size < 5_000_000
    page.open(tmp_path / "l.html", 1400)
    assert not page.problems
    assert page.run("document.querySelector('#all-points [role=status]').textContent").startswith(
        "30,000"
    )
    page.run("framesweepReport.show(29999)")
    assert page.run("document.querySelector('#detail h3').textContent").startswith("Point 29999:")


def test_the_copied_sweep_has_a_plan(page: Page, tmp_path: Path) -> None:
    program_path, results = (
        os.environ.get("FRAMESWEEP_PROGRAM"),
        os.environ.get("FRAMESWEEP_RESULTS"),
    )
    if not (program_path and results):
        pytest.skip("FRAMESWEEP_PROGRAM and FRAMESWEEP_RESULTS name no program and no file")
    write_report(results, tmp_path / "r.html")
    page.open(tmp_path / "r.html", 1400)
    page.run("framesweepReport.show(framesweepReport.data.point[3])")
    text = page.run("document.querySelector('#detail .yaml').textContent")
    (tmp_path / "one.yaml").write_text(text)
    command = [program_path, "plan", str(tmp_path / "one.yaml"), "--points"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert page.run("document.querySelector('#detail .architecture').textContent") in done.stdout
