"""From two folders to a ranked list: the work behind ``manage.py rank_early``."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _

from portal.core.errors import DomainError

from .evaluate import past, report
from .features import Columns, Floats, columns
from .folder import Folder, Key, known, outcomes, read_folder
from .model import Model, Sample, fit, order_of, probability
from .reasons import SHOWN, Reason, reasons
from .words import sentence

HEAD = (
    "code_module", "code_presentation", "id_student", "score",
    *(f"reason{n}" for n in range(1, SHOWN + 1)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everyone registered on the day; ``scores`` and ``reasons`` stand beside ``columns.keys``."""

    day: int
    columns: Columns
    scores: Floats
    reasons: list[list[Reason]]
    model: Model
    notes: list[str]


def rank(train: Path, score: Path, day: int) -> Ranking:
    """Fit on the presentations of ``train`` that began before all of ``score``, and score those.

    Raises DomainError for folders that cannot be read, when nothing earlier is there to learn from,
    and when nobody in ``score`` is registered on ``day``.
    """
    learn, target = read_folder(train), read_folder(score)
    notes: list[str] = []
    with_clicks = learn.has_clicks and target.has_clicks
    sample = _sample(learn, target, day, with_clicks, notes)
    model = fit(sample)
    found = columns(known(target, day), with_clicks=with_clicks)
    if not found.keys:
        raise DomainError(
            _("Nobody in %(folder)s is registered on day %(day)s.") % {"folder": score, "day": day}
        )
    # Six decimals are written; the order follows what is written.
    scores = probability(model.log_odds(found.keys, found.values)).round(6)
    return Ranking(day, found, scores, reasons(model, found), model, notes)


def _sample(learn: Folder, target: Folder, day: int, with_clicks: bool, notes: list[str]) -> Sample:
    first = min((key.presentation for key in target.enrolments), key=order_of)
    names = sorted({key.presentation for key in learn.enrolments}, key=order_of)
    earlier = [name for name in names if order_of(name) < order_of(first)]
    if not earlier:
        raise DomainError(
            _("%(folder)s has no presentation earlier than %(first)s, the first to be scored.")
            % {"folder": learn.path, "first": first}
        )
    if left := [name for name in names if name not in earlier]:
        notes.append(
            _("Not learned from, because not over by then: %(names)s.")
            % {"names": ", ".join(left)}
        )  # fmt: skip
    told = outcomes(learn)
    whole = columns(known(learn, day), with_clicks=with_clicks)
    allowed = [key.presentation in earlier and key in told for key in whole.keys]
    labels = np.array([float(told.get(key, False)) for key in whole.keys])
    return Sample(whole, labels).where(allowed)


def as_csv(ranking: Ranking) -> str:
    """The list with the highest score first, reasons in the active language."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    found = ranking.columns
    for n in sorted(range(len(found.keys)), key=lambda n: (-ranking.scores[n], found.keys[n])):
        words = [sentence(one.fact, one.weight, found.shown[n]) for one in ranking.reasons[n]]
        writer.writerow([*found.keys[n], f"{ranking.scores[n]:.6f}", *words])
    return out.getvalue()


def evaluation(ranking: Ranking, score: Path) -> Iterator[str]:
    """Figures for those whose outcome ``score`` tells; the outcomes are read here and not before.

    Raises DomainError when it tells none, or only one of the two.
    """
    told = outcomes(read_folder(score))
    keys: list[Key] = ranking.columns.keys
    rows = [n for n, key in enumerate(keys) if key in told]
    labels = np.array([float(told[keys[n]]) for n in rows])
    if len(set(labels.tolist())) < 2:
        raise DomainError(_("The outcomes in final_result are missing or all the same: nothing to evaluate."))  # fmt: skip
    yield from past(ranking.model)
    whole = ranking.columns
    some = Columns(
        [keys[n] for n in rows], whole.facts, whole.values[rows], [whole.shown[n] for n in rows]
    )
    yield from report(ranking.day, some, ranking.scores[rows], labels)
