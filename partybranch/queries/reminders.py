"""What of branches and files waits for a person: lines of digests (portal.core.dues).

Words hold a number and nothing else; each count is that of the page behind it.
"""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.access import granted_unit_ids
from partybranch.domain.dates import earliest
from partybranch.domain.months import DAY
from partybranch.models import Development, PartyOrganization
from partybranch.queries.board import open_files
from partybranch.queries.cards import SOON
from partybranch.queries.dues import own_dues
from partybranch.queries.dues_board import accounts_behind, dues_board
from partybranch.queries.facts import facts_of
from partybranch.queries.life import life_branches
from partybranch.queries.life_board import life_board
from partybranch.queries.link_book import ending_agreements
from partybranch.queries.rules import rule_book
from partybranch.queries.staff_steps import staff_on_probation
from partybranch.queries.studies import accounts_asked, open_studies_of_person
from portal.core.dues import Due, register_due
from portal.core.rows import fetch

# Admitted, the application for transfer not handed in: the steps of probation.
_ON_PROBATION = {"reached__gte": 17, "reached__lt": 22}
_HOLDERS = """
    SELECT DISTINCT g.user_id FROM cohorts_grant g
      JOIN auth_permission p ON p.id = g.permission_id AND p.codename = %(action)s
     WHERE g.starts_on <= %(day)s AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
"""


def _holders(action: str) -> Any:
    def people() -> set[int]:
        rows = fetch(_HOLDERS, {"day": timezone.localdate(), "action": action})
        return {pk for (pk,) in rows}

    return people


_WAITING = """
       AND EXISTS (SELECT 1 FROM partybranch_development d
                    WHERE d.ended_on IS NULL AND d.first_due <= %(soon)s)
"""


def _file_keepers() -> set[int]:
    """Those who write files, while some file anywhere is late or due soon."""
    day = timezone.localdate()
    asked = {"day": day, "soon": day + SOON, "action": "write_party_file"}
    return {pk for (pk,) in fetch(_HOLDERS + _WAITING, asked)}


def _keeps(user: Any, action: str) -> bool:
    return bool(PartyOrganization.objects.restrict(user, action).exists())


def _missing(user: Any) -> int:
    """Branches that lack an event of some kind now, for those who keep a branch."""
    if not _keeps(user, "write_branch_life"):
        return 0
    return sum(bool(row.late) for row in life_board(user).rows)


_ENDING = """
       AND EXISTS (SELECT 1 FROM partybranch_partylink l
                    WHERE l.label <> '' AND l.revoked_at IS NULL
                      AND l.ends_on BETWEEN %(day)s AND %(soon)s)
"""


def _branch_keepers() -> set[int]:
    """Those who keep a branch, while some agreement anywhere may end soon."""
    day = timezone.localdate()
    asked = {"day": day, "soon": day + SOON, "action": "write_branch_life"}
    return {pk for (pk,) in fetch(_HOLDERS + _ENDING, asked)}


def _agreements(user: Any) -> int:
    """Agreements that end within a month, for those who keep a branch."""
    if not _keeps(user, "write_branch_life"):
        return 0
    ending = ending_agreements([one.pk for one in life_branches(user)])
    return sum(one.is_soon for one in ending)  # type: ignore[attr-defined]


def _serious(user: Any) -> int:
    """Members three months or more behind, for those who keep the dues of a branch."""
    if not _keeps(user, "write_dues"):
        return 0
    return sum(line.serious for line in dues_board(user))


def _files(only: str) -> Any:
    """Files that the board shows under this name, for those who keep files."""

    def count(user: Any) -> int:
        if not granted_unit_ids(user, "write_party_file"):
            return 0
        day = timezone.localdate()
        days = {"late": (dt.date.min, day - DAY), "soon": (day, day + SOON)}[only]
        return int(open_files(user).filter(first_due__range=days).count())

    return count


