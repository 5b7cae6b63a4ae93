"""A confirmed academic warning enters the student in the academic ledger, or raises the entry there."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.domain.cases import open_case, raise_level
from casework.enums import Source
from casework.models import CaseCategory, CaseLevel, LedgerEntry
from portal.core import audit
from portal.core.models import User
from students.models import AcademicWarning
from students.warning_hooks import register_follow
from students.warning_rules import read_rules
from students.warning_words import explain

CATEGORY = "ACADEMIC"


def join_ledger(actor: User | None, warnings: Sequence[AcademicWarning]) -> list[str]:
    """Open an entry, or join the open one of the same category; a graver level raises it at once.
    The rule is the source and whoever confirmed the warning raises it; the right to confirm was
    asked, and both sides confirm the entry as any other.
    Returns a sentence with counts for whoever confirmed, which names nobody."""
    category = CaseCategory.objects.filter(pk=CATEGORY, is_used=True).first()
    levels = {level.pk: level for level in CaseLevel.objects.all()}
    if category is None:
        return []
    open_entries = {
        entry.case.student_id: entry
        for entry in LedgerEntry.objects.filter(
            category=category, left_at=None, case__closed_at=None,
            case__student_id__in=[one.student_id for one in warnings],
        ).select_related("case__level", "level")
    }  # fmt: skip
    opened = 0
    for one in warnings:
        level = levels.get(one.colour)
        entry = open_entries.get(one.student_id)
        if level is None:
            continue
        reason = _reason(one)
        if entry is None:
            case = open_case(
                actor=actor, student=one.student, category=category, level=level, reason=reason,
                source=Source.RULE, is_asked=True,
            )  # fmt: skip
            open_entries[one.student_id] = LedgerEntry.objects.select_related("case__level").get(
                case=case, category=category, left_at=None
            )
            opened += 1
            continue
        if level.rank < entry.case.level.rank:
            raise_level(actor=actor, case=entry.case, level=level, reason=reason, is_asked=True)
            entry.case.level = level  # a second warning of the student compares with this one
        elif level.rank < entry.level.rank:
            # Another difficulty of the case is graver; this one rises below it.
            entry.level = level
            entry.save(update_fields=["level"])
        audit.record(actor=actor, action="join_ledger", obj=entry.case, warning=one.pk)
    joined = len(warnings) - opened
    words = []
    if opened:
        words.append(ngettext("%(n)s entered in the academic ledger.",
                              "%(n)s entered in the academic ledger.", opened) % {"n": opened})  # fmt: skip
    if joined:
        words.append(ngettext("%(n)s stood there already.", "%(n)s stood there already.", joined)
                     % {"n": joined})  # fmt: skip
    return [" ".join(words)] if words else []


def _reason(one: AcademicWarning) -> str:
    facts = "；".join(explain(read_rules(one.rules.body), one.rule, one.facts))
    return _("Academic warning “%(level)s” after %(period)s: %(facts)s") % {
        "level": one.level, "period": one.period, "facts": facts,
    }  # fmt: skip


register_follow("ledger", join_ledger)
