"""A fact in words, with its numbers. Every fact has a sentence for whatever is known of it."""

import math
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

Numbers = Mapping[str, float]
# Below this change of log-odds a fact is told as ordinary: a score moves by under a quarter percent.
ORDINARY = 0.01


def sentence(fact: str, weight: float, numbers: Numbers) -> str:
    """The fact in the active language; says so when it speaks in the person's favour."""
    return marked(_WORDS[fact](numbers), weight, _("as usual in this course"))


def marked(words: str, weight: float, usual: str) -> str:
    """``words`` as they are when they raise the score; else what they do is said before them."""
    if abs(weight) < ORDINARY:
        return _("%(mark)s: %(fact)s") % {"mark": usual, "fact": words}
    return words if weight > 0 else _("%(mark)s: %(fact)s") % {"mark": _("in favour"), "fact": words}  # fmt: skip


def _known(value: float) -> bool:
    return not math.isnan(value)


def short(value: float) -> str:
    """12, 12.5; never 12.0."""
    return f"{value:.1f}".removesuffix(".0")


def _missing(n: Numbers) -> str:
    if not n["due"]:
        return _("no assignment was due yet")
    if not n["missing"]:
        return _("all %(due)d assignments due are handed in") % n
    if n["missing"] == n["due"]:
        return _("none of %(due)d assignments due handed in") % n
    if n["missing_run"] > 1:
        return (
            _("%(missing)d of %(due)d assignments missing, the last %(missing_run)d in a row") % n
        )
    return _("%(missing)d of %(due)d assignments missing") % n


def _scores(n: Numbers) -> str:
    if not _known(n["gap"]):
        return _("no score yet")
    told = {key: short(abs(n[key])) for key in ("mean", "gap", "last", "lowest")}
    if n["gap"] < 0:
        return _("mean score %(mean)s, %(gap)s below the course; latest %(last)s, lowest %(lowest)s") % told  # fmt: skip
    return _("mean score %(mean)s, %(gap)s above the course; latest %(last)s, lowest %(lowest)s") % told  # fmt: skip


def _earned(n: Numbers) -> str:
    if not _known(n["earned"]):
        return _("nothing could be earned yet")
    return _("%(earned)s of 100 points earned in the assignments due") % {
        "earned": short(n["earned"])
    }


def _late(n: Numbers) -> str:
    if not _known(n["late_mean"]):
        return _("nothing handed in this term")
    told = {"mean": short(abs(n["late_mean"])), "last": short(abs(n["late_last"]))}
    if n["late_mean"] > 0:
        return _("handed in %(mean)s days late on average") % told
    if n["late_last"] > 0:
        return _("the latest assignment %(last)s days late") % told
    return _("handed in %(mean)s days before the date on average") % told


def _silence(n: Numbers) -> str:
    if not _known(n["silence"]):
        return _("nothing handed in since the start")
    return _("%(silence)d days since the last assignment handed in") % n


def _ahead(n: Numbers) -> str:
    if not n["ahead"]:
        return _("nothing handed in ahead of its date")
    return _("%(ahead)d assignments handed in ahead of their date") % n


def _attempts(n: Numbers) -> str:
    if not n["attempts"]:
        return _("takes the course for the first time")
    return _("%(attempts)d earlier attempts at this course") % n


def _credits(n: Numbers) -> str:
    return _("takes %(credits)s credits at once") % {"credits": short(n["credits"])}


def _registered(n: Numbers) -> str:
    if not _known(n["registered"]):
        return _("day of registration not known")
    told = {"days": short(abs(n["registered"]))}
    if n["registered"] > 0:
        return _("registered %(days)s days after the start") % told
    return _("registered %(days)s days before the start") % told


def _activity(n: Numbers) -> str:
    return _("%(share)s%% of the course's usual activity, active on %(days)d of the last 14 days") % {
        "share": short(round(100 * n["clicks_share"])),
        "days": n["active_days"],
    }  # fmt: skip


def _quiet(n: Numbers) -> str:
    if not _known(n["quiet"]):
        return _("no activity since the start")
    return _("%(quiet)d days without activity") % n


_WORDS: dict[str, Callable[[Numbers], str]] = {
    "missing": _missing,
    "scores": _scores,
    "earned": _earned,
    "late": _late,
    "silence": _silence,
    "ahead": _ahead,
    "attempts": _attempts,
    "credits": _credits,
    "registered": _registered,
    "activity": _activity,
    "quiet": _quiet,
}
