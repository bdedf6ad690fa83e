"""Opening files: labels, selections, and errors that help."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from results_file import write_results

from framesweep_analysis import (
    IncompleteResultsWarning,
    ResultsError,
    open_results,
    select_ok,
    status_counts,
)


def test_enumerations_become_labels(results: Path) -> None:
    with open_results(results) as dataset:
        assert dataset["family"].to_numpy()[:4].tolist() == ["chain", "residual", "dense", "chain"]
        assert set(dataset["form"].to_numpy()) == {"synthesis", "analysis"}
        assert dataset["perturbation"].to_numpy().tolist() == ["noise", "generative"]
        assert dataset["family"].attrs["flag_meanings"] == "chain residual dense"
        assert "flag_values" not in dataset["family"].attrs


def test_a_key_that_takes_no_part_is_labelled_none(results: Path) -> None:
    with open_results(results) as dataset:
        assert dataset["shortcut"].to_numpy()[:3].tolist() == ["none", "plain", "none"]


def test_swept_keys_are_coordinates_and_dimensions_select_by_label(results: Path) -> None:
    with open_results(results) as dataset:
        assert {"family", "stage_depth", "width", "point", "draw"} <= set(dataset.coords)
        gain = dataset["neural_gain_mean"].sel(perturbation="noise")
        assert gain.dims == ("point", "draw", "layer")


def test_only_ok_points_are_selected_in_their_order(tmp_path: Path) -> None:
    status = np.ones(60, dtype=np.int8)
    status[[3, 7]] = 2
    status[11] = 4
    path = write_results(tmp_path / "mixed.h5", change={"status": status})
    with open_results(path) as dataset:
        assert status_counts(dataset) == {"ok": 57, "failed": 2, "out_of_memory": 1}
        kept = select_ok(dataset)["point"].to_numpy()
        assert kept.tolist() == [i for i in range(60) if i not in (3, 7, 11)]


def test_a_code_of_a_later_version_keeps_its_number(tmp_path: Path) -> None:
    form = np.full(60, 9, dtype=np.int8)
    with open_results(write_results(tmp_path / "new.h5", change={"form": form})) as dataset:
        assert dataset["form"].to_numpy()[0] == "code_9"


def test_pending_points_are_warned_of(tmp_path: Path) -> None:
    status = np.ones(60, dtype=np.int8)
    status[40:] = 0
    path = write_results(tmp_path / "partial.h5", change={"status": status})
    with pytest.warns(IncompleteResultsWarning, match="20 of 60 points are pending.*--resume"):
        dataset = open_results(path)
    assert select_ok(dataset).sizes["point"] == 40
    dataset.close()


def test_a_missing_file_names_what_is_there(results: Path) -> None:
    with pytest.raises(ResultsError, match="no such file; the folder has results.h5"):
        open_results(results.with_name("result.h5"))


def test_a_missing_file_with_a_journal_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "out.h5.journal").write_bytes(b"journal")
    with pytest.raises(ResultsError, match="has not finished; .*--resume"):
        open_results(tmp_path / "out.h5")


def test_the_journal_itself_is_refused(tmp_path: Path) -> None:
    journal = tmp_path / "out.h5.journal"
    journal.write_bytes(b"journal")
    with pytest.raises(ResultsError, match="this is the journal of a run"):
        open_results(journal)


def test_a_folder_and_a_text_file_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.h5"
    text.write_text("format: 1\n")
    with pytest.raises(ResultsError, match="this is a folder"):
        open_results(tmp_path)
    with pytest.raises(ResultsError, match="not an HDF5 file"):
        open_results(text)


@pytest.mark.parametrize("kept", [9, 2_000, 10_000])
def test_a_truncated_file_is_refused(results: Path, kept: int) -> None:
    cut = results.with_name("cut.h5")
    cut.write_bytes(results.read_bytes()[:kept])
    with pytest.raises(ResultsError, match="cannot be read, perhaps because only a part"):
        open_results(cut)


def test_another_program_s_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(3)
    with pytest.raises(ResultsError, match="not written by framesweep"):
        open_results(path)


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="reads formats up to 1"):
        open_results(write_results(tmp_path / "later.h5", version=2))


def test_the_file_of_a_shard_is_not_told_to_resume(tmp_path: Path) -> None:
    status = np.ones(60, dtype=np.int8)
    status[40:] = 0
    path = write_results(tmp_path / "0.h5", change={"status": status}, shard="0/2")
    with pytest.warns(IncompleteResultsWarning, match="that of shard 0/2: `framesweep verify") as w:
        open_results(path).close()
    assert "--resume" not in str(w[0].message)


def test_attacks_have_labels(tmp_path: Path) -> None:
    with open_results(write_results(tmp_path / "t.h5", 6, trained=True)) as dataset:
        assert dataset["attack"].to_numpy().tolist() == ["pgd_linf", "pgd_l2"]
