"""The rule editor: fields that read like a sentence, to and from the stored form of a set.

One empty level, condition and rule stand at the end of each list, so that everything can be
entered without a script; what stays empty is left out.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.forms.posts import DateInput
from students.study_enums import Colour, StepKind
from students.warning_rules import STEPS

WHAT = [
    ("", "—"), ("failed_credits", _("credits failed")), ("failed_courses", _("courses failed")),
    ("earned_credits", _("credits earned")), ("chosen_credits", _("credits chosen")),
    ("same_course", _("times the same course was failed")), ("gpa", _("grade point average")),
    ("average", _("weighted average")), ("before", _("an earlier rule")),
]  # fmt: skip
OF = [("any", _("all courses")), ("required", _("required courses")),
      ("elective", _("elective courses")), ("plan", _("courses of the plan"))]  # fmt: skip
WINDOW = [("term", _("in the term")), ("year", _("in the academic year")),
          ("entry", _("since entry"))]  # fmt: skip
RESITS = [("cancel", _("passed since: left out")), ("count", _("also when passed since"))]
LOW = [("", _("at least / more than")), ("ge", _("at least")), ("gt", _("more than"))]
HIGH = [("", _("at most / less than")), ("le", _("at most")), ("lt", _("less than"))]
JOIN = [("and", _("and")), ("or", _("or"))]
EVERY = [("term", _("each term")), ("year", _("each academic year"))]
HOW = [("row", _("in the periods just before, in a row")), ("all", _("before, in all")),
       ("last", _("within the last periods")), ("never", _("never before"))]  # fmt: skip
CHOICES = {
    "what": WHAT, "of": OF, "window": WINDOW, "resits": RESITS, "low": LOW, "high": HIGH,
    "join": JOIN, "every": EVERY, "how": HOW, "colour": list(Colour.choices),
    "steps": list(StepKind.choices),
}  # fmt: skip
_MOST_ROWS = 40


class SetForm(forms.Form):
    """What the set is, for whom and from when."""

    name = forms.CharField(label=_("name"), max_length=80)
    source = forms.CharField(
        label=_("source"), max_length=120, required=False,
        help_text=_("The rule of the school, with its number."),
    )  # fmt: skip
    entry_from = forms.IntegerField(
        label=_("entry years from"), min_value=1980, max_value=2100, required=False
    )
    entry_to = forms.IntegerField(
        label=_("entry years to"), min_value=1980, max_value=2100, required=False
    )
    valid_from = forms.DateField(
        label=_("valid from"), required=False, widget=DateInput(),
        help_text=_("Terms that begin before this day are left alone. Empty: all."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("entry_from"), data.get("entry_to")
        if first and last and last < first:
            self.add_error("entry_to", _("The last entry year lies before the first."))
        return data


def body_of(post: Mapping[str, str], lists: Mapping[str, list[str]]) -> dict[str, Any]:
    """The stored form from what was sent. ``lists`` holds fields with several values."""

    def get(*parts: Any) -> str:
        return str(post.get("-".join(map(str, parts)), "")).strip()[:200]

    levels = [
        {"code": get("level", n, "code"), "name": get("level", n, "name"),
         "colour": get("level", n, "colour")}
        for n in range(_MOST_ROWS) if get("level", n, "code") or get("level", n, "name")
    ]  # fmt: skip
    rules = []
    for n in range(_MOST_ROWS):
        groups = _groups(get, n)
        if not get("rule", n, "code") and not groups:
            continue
        rules.append(
            {
                "code": get("rule", n, "code"), "level": get("rule", n, "level"),
                "every": get("rule", n, "every") or "term", "first": _whole(get("rule", n, "first")),
                "last": _whole(get("rule", n, "last")), "years": _whole(get("rule", n, "years")),
                "steps": [one for one in lists.get(f"rule-{n}-steps", []) if one in StepKind.values],
                "groups": groups,
            }
        )  # fmt: skip
    return {"levels": levels, "rules": rules}


def _groups(get: Any, n: int) -> list[list[dict[str, Any]]]:
    groups: list[list[dict[str, Any]]] = []
    for k in range(_MOST_ROWS):
        what = get("rule", n, "c", k, "what")
        if not what:
            continue
        if not groups or get("rule", n, "c", k, "join") == "or":
            groups.append([])
        groups[-1].append(_condition(lambda name, k=k: get("rule", n, "c", k, name), what))
    return groups


def _condition(get: Any, what: str) -> dict[str, Any]:
    if what == "before":
        return {"what": what, "rule": get("rule"), "how": get("how") or "row",
                "times": _whole(get("times")) or 1, "span": _whole(get("span")) or 1}  # fmt: skip
    made = {
        "what": what, "of": get("of") or "any", "window": get("window") or "term",
        "resits": get("resits") or "cancel", "share": bool(get("share")), "skip": get("skip"),
        "above": get("above") if get("low") else "", "above_in": get("low") == "ge",
        "below": get("below") if get("high") else "", "below_in": get("high") == "le",
    }  # fmt: skip
    lines = {}
    for part in get("lines").replace("：", ":").replace("，", " ").replace(",", " ").split():
        key, _colon, text = part.partition(":")
        if key.isascii() and key.isdigit():
            lines[str(int(key))] = text
        else:
            lines["99"] = part  # refused with the words about periods
    return made | {"lines": lines} if lines else made


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of the editor from the stored form, each list with an empty one at its end."""
    levels = [*body.get("levels", []), {"code": "", "name": "", "colour": ""}]
    rules = []
    for rule in [*body.get("rules", []), {"code": "", "level": "", "groups": [], "is_new": True,
                                          "steps": ["notice", "talk"]}]:  # fmt: skip
        rows = []
        for group in rule["groups"]:
            for place, one in enumerate(group):
                rows.append(_row(one, "or" if place == 0 and rows else "and"))
        rows.append(_row({"what": ""}, "and"))
        rules.append({**rule, "conditions": rows, "steps": rule.get("steps", list(STEPS))})
    return {"levels": levels, "rules": rules, "choices": CHOICES}


def _row(one: Mapping[str, Any], join: str) -> dict[str, Any]:
    low = ("ge" if one.get("above_in") else "gt") if one.get("above") else ""
    has_high = one.get("below") or one.get("lines")
    lines = " ".join(f"{key}:{text}" for key, text in one.get("lines", {}).items())
    high = ("le" if one.get("below_in") else "lt") if has_high else ""
    return {**one, "join": join, "low": low, "high": high, "lines": lines}