_STAFF_WAITING = """
       AND EXISTS (SELECT 1 FROM partybranch_partymember m WHERE m.person_id IS NOT NULL
                    AND m.full_on IS NULL AND m.left_on IS NULL)
"""


def _staff_keepers() -> set[int]:
    """Those who write files, while some member of staff anywhere is on probation."""
    asked = {"day": timezone.localdate(), "action": "write_party_file"}
    return {pk for (pk,) in fetch(_HOLDERS + _STAFF_WAITING, asked)}


def _staff_near(user: Any) -> int:
    """Members of staff at the end of probation, for those who keep files."""
    if not granted_unit_ids(user, "write_party_file"):
        return 0
    return sum(row.is_near for row in staff_on_probation(user))


def _transfer_own(user: Any) -> int:
    """1 from the day on which a member on probation may apply for transfer until it is there (P16)."""
    rows = Development.objects.restrict(user, "see_own").select_related("student")
    mine = rows.filter(ended_on=None, **_ON_PROBATION).first()
    if mine is None:
        return 0
    facts, today = facts_of([mine])[mine.pk], timezone.localdate()
    first = earliest(rule_book(), facts, 22, today)
    return int(first is not None and first <= today)


def _on_probation() -> set[int]:
    rows = Development.objects.filter(ended_on=None, student__user__isnull=False, **_ON_PROBATION)
    return set(rows.values_list("student__user_id", flat=True))


def _own_months(user: Any) -> int:
    mine = own_dues(user)
    return mine.months if mine else 0


register_due(
    Due("files_late", 57,
        lambda n: ngettext("%(n)s file of development is overdue",
                           "%(n)s files of development are overdue", n) % {"n": n},
        _files("late"), _file_keepers, lambda _user: "/development/?only=late"),
    Due("files_soon", 58,
        lambda n: ngettext("%(n)s file of development is due within 30 days",
                           "%(n)s files of development are due within 30 days", n) % {"n": n},
        _files("soon"), _file_keepers, lambda _user: "/development/?only=soon"),
    Due("staff_probation", 58,
        lambda n: ngettext("%(n)s member of staff is at the end of probation",
                           "%(n)s members of staff are at the end of probation", n) % {"n": n},
        _staff_near, _staff_keepers, lambda _user: "/party-members/probation/?only=near"),
    Due("transfer_own", 59,
        lambda _n: _("Your probation ends: hand in the application for transfer to full member"),
        _transfer_own, _on_probation, lambda _user: "/my/development/"),
    Due("branches_missing", 60,
        lambda n: ngettext("%(n)s branch lacks a meeting that the rules ask for",
                           "%(n)s branches lack a meeting that the rules ask for", n) % {"n": n},
        _missing, _holders("write_branch_life"), lambda _user: "/branches/life/?only=missing"),
    Due("agreements", 60,
        lambda n: ngettext("%(n)s agreement with a partner ends within 30 days",
                           "%(n)s agreements with partners end within 30 days", n) % {"n": n},
        _agreements, _branch_keepers, lambda _user: "/branches/links/?only=ending#ending"),
    Due("dues_behind", 61,
        lambda n: ngettext("%(n)s member is three months or more behind with dues",
                           "%(n)s members are three months or more behind with dues", n) % {"n": n},
        _serious, _holders("write_dues"), lambda _user: "/branches/dues/"),
    Due("dues_own", 62,
        lambda n: ngettext("Your dues of %(n)s month are not paid",
                           "Your dues of %(n)s months are not paid", n) % {"n": n},
        _own_months, accounts_behind, lambda _user: "/my/dues/"),
    Due("studies_own", 63,
        lambda n: ngettext("%(n)s study at a great date still asks for you",
                           "%(n)s studies at great dates still ask for you", n) % {"n": n},
        lambda user: len(open_studies_of_person(user)), accounts_asked,
        lambda _user: "/my/studies/"),
)  # fmt: skip
