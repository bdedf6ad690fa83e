"""One page about a results file, which opens offline and can be sent to a colleague."""

from __future__ import annotations

import base64
import io
import os
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import xarray as xr
import yaml
from matplotlib.figure import Figure

from .checksum import data_sha256
from .columns import depends_on_form, in_file_order
from .correlation import RankCorrelation, rank_correlation
from .errors import NothingToDraw, ResultsError
from .figures import FIGURES, score_table
from .figures.captions import describe
from .groups import Provenance, failures, network_texts, open_execution, provenance
from .interactive import explorers, page_file
from .load import open_results, select_ok, status_counts
from .pareto import pareto_front
from .selection import chosen_rows
from .summary import statistics_of
from .words import plural, signed

#: Above so many points figures are pictures: a vector for each point makes a heavy page.
_VECTORS = 2000
#: Rows of the tables of failures and of the front.
_ROWS = 40
#: Resamples behind the interval of a correlation, and the points above which there is none: it
#: would take longer than the rest of the page.
_RESAMPLES, _RESAMPLED = 200, 5000
#: Of more points correlations are those of so many, whose error is below 0.001.
_CORRELATED = 1_000_000
#: Of more points the page holds so many, for the plots that answer and for the table.
_EXPLORED = 30_000

_CORRELATIONS = (
    ("min_deep_frame_potential", "parameter_count"),
    ("min_deep_frame_potential", "layer_count"),
    ("min_deep_frame_potential", "deep_frame_potential"),
    ("deep_frame_potential", "parameter_count"),
    ("mutual_coherence", "deep_frame_potential"),
)


def write_report(
    path: str | os.PathLike[str], output: str | os.PathLike[str], *, title: str | None = None
) -> None:
    """Writes one page about a results file: provenance, figures, tables, failed points.

    The page holds all its figures and needs no network. It is the same for the same file.

    Raises `ResultsError` where the file cannot be read, `OSError` where the page cannot be written.
    """
    text = report(path, title=title)
    output = Path(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")


def report(path: str | os.PathLike[str], *, title: str | None = None) -> str:
    """The page of `write_report` as text."""
    path = Path(path)
    source = provenance(path)
    with warnings.catch_warnings():
        # The page says itself what these warnings say.
        warnings.simplefilter("ignore")
        with open_results(path) as dataset:
            count = dataset.sizes["point"]
            explored = dataset.isel(point=chosen_rows(count, _EXPLORED))
            explore, scripts = explorers(explored, path, source)
            if explore and count > _EXPLORED:
                explore = (
                    f'<p class="soft">{_EXPLORED:,} of {count:,} points, chosen at random.</p>{explore}'
                )
            sections = [
                ("explore", "The points", explore),
                ("scores", "Scores and the test error", _scores(dataset)),
                ("correlations", "Rank correlations", _correlations(dataset)),
                ("figures", "Figures", _figures(dataset, path)),
                ("statistics", "Statistics", _statistics(dataset)),
                ("front", "Best networks by size", _front(dataset, path)),
                ("table", "All points", '<div id="all-points"></div>' if explore else ""),
                ("failed", "Points that are not ok", _failed(dataset, path)),
                ("slowest", "Slowest points", _slowest(path)),
                ("provenance", "Provenance", _provenance(source, path)),
            ]
            head = _head(dataset, source, path, title)
    sections = [(key, name, body) for key, name, body in sections if body]
    links = "".join(f'<a href="#{key}">{escape(name)}</a>' for key, name, _ in sections)
    bodies = "".join(
        f'<section id="{key}"><h2>{escape(name)}</h2>{body}</section>'
        for key, name, body in sections
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title or _name(source, path))}</title>"
        f"<style>{page_file('report.css')}</style></head>"
        f"<body><header>{head}<nav>{links}</nav></header><main>{bodies}</main>"
        f"{scripts}<script>{page_file('report.js')}</script></body></html>\n"
    )


