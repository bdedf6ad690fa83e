"""A caption and a sentence on methods for every figure, from the file that it shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from ..columns import axis_label, is_squared
from ..errors import ResultsError
from ..groups import Provenance
from ..load import select_ok, status_counts
from ..words import plural
from .axes import default_axis, default_outcome, default_score
from .depth_width import default_potential
from .style import family_order, family_text

#: What each figure shows, in the words of its reader. A sentence behind words is there if the legend or
#: a title of the figure has all of these words.
_SHOWS: dict[str, tuple[str | tuple[tuple[str, ...], str], ...]] = {
    "potential": (
        "Square root of the minimum deep frame potential against the number of parameters.",
        "Each mark is an architecture.",
        (
            ("lowest up to that size",),
            "Lines run along the lowest value of one colour among networks with at most so many parameters.",
        ),
        (
            ("iteration limit",),
            "Hollow marks: the search stopped at its iteration limit, and the minimum may be lower.",
        ),
        (("synthesis form", "analysis form"), "Values of the two forms cannot be compared."),
    ),
    "trend": (
        "{column} over {over}.",
        "Lines are medians over all draws and networks of one colour.",
        (("middle half",), "Bands hold the middle half."),
    ),
    "scatter": (
        "{column} against {over}.",
        "Each mark is a network, at the mean over its draws; numbers are those of points.",
        (("Kendall",), "Kendall's τ is that of all networks of a panel."),
        (("95 %",), "Its interval is a 95 % bootstrap interval over networks."),
    ),
    "depth-width": (
        "{column} over depth and width, the median of the networks in each cell.",
        (("not computed",), "Grey: not computed."),
        (("no such network",), "Hatched: not in the sweep."),
        ((", synthesis", ", analysis"), "Each form has a colour scale of its own."),
    ),
    "draws": (
        "Square root of the deep frame potential of each draw of the weights.",
        (("minimum of the architecture",), "Black: the minimum that the architecture allows."),
    ),
    "profiles": (
        "Neural frames by layer, for each family of perturbations.",
        ((" network",), "Lines are medians over networks and draws of means over images."),
        (
            ("std over images",),
            "Lines are means over the images and draws of one network, and bands hold one standard "
            "deviation over images.",
        ),
        (("middle half",), "Bands hold the middle half."),
        "Ranks are divided by the number of directions.",
    ),
    "overlap": (
        "Overlap of the subspaces that two families of perturbations span, by layer: 1 if one contains "
        "the other, 0 if they are orthogonal.",
        "Lines are medians.",
        (("middle half",), "Bands hold the middle half."),
        (("random subspaces",), "Grey: the expectation for random subspaces."),
    ),
    "trained-frames": (
        "Neural frames before and after training, by layer: means over draws and the deepest networks "
        "of each family.",
    ),
    "robustness": (
        "Test error without attack (black) and under attacks of several radii.",
        "Dots are draws, lines their means.",
    ),
    "correlation": (
        "Kendall's τ of each score with {column}, by family and form of the frame.",
        "Small numbers are 95 % bootstrap intervals over networks; τ is bold if its interval excludes 0.",
    ),
    "published": (
        "Kendall's τ of each score with published errors; above 0, larger scores go with larger errors.",
        (("held fixed",), "Triangles: Kendall's partial τ with the number of parameters held fixed."),
        (
            ("within equal size",),
            "Diamonds: the mean of τ among networks with about the same number of parameters.",
        ),
        "Lines are 95 % bootstrap intervals over networks.",
    ),
    "cost": ("CPU time of each point against its prediction; on the line they agree.",),
    "timeline": ("When each rank computed.", "Every bar is a point."),
}
#: Figures of the induced frame, and of neural frames: whose definitions they use.
_FRAME = ("potential", "depth-width", "draws")
_NEURAL = ("profiles", "overlap", "trained-frames")


def caption(
    name: str,
    dataset: xr.Dataset,
    figure: Figure,
    source: Provenance | None = None,
    *,
    column: str | None = None,
    over: str | None = None,
) -> str:
    """The caption of a figure of an open file: what it shows, of which sweep, and how it was made.

    `column` and `over` are the options that the figure was drawn with. `source` names versions.
    """
    ok = select_ok(dataset)
    shown = describe(name, dataset, figure, column=column, over=over)
    return " ".join([shown, _sweep(dataset, ok), *_methods(name, ok, source)])


def describe(
    name: str,
    dataset: xr.Dataset,
    figure: Figure,
    *,
    column: str | None = None,
    over: str | None = None,
) -> str:
    """The part of a caption that says what the figure shows."""
    drawn = _words(figure)
    sentences = [
        part if isinstance(part, str) else part[1]
        for part in _SHOWS[name]
        if isinstance(part, str) or all(word in drawn for word in part[0])
    ]
    shown = " ".join(sentences)
    if "{" in shown:
        ok = select_ok(dataset)
        column, over = _columns(name, ok, column, over)
        lower = name == "correlation"
        shown = shown.format(
            column=_label(ok, column, lower=lower), over=_label(ok, over, lower=True)
        )
    return shown[:1].upper() + shown[1:]


def _words(figure: Figure) -> str:
    """The words of a figure's legends and titles."""
    legends = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return "\n".join(legends + [axes.get_title(loc="left") for axes in figure.axes])


