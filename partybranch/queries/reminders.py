"""What of branches waits for a person: lines of digests (portal.core.dues).

Words hold a number and nothing else; each count is that of the page behind it.
"""

from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from partybranch.models import PartyOrganization
from partybranch.queries.dues import own_dues
from partybranch.queries.dues_board import accounts_behind, dues_board
from partybranch.queries.life_board import life_board
from partybranch.queries.studies import accounts_asked, open_studies_of_person
from portal.core.dues import Due, register_due
from portal.core.rows import fetch

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


def _keeps(user: Any, action: str) -> bool:
    return bool(PartyOrganization.objects.restrict(user, action).exists())


def _missing(user: Any) -> int:
    """Branches that lack an event of some kind now, for those who keep a branch."""
    if not _keeps(user, "write_branch_life"):
        return 0
    return sum(bool(row.late) for row in life_board(user).rows)


def _serious(user: Any) -> int:
    """Members three months or more behind, for those who keep the dues of a branch."""
    if not _keeps(user, "write_dues"):
        return 0
    return sum(line.serious for line in dues_board(user))


def _own_months(user: Any) -> int:
    mine = own_dues(user)
    return mine.months if mine else 0


register_due(
    Due("branches_missing", 60,
        lambda n: ngettext("%(n)s branch lacks a meeting that the rules ask for",
                           "%(n)s branches lack a meeting that the rules ask for", n) % {"n": n},
        _missing, _holders("write_branch_life"), lambda _user: "/branches/life/?only=missing"),
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