def _head(dataset: xr.Dataset, source: Provenance, path: Path, title: str | None) -> str:
    counts = status_counts(dataset)
    cards = [("points", dataset.sizes["point"]), *counts.items()]
    text = f"<h1>{escape(title or _name(source, path))}</h1>"
    question = _question(source.sweep)
    if question:
        text += f'<p class="question">{escape(question)}</p>'
    text += _varied(dataset)
    ends = [run.get("end") or run.get("start", "") for run in source.runs]
    made = f"computed by {_versions(source.runs)}" + (f", {max(ends)}" if any(ends) else "")
    text += f'<p class="soft">{escape(made)}</p><div class="cards">'
    for name, count in cards:
        text += f'<div class="card"><b>{count:,}</b>{escape(name.replace("_", " "))}</div>'
    text += "</div>"
    if not source.complete:
        pending = counts.get("pending", 0)
        text += (
            f'<p class="warning">Not complete: {plural(pending, "point")} '
            f"{'is' if pending == 1 else 'are'} pending. "
            "Everything below is about the points that were computed.</p>"
        )
    forms = set(pd.unique(select_ok(dataset)["form"].to_numpy())) - {"none"}
    if len(forms) > 1:
        text += (
            "<p>The points have frames in both forms. Compare values of one form only: values of the two "
            "forms cannot be compared.</p>"
        )
    if "analysis" in forms and _finite(dataset, "min_deep_frame_potential", "analysis"):
        text += (
            "<p>In the analysis form, a network whose layers read a single channel can reach the "
            "minimum. So a low minimum says little about an architecture there.</p>"
        )
    return text


def _name(source: Provenance, path: Path) -> str:
    """The sweep's name, or else that of the file."""
    try:
        sweep = yaml.safe_load(source.sweep)
    except yaml.YAMLError:
        sweep = None
    return str(sweep.get("name") or path.name) if isinstance(sweep, dict) else path.name


def _question(sweep: str) -> str:
    """The question in the comment at the top of the sweep file, or its first sentence."""
    words = []
    for line in sweep.splitlines():
        text = line.removeprefix("#")
        if not line.startswith("#") or not text.strip() or text.startswith("  "):
            break
        words.append(text.strip())
    text = " ".join(words)
    # The question that it asks, or else its first sentence.
    for end in ("? ", ". "):
        if end in f"{text} ":
            return text[: f"{text} ".index(end) + 1]
    return text


def _varied(dataset: xr.Dataset) -> str:
    """Which keys varied, over which values."""
    items = []
    for name in str(dataset.attrs.get("swept", "")).split():
        if name not in dataset.variables or dataset[name].dims != ("point",):
            continue
        values = [v for v in _levels(dataset[name].to_numpy()) if str(v) not in ("-1", "none")]
        if len(values) < 2:
            continue
        texts = [f"{v:,g}" if isinstance(v, (int, float, np.number)) else str(v) for v in values]
        if len(texts) > 8:
            texts = [f"{len(texts):,} values from {texts[0]} to {texts[-1]}"]
        items.append(f"{name.replace('_', ' ')}: {', '.join(texts)}")
    count = plural(dataset.sizes["point"], "network")
    what = f"{count}. Varied: {'; '.join(items)}." if items else f"{count}."
    return f"<p>{escape(what)}</p>"


def _levels(values: np.ndarray) -> list[object]:
    """The different values, ascending."""
    return sorted(pd.unique(values).tolist())


def _finite(dataset: xr.Dataset, name: str, form: str) -> bool:
    if name not in dataset:
        return False
    values = dataset[name].to_numpy()[dataset["form"].to_numpy() == form]
    return bool(np.isfinite(values).any())


def _figures(dataset: xr.Dataset, path: Path) -> str:
    text, absent = "", []
    for name, kind in FIGURES.items():
        try:
            figure = kind.draw(dataset, path)
        except NothingToDraw as reason:
            absent.append(f"{name}: {str(reason).removeprefix('nothing to draw: ')}")
            continue
        except ResultsError as reason:
            absent.append(f"{name}: {reason}")
            continue
        caption = describe(name, dataset, figure)
        picture = _picture(figure, name, caption, vector=dataset.sizes["point"] <= _VECTORS)
        text += f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"
    if absent:
        items = "".join(f"<li>{escape(line)}</li>" for line in absent)
        text += '<details class="soft"><summary>Figures without data</summary>'
        text += f"<ul>{items}</ul></details>"
    return text


def _picture(figure: Figure, name: str, caption: str, *, vector: bool) -> str:
    label = escape(caption, quote=True)
    if vector:
        # Letters as shapes look the same where the reader lacks the font; ids must not clash.
        with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": name}):
            buffer = io.StringIO()
            figure.savefig(buffer, format="svg", metadata={"Date": None})
        drawing = buffer.getvalue()
        drawing = drawing[drawing.index("<svg") :]
        for mark in ('id="', 'href="#', "url(#"):
            drawing = drawing.replace(mark, f"{mark}{name}-")
        return drawing.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    pixels = io.BytesIO()
    figure.savefig(pixels, format="png", dpi=200, metadata={"Software": None})
    data = base64.b64encode(pixels.getvalue()).decode()
    width = round(figure.get_figwidth() * 96)
    return f'<img alt="{label}" width="{width}" src="data:image/png;base64,{data}">'