def _columns(name: str, ok: xr.Dataset, column: str | None, over: str | None) -> tuple[str, str]:
    """The columns that the figure chooses by itself."""
    if name == "correlation":
        return column or "test_error", ""
    if name == "depth-width":
        return column or default_potential(ok), ""
    try:
        column = column or default_outcome(ok, over)
        over = over or (default_axis if name == "trend" else default_score)(ok, column)
    except ResultsError:
        return column or "", over or ""
    return column, over


def _label(ok: xr.Dataset, name: str, *, lower: bool = False) -> str:
    if not name or name not in ok.variables:
        return name
    text = axis_label(ok, name)
    if is_squared(name):
        text = f"square root of the {text[:1].lower()}{text[1:]}"
    return text[:1].lower() + text[1:] if lower else text


def _sweep(dataset: xr.Dataset, ok: xr.Dataset) -> str:
    name = str(dataset.attrs.get("sweep_name", ""))
    family = ok["family"].to_numpy().astype(str)
    parts = [f"{(family == f).sum():,} {family_text(f)}" for f in family_order(family)]
    networks = plural(ok.sizes["point"], "network")
    text = f"{networks} ({', '.join(parts)})" if parts else networks
    lost = {k: n for k, n in status_counts(dataset).items() if k != "ok"}
    if lost:
        words = ", ".join(f"{n:,} {k.replace('_', ' ')}" for k, n in lost.items())
        text += f"; not shown: {words}"
    return f"Sweep “{name}”: {text}." if name else f"{text}."


def _methods(name: str, ok: xr.Dataset, source: Provenance | None) -> Sequence[str]:
    sentences = []
    versions = (
        sorted({r["framesweep_version"] for r in source.runs if "framesweep_version" in r})
        if source
        else []
    )
    by = f"framesweep {' and '.join(versions)}" if versions else "framesweep"
    plan = f" (plan {source.plan_sha256[:8]})" if source and source.plan_sha256 else ""
    sentences.append(f"Methods: computed with {by}{plan}.")
    if name in _FRAME and "minimum_status" in ok:
        found = status_texts(ok)
        if found:
            sentences.append(f"Minima: {found}.")
    draws = ok.sizes.get("draw", 0)
    if draws and name not in ("potential", "timeline", "cost"):
        sentences.append(f"{plural(draws, 'draw')} of the weights of each network.")
    if name in _NEURAL and "direction_count" in ok.coords:
        counts = ok["direction_count"].to_numpy()
        names = ok["perturbation"].to_numpy()
        parts = [
            f"{n} {int(c)}" if np.isfinite(c) else str(n)
            for n, c in zip(names, counts, strict=True)
        ]
        sentences.append(f"Directions: {', '.join(parts)}.")
    if name in _FRAME:
        sentences.append("Definitions: Murdock and Lucey (2020).")
    elif name in _NEURAL:
        sentences.append("Definitions: Kvinge and others (2022).")
    return sentences


def status_texts(ok: xr.Dataset) -> str:
    """How the minima were found, in words: 24 exact, 3 searched and converged."""
    words = {
        "closed_form": "exact",
        "converged": "searched and converged",
        "certified": "searched and certified by a lower bound",
        "conjectured": "from a closed form that is not proved",
        "iteration_limit": "searched up to the iteration limit",
    }
    labels, counts = np.unique(ok["minimum_status"].to_numpy().astype(str), return_counts=True)
    found = dict(zip(labels.tolist(), counts.tolist(), strict=True))
    return ", ".join(f"{found[key]:,} {text}" for key, text in words.items() if key in found)
