"""The report: one page, whole, honest about what is missing, and the same for the same file."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import h5py
import numpy as np
import pytest
from results_file import write_results

from framesweep_analysis import report, write_report
from framesweep_analysis.groups import network_texts

_VOID = {"meta", "img", "br", "path", "use", "rect", "stop"}


class Page(HTMLParser):
    """Checks that elements close in order, and collects texts, ids and references."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""
        self.ids: list[str] = []
        self.references: list[str] = []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("src", "href", "xlink:href") and value:
                self.references.append(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_is_whole_and_needs_nothing_else(tmp_path: Path) -> None:
    path = write_results(tmp_path / "r.h5", neural=True, layers=4)
    write_report(path, tmp_path / "out" / "r.html", title="Wide & deep")
    text = (tmp_path / "out" / "r.html").read_text()
    page = Page(text)
    assert text.count("<figure>") == 9
    assert len(page.ids) == len(set(page.ids))
    assert all(r.startswith(("#", "data:")) for r in page.references), page.references
    assert {r[1:] for r in page.references if r.startswith("#")} <= set(page.ids)
    assert "60 networks. Varied: family: chain, dense, residual;" in page.words
    assert "Wide & deep" in page.words and "name: <made up>" in page.words
    assert "as computed again for this page" in page.words
    assert re.search(r"min_deep_frame_potentialsynthesis40", page.words)


def test_only_statistics_of_frames_are_told_apart_by_form(tmp_path: Path) -> None:
    path = write_results(tmp_path / "t.h5", trained=True)
    with h5py.File(path, "r+") as file:
        for name, source in (
            ("trained_neural_gain_mean", "neural_gain_mean"),
            ("trained_deep_frame_potential", "deep_frame_potential"),
        ):
            file.copy(source, name)
            for axis, old in enumerate(file[source].dims):
                file[name].dims[axis].attach_scale(old[0])
    words = Page(report(path)).words
    for name, forms in (
        ("neural_gain_mean", ["720"]),
        ("test_error", ["120"]),
        ("deep_frame_potential", ["synthesis80", "analysis40"]),
    ):
        for prefix in ("", "trained_") if name != "test_error" else ("",):
            for form in forms:
                assert f"{prefix}{name}{form}" in words, (prefix, name, form)


def test_the_page_opens_on_the_question_of_the_sweep(tmp_path: Path) -> None:
    sweep = "# How does <width> matter, and\n# depth? It takes a minute:\n#\n#   framesweep run\nname: w\n"
    text = report(write_results(tmp_path / "q.h5", sweep=sweep))
    assert '<p class="question">How does &lt;width&gt; matter, and depth?</p>' in text
    assert "<h1>w</h1>" in text


def test_scores_are_ranked_where_networks_were_trained(tmp_path: Path) -> None:
    words = Page(report(write_results(tmp_path / "t.h5", 60, trained=True))).words
    assert "Kendall's τ of each score with the test error" in words
    few = Page(report(write_results(tmp_path / "f.h5", 15, trained=True))).words
    assert "Kendall's τ of each score" in few and "nan" not in few.split("Statistics")[0]


def test_the_same_file_gives_the_same_page(results: Path) -> None:
    assert report(results) == report(results)


def test_large_sweeps_have_pictures(tmp_path: Path) -> None:
    text = report(write_results(tmp_path / "large.h5", 2500, draws=1, layers=1))
    page = Page(text)
    assert text.count("data:image/png;base64,") == text.count("<figure>") >= 4
    assert len(text) < 3_000_000
    assert "intervals" not in page.words or "2,500" in page.words


def test_partial_and_failed_sweeps_say_so(tmp_path: Path) -> None:
    status = np.ones(60, dtype=np.int8)
    status[:5], status[50:] = 2, 0
    path = write_results(
        tmp_path / "p.h5", change={"status": status}, errors={2: "too <wide> a layer"}
    )
    words = Page(report(path)).words
    assert "Not complete: 10 points are pending" in words
    assert "2failedtoo <wide> a layer" in words
    assert "5failed" in words


@pytest.mark.parametrize("code", [0, 2, 7])
def test_sweeps_without_ok_points_have_a_page(tmp_path: Path, code: int) -> None:
    path = write_results(tmp_path / "n.h5", 5, change={"status": np.full(5, code, np.int8)})
    assert "No point is ok" in Page(report(path)).words


def test_a_changed_file_is_noticed(results: Path) -> None:
    with h5py.File(results, "r+") as file:
        file["seed"][0] = 8
    assert "the file was changed after framesweep wrote it" in Page(report(results)).words


def test_networks_from_files_are_named_as_a_sweep_names_them(results: Path, tmp_path: Path) -> None:
    with h5py.File(results, "r+") as file:
        for name in ("family", "form"):
            file[name][3] = -1
        points = file["points"]
        points["architecture"][3] = "{onnx: 0123456789abcdef, input: [1, 8, 8]}"
        weights = ["{init: he, draws: 2}"] * points["architecture"].shape[0]
        weights[3] = '{onnx: "nets/a.onnx"}'
        points.create_dataset("weights", data=weights, dtype=h5py.string_dtype())
    texts = network_texts(results)
    assert texts[3] == '{network: {onnx: "nets/a.onnx"}}' and texts[2].startswith("{width: ")
    write_report(results, tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text()
    found = re.search(r'id="report-data">([^<]*)<', text)
    assert found
    data = json.loads(gzip.decompress(base64.b64decode(found[1])))
    assert data["architecture"][3] == texts[3] and data["about"][3].startswith(texts[3])
    assert data["families"][data["family"][3]] == "from files"