def _statistics(dataset: xr.Dataset) -> str:
    ok = select_ok(dataset)
    if ok.sizes["point"] == 0:
        return "<p>No point is ok, so there are no statistics.</p>"
    rows: list[list[object]] = []
    forms = ok["form"].to_numpy()
    of_frame = [n for n in ok.data_vars if depends_on_form(n)]
    # Deviations of neural frames over images would double the table.
    others = [n for n in ok.data_vars if n not in of_frame and not str(n).endswith("_std")]
    parts = [(f, ok[of_frame].isel(point=forms == f)) for f in dict.fromkeys(forms)]
    parts.append(("", ok[others]))
    for form, part in parts:
        for name, count, least, median, most in statistics_of(part):
            rows.append([name, form, f"{count:,}", f"{least:.6g}", f"{median:.6g}", f"{most:.6g}"])
    order = in_file_order(dataset)
    rows.sort(key=lambda row: order.index(str(row[0])))
    heads = ["statistic", "form", "values", "smallest", "median", "largest"]
    return _table(heads, rows, numbers={2, 3, 4, 5})


def _front(dataset: xr.Dataset, path: Path) -> str:
    if "min_deep_frame_potential" not in dataset:
        return ""
    text = ""
    for form in ("synthesis", "analysis"):
        of_form = dataset.isel(point=dataset["form"].to_numpy() == form)
        if of_form.sizes["point"] == 0:
            continue
        front = pareto_front(of_form, "parameter_count", "min_deep_frame_potential")
        count = front.sizes["point"]
        if count == 0:
            continue
        kept = np.unique(np.linspace(0, count - 1, min(count, _ROWS)).round().astype(int))
        front = front.isel(point=kept)
        points = [int(p) for p in front["point"].to_numpy()]
        roots = np.sqrt(np.maximum(front["min_deep_frame_potential"].to_numpy(), 0))
        rows = [
            [point, family, f"{parameters:,}", f"{root:.6g}", _shortened(architecture)]
            for point, family, parameters, root, architecture in zip(
                points,
                front["family"].to_numpy(),
                front["parameter_count"].to_numpy(),
                roots,
                _architectures(path, points),
                strict=True,
            )
        ]
        shown = "" if len(kept) == count else f", {len(kept)} of them"
        text += (
            f"<p>{form.capitalize()} form: the {plural(count, 'network')} that no other one beats in both "
            f"size and minimum{shown}.</p>"
        )
        heads = ["point", "family", "parameters", "√ minimum potential", "architecture"]
        text += _table(heads, rows, numbers={0, 2, 3})
    return text


def _correlations(dataset: xr.Dataset) -> str:
    rows: list[list[object]] = []
    resamples = _RESAMPLES if dataset.sizes["point"] <= _RESAMPLED else 0
    for form in ("synthesis", "analysis"):
        members = np.flatnonzero(dataset["form"].to_numpy() == form)
        members = members[chosen_rows(len(members), _CORRELATED)]
        of_form = dataset.isel(point=members)
        for first, second in _CORRELATIONS:
            if first not in dataset or second not in dataset:
                continue
            try:
                found = [
                    rank_correlation(of_form, first, second, method=m, resamples=resamples)
                    for m in ("kendall", "spearman")
                ]
            except ResultsError:
                continue
            cells = [_with_interval(f) for f in found]
            rows.append([first, second, form, f"{found[0].count:,}", *cells])
    if not rows:
        return ""
    note = ""
    if resamples:
        note = (
            f"<p>The intervals hold 95 % of {resamples} resamples of the points. The points of a grid are "
            "not a random sample: an interval says how much a number depends on single points.</p>"
        )
    heads = ["column", "with", "form", "points", "Kendall τ", "Spearman ρ"]
    return note + _table(heads, rows, numbers={3, 4, 5})


def _with_interval(found: RankCorrelation) -> str:
    text = signed(found.estimate)
    if np.isfinite(found.low):
        text += f" [{signed(found.low)}, {signed(found.high)}]"
    return text


