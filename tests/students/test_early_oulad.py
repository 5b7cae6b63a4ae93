"""The early ranking against its bars, on published records that are not part of the project."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from bench.records import data_directory, oulad
from students.early.evaluate import measure, two_term_rule
from students.early.features import columns
from students.early.folder import Folder, known, outcomes, read_folder
from students.early.model import Sample, fit, probability

DATA = data_directory()
pytestmark = pytest.mark.skipif(
    not oulad.is_there(DATA), reason=f"the OULAD records are not in {DATA} (set PORTAL_DATA)"
)


@pytest.fixture(scope="module")
def folder() -> Folder:
    return read_folder(DATA / "oulad")


@pytest.mark.parametrize(("day", "auc", "precision"), [(60, 0.77, 0.70), (120, 0.85, 0.80)])
def test_trained_on_three_presentations_the_next_is_ranked_well_enough(
    folder: Folder, day: int, auc: float, precision: float
) -> None:
    whole, told = columns(known(folder, day)), outcomes(folder)
    sample = Sample(whole, np.array([float(told[key]) for key in whole.keys]))
    then = np.array(sample.presentations) == "2014J"
    before, after = sample.where(~then), sample.where(then)
    model = fit(before)
    assert [cut.presentation for cut in model.cuts] == ["2013J", "2014B"]
    scores = probability(model.log_odds(after.columns.keys, after.columns.values))
    found = measure(scores, after.needed_help)
    assert found.auc >= auc
    assert found.precision >= precision
    for by_share in (False, True):
        rule = two_term_rule(after.columns, by_share=by_share)
        rule_found = measure(rule, after.needed_help)
        assert found.auc > rule_found.auc + 0.02
        assert found.precision > rule_found.precision + 0.05
    assert found.brier < 0.8 * found.rate * (1 - found.rate)
    assert all(abs(one.predicted - one.observed) < 0.12 for one in found.deciles)


def test_the_records_are_those_whose_figures_are_written_down(folder: Folder) -> None:
    with gzip.open(Path(DATA) / "oulad" / "studentInfo.csv.gz", "rt") as file:
        assert sum(1 for _line in file) - 1 == len(folder.enrolments) == 22_904
