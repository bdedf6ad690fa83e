"""The command line: `python -m framesweep_analysis COMMAND`."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NoReturn

import h5py
import xarray as xr

from .checksum import data_sha256, stored_sha256
from .columns import point_values, require_columns
from .compare import differences
from .correlation import METHODS, rank_correlation
from .errors import ResultsError, ResultsWarning, UsageError, WeightsError
from .load import open_results
from .figures import FIGURES, caption, save_figure
from .groups import provenance
from .pareto import pareto_front
from .published import join_published, outcomes
from .ranking import agreement_markdown, agreements, markdown, rank_published
from .report import write_report
from .selection import select_where
from .summary import summary
from .table import to_table
from .weights import SHORTCUTS, load_arrays, write_weights

_FORMATS = ("png", "svg", "pdf")

#: Exit codes, those of `framesweep`.
_USAGE, _BAD_INPUT, _CANNOT_WRITE = 64, 65, 73


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are a line like all others, with a suggestion."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}, see {self.prog} -h")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code, which is not 0 if standard error has a reason."""
    try:
        options = _parser().parse_args(arguments)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ResultsWarning)
            code: int = options.run(options)
        for warning in caught:
            if issubclass(warning.category, ResultsWarning):
                print(f"note: {warning.message}", file=sys.stderr)
        return code
    except (ResultsError, WeightsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return _USAGE if isinstance(error, UsageError) else _BAD_INPUT
    except BrokenPipeError:
        # The reader has seen enough; Python's own attempt to flush at the end would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        # Files that are read are opened by functions that throw errors of their own.
        return _CANNOT_WRITE


def _figure(options: argparse.Namespace) -> int:
    ending = options.output.rsplit(".", 1)[-1].lower()
    if ending not in _FORMATS:
        raise UsageError(f"{options.output}: expected a name that ends in .png, .svg or .pdf")
    kind = FIGURES[options.name]
    if len(options.file) > 1 and not kind.several:
        raise UsageError(f"{options.name} is a figure of one file, {len(options.file)} are given")
    given = {name: getattr(options, name) for name in ("form", "column", "over", "by", "point")}
    given = {name: value for name, value in given.items() if value is not None}
    first = options.file[0]
    with ExitStack() as files:
        datasets = [
            _selected(files.enter_context(open_results(path)), options) for path in options.file
        ]
        shown = datasets if kind.several else datasets[0]
        figure = kind.draw(shown, first, **given)
        save_figure(figure, options.output)
        print(options.output)
        if options.caption:
            chosen = {name: given.get(name) for name in ("column", "over")}
            print(caption(options.name, datasets[0], figure, provenance(first), **chosen))
    return 0


def _summary(options: argparse.Namespace) -> int:
    with open_results(options.file) as dataset:
        print(summary(dataset, options.file))
    return 0


def _report(options: argparse.Namespace) -> int:
    if not options.output.lower().endswith((".html", ".htm")):
        raise UsageError(f"{options.output}: expected a name that ends in .html")
    write_report(options.file, options.output, title=options.title)
    print(options.output)
    return 0


def _table(options: argparse.Namespace) -> int:
    with open_results(options.file) as dataset:
        dataset = _selected(dataset, options)
        columns = options.columns.split(",") if options.columns else None
        along = [name for words in options.along for name in words.split(",")]
        table = to_table(dataset, columns, along=along, ok=options.ok)
    table.to_csv(sys.stdout, index=False)
    return 0


def _correlate(options: argparse.Namespace) -> int:
    with open_results(options.file) as dataset:
        for name, part in _groups(_selected(dataset, options), options.by):
            try:
                found = rank_correlation(part, options.first, options.second, method=options.method)
                print(f"{name}{found}")
            except ResultsError as error:
                if not options.by:
                    raise
                print(f"{name}{error}")
    return 0


def _pareto(options: argparse.Namespace) -> int:
    shown = ["point", "family", "form", options.first, options.second]
    with open_results(options.file) as dataset:
        dataset = _selected(dataset, options)
        front = pareto_front(dataset, options.first, options.second, maximise=options.maximise)
        lines = [[*shown]]
        columns = [
            front[name].to_numpy() if name in shown[:3] else point_values(front, name)
            for name in shown
        ]
    for row in zip(*columns, strict=True):
        lines.append([f"{v:.8g}" if isinstance(v, float) else str(v) for v in row])
    widths = [max(len(line[column]) for line in lines) for column in range(len(shown))]
    for line in lines:
        print("  ".join(word.rjust(width) for word, width in zip(line, widths, strict=True)))
    return 0


def _published(options: argparse.Namespace) -> int:
    if not options.table:
        raise UsageError("published needs a table of published errors, expected --table TABLE")
    with open_results(options.file) as dataset:
        print(f"{options.file}, data_sha256 {stored_sha256(options.file)}")
        dataset = _selected(dataset, options)
        for outcome in [options.column] if options.column else outcomes(dataset):
            print("", outcome, "", *markdown(rank_published(dataset, outcome)), sep="\n")
        found = agreements(dataset)
        if found:
            print("", "Numbers that both have", "", *agreement_markdown(found), sep="\n")
    return 0


def _groups(dataset: xr.Dataset, by: str | None) -> list[tuple[str, xr.Dataset]]:
    if not by:
        return [("", dataset)]
    require_columns(dataset, by)
    if dataset[by].dims != ("point",) or dataset[by].dtype.kind == "f":
        raise ResultsError(
            f"--by is {by}, expected a column with one label or whole number per point, such as "
            "family"
        )
    values = dataset[by].to_numpy()
    levels = list(dict.fromkeys(values.tolist()))
    width = max(len(str(level)) for level in levels) + 2 if levels else 0
    return [(str(level).ljust(width), dataset.isel(point=values == level)) for level in levels]


def _selected(dataset: xr.Dataset, options: argparse.Namespace) -> xr.Dataset:
    """The part of the data set that --select asks for, with the columns of each --table."""
    dataset = select_where(dataset, options.select)
    for path in options.table:
        joined = join_published(dataset, path, where=options.where)
        print(f"note: {joined}", file=sys.stderr)
        dataset = joined.dataset
    return dataset


def _checksum(options: argparse.Namespace) -> int:
    with open_results(options.file):
        pass
    computed, stored = data_sha256(options.file), stored_sha256(options.file)
    if computed != stored:
        raise ResultsError(
            f"{options.file}: the data have the checksum {computed}, the file says {stored}: "
            "it was changed after framesweep wrote it"
        )
    print(computed)
    return 0


def _compare(options: argparse.Namespace) -> int:
    for path in (options.first, options.second):
        with open_results(path):
            pass
    found = differences(options.first, options.second)
    for line in found[:20]:
        print(line)
    if len(found) > 20:
        print(f"and {len(found) - 20} more")
    return 1 if found else 0


def _weights(options: argparse.Namespace) -> int:
    architecture = options.architecture
    if options.like:
        path, _, point = options.like.rpartition(":")
        if not path or not point.isdigit():
            raise WeightsError(f"--like is {options.like!r}, expected RESULTS.h5:POINT")
        with open_results(path):
            pass
        with h5py.File(path) as file:
            texts = file["points/architecture"]
            if int(point) >= len(texts):
                raise WeightsError(f"{path}: has no point {point}, expected 0 to {len(texts) - 1}")
            architecture = texts.asstr()[int(point)]
    for line in write_weights(
        load_arrays(options.file),
        architecture,
        options.output,
        group=options.group,
        skip=options.skip,
        layers=options.layer,
        shortcuts=options.shortcut or SHORTCUTS,
        fold_batch_norm=options.fold_batch_norm,
    ):
        print(line)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=os.environ.get("FRAMESWEEP_COMMAND", "python -m framesweep_analysis"),
        description="Look at a framesweep results file, or make a weights file.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    figure = commands.add_parser("figure", help="draw a figure")
    figure.add_argument(
        "name",
        type=_figure_name,
        metavar="NAME",
        help="; ".join(f"{name}: {kind.summary}" for name, kind in FIGURES.items()),
    )
    figure.add_argument("file", metavar="FILE", nargs="+", help="results file")
    figure.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="figure to write: .png, .svg or .pdf"
    )
    figure.add_argument(
        "--form", choices=("synthesis", "analysis"), help="of potential: this form only"
    )
    figure.add_argument("--column", help="of trend, scatter, correlation, …: the column to show")
    figure.add_argument(
        "--over", metavar="COLUMN", help="of trend and scatter: the horizontal axis"
    )
    figure.add_argument(
        "--by",
        metavar="COLUMN",
        help="of potential, trend and scatter: what has a colour each, the family by default",
    )
    figure.add_argument(
        "--caption", action="store_true", help="print a caption too, with a sentence on methods"
    )
    figure.add_argument("--point", type=int, help="of profiles and overlap: this point only")
    _add_select(figure)
    figure.set_defaults(run=_figure)

    page = commands.add_parser("report", help="write one page with figures and tables")
    page.add_argument("file", metavar="FILE", help="results file")
    page.add_argument("-o", "--output", required=True, metavar="OUT", help="page to write: .html")
    page.add_argument("--title", help="the page's title, the name of the file by default")
    page.set_defaults(run=_report)

    table = commands.add_parser("table", help="print the points as CSV")
    table.add_argument("file", metavar="FILE", help="results file")
    table.add_argument("--columns", metavar="A,B", help="columns, all of the points by default")
    table.add_argument(
        "--along",
        action="append",
        default=[],
        metavar="A,B",
        help="a row for each value of these dimensions too, such as draw",
    )
    table.add_argument("--ok", action="store_true", help="only points whose status is ok")
    _add_select(table)
    table.set_defaults(run=_table)

    correlate = commands.add_parser(
        "correlate", help="rank correlation between two columns, with its bootstrap interval"
    )
    correlate.add_argument("file", metavar="FILE", help="results file")
    correlate.add_argument("first", metavar="COLUMN")
    correlate.add_argument("second", metavar="COLUMN")
    correlate.add_argument("--method", choices=METHODS, default=METHODS[0])
    correlate.add_argument("--by", metavar="COLUMN", help="one for each value of this column")
    _add_select(correlate)
    correlate.set_defaults(run=_correlate)

    published = commands.add_parser(
        "published", help="rank correlations of every score with published errors, as Markdown"
    )
    published.add_argument("file", metavar="FILE", help="results file")
    published.add_argument("--column", help="one of the published errors, all by default")
    _add_select(published)
    published.set_defaults(run=_published)

    pareto = commands.add_parser("pareto", help="points that no other beats in two columns")
    pareto.add_argument("file", metavar="FILE", help="results file")
    pareto.add_argument("first", metavar="COLUMN", help="such as parameter_count")
    pareto.add_argument("second", metavar="COLUMN", help="such as min_deep_frame_potential")
    pareto.add_argument(
        "--maximise",
        action="append",
        default=[],
        metavar="COLUMN",
        help="take the largest of this column for the best",
    )
    _add_select(pareto)
    pareto.set_defaults(run=_pareto)

    summarise = commands.add_parser("summary", help="print counts and ranges")
    summarise.add_argument("file", metavar="FILE", help="results file")
    summarise.set_defaults(run=_summary)

    checksum = commands.add_parser(
        "checksum", help="recompute data_sha256, print it, and fail if the file says another"
    )
    checksum.add_argument("file", metavar="FILE", help="results file")
    checksum.set_defaults(run=_checksum)

    compare = commands.add_parser(
        "compare",
        help="print what differs outside /execution and /provenance, and fail if anything does",
    )
    compare.add_argument("first", metavar="FILE", help="results file")
    compare.add_argument("second", metavar="FILE", help="results file of the same sweep")
    compare.set_defaults(run=_compare)

    weights = commands.add_parser(
        "weights", help="turn a PyTorch state dict into a weights file that a sweep reads"
    )
    weights.add_argument(
        "file", metavar="IN", help="state dict: .npz, or .pt if torch is installed"
    )
    weights.add_argument("-o", "--output", required=True, metavar="OUT", help="weights file (.h5)")
    which = weights.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--architecture",
        metavar="TEXT",
        help="the network, as `framesweep plan --points` writes it",
    )
    which.add_argument(
        "--like", metavar="RESULTS.h5:POINT", help="the network of a point of a results file"
    )
    weights.add_argument("--group", default="/", help="group to write, such as /epoch10")
    weights.add_argument(
        "--skip",
        action="append",
        default=[],
        metavar="PATTERN",
        help="modules to leave out, such as fc (repeatable)",
    )
    weights.add_argument(
        "--layer",
        action="append",
        default=[],
        metavar="NAME",
        help="the module of each layer, in order, if the file has another order (repeatable)",
    )
    weights.add_argument(
        "--shortcut",
        action="append",
        default=[],
        metavar="PATTERN",
        help=f"modules that are projections (repeatable; {' '.join(SHORTCUTS)})",
    )
    weights.add_argument(
        "--fold-batch-norm",
        action="store_true",
        help="make each batch normalisation a part of the module before it",
    )
    weights.set_defaults(run=_weights)
    return parser


def _figure_name(word: str) -> str:
    if word in FIGURES:
        return word
    near = difflib.get_close_matches(word, FIGURES, 1)
    hint = f", did you mean {near[0]}?" if near else f", expected one of {', '.join(FIGURES)}"
    raise argparse.ArgumentTypeError(f"there is no figure {word}{hint}")


def _add_select(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--select",
        nargs="+",
        default=[],
        action="extend",
        metavar="CONDITION",
        help="only these points, layers, attacks …: family=chain,dense 'width>=32' attack=pgd_linf; "
        "=, !=, <, <=, > or >= with a number or a label",
    )
    command.add_argument(
        "--table",
        action="append",
        default=[],
        help="a table of published errors, CSV or JSON, whose columns are joined as published_… "
        "(repeatable)",
    )
    command.add_argument(
        "--where",
        nargs="+",
        default=[],
        action="extend",
        metavar="CONDITION",
        help="only these rows of the tables, such as weights=IMAGENET1K_V1; = or !=",
    )


if __name__ == "__main__":
    sys.exit(main())