def _scores(dataset: xr.Dataset) -> str:
    try:
        table = score_table(dataset)
    except ResultsError:
        return ""
    heads = ["score", *(f"{family}, {form}" for family, form, _ in table.groups)]
    rows = [
        [name, *("" if cell is None else _with_interval(cell) for cell in cells)]
        for name, cells in zip(table.scores, table.cells, strict=True)
    ]
    counts = ", ".join(f"{count:,} {family} ({form})" for family, form, count in table.groups)
    note = (
        f"<p>Kendall's τ of each score with the {escape(table.outcome.replace('_', ' '))}, the strongest "
        f"first, over {escape(counts)} networks. Below 0: larger scores, smaller errors. The intervals "
        "hold 95 % of resamples of the networks.</p>"
    )
    return note + _table(heads, rows, numbers=range(1, len(heads)))


def _failed(dataset: xr.Dataset, path: Path) -> str:
    status = dataset["status"].to_numpy()
    bad = np.flatnonzero((status != "ok") & (status != "pending"))
    if not len(bad):
        return "<p>None.</p>"
    messages = dict(failures(path).to_numpy().tolist())
    points = dataset["point"].to_numpy()[bad]
    shown = [int(point) for point in points[:_ROWS]]
    rows = [
        [point, status[row], messages.get(point, ""), _shortened(architecture)]
        for point, row, architecture in zip(
            shown, bad[:_ROWS], _architectures(path, shown), strict=True
        )
    ]
    more = f"<p>And {len(bad) - _ROWS:,} more.</p>" if len(bad) > _ROWS else ""
    return _table(["point", "status", "message", "architecture"], rows, numbers={0}) + more


def _slowest(path: Path) -> str:
    try:
        execution = open_execution(path)
    except ResultsError:
        return ""
    seconds = np.nan_to_num(execution["wall_seconds"].to_numpy())
    order = np.argsort(-seconds, kind="stable")[:10]
    order = order[seconds[order] > 0]
    if not len(order):
        return ""
    points = [int(execution["point"].to_numpy()[row]) for row in order]
    rows = [
        [point, f"{seconds[row]:.4g}", int(execution["rank"].to_numpy()[row]), _shortened(text)]
        for point, row, text in zip(points, order, _architectures(path, points), strict=True)
    ]
    total = f"<p>{seconds.sum():,.4g} s for all points together.</p>"
    return _table(["point", "seconds", "rank", "architecture"], rows, numbers={0, 1, 2}) + total


def _provenance(source: Provenance, path: Path) -> str:
    computed = data_sha256(path)
    agrees, warning = "as computed again for this page", ""
    if computed != source.data_sha256:
        agrees = f"but the data have {computed}: the file was changed after framesweep wrote it"
        warning = ' class="warning"'
    text = f"<p{warning}>Data checksum <code>{escape(source.data_sha256)}</code>, {agrees}.</p>"
    text += f"<p>Plan <code>{escape(source.plan_sha256)}</code>.</p>"
    names = list(dict.fromkeys(name for run in source.runs for name in run))
    if source.runs:
        rows: list[list[object]] = [
            [
                name.replace("_", " "),
                *(run.get(name, "").replace("\n", ", ") for run in source.runs),
            ]
            for name in names
        ]
        text += _table(["", *(f"run {index}" for index in range(len(source.runs)))], rows)
    if source.sweep:
        text += f"<h3>Sweep file</h3><pre>{escape(source.sweep)}</pre>"
    stamp = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return text + f'<p class="soft">From {escape(path.name)} of {stamp}.</p>'


def _versions(runs: Sequence[dict[str, str]]) -> str:
    versions = sorted({run["framesweep_version"] for run in runs if "framesweep_version" in run})
    return "framesweep " + (" and ".join(versions) or "of unknown version")


def _architectures(path: Path, points: Sequence[int]) -> list[str]:
    try:
        return network_texts(path, points)
    except ResultsError:
        return [""] * len(points)


def _shortened(text: str, length: int = 160) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[int] = ()
) -> str:
    """A table; rows of points, whose first column is their number, lead to the point."""
    right = set(numbers)
    of_points = bool(heads) and heads[0] == "point"

    def cell(tag: str, column: int, value: object) -> str:
        kind = ' class="number"' if column in right else ""
        long = heads[column] in ("architecture", "message") or heads[column].startswith("run ")
        kind = ' class="text"' if long else kind
        return f"<{tag}{kind}>{escape(str(value))}</{tag}>"

    head = "".join(cell("th", column, name) for column, name in enumerate(heads))
    body = "".join(
        (f'<tr data-point="{row[0]}">' if of_points else "<tr>")
        + "".join(cell("td", c, v) for c, v in enumerate(row))
        + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll">{table}</div>'
