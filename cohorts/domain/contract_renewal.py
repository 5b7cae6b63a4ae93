"""Renewing contracting groups for the next academic year, many at once (system 13)."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.domain.appointments import appoint
from cohorts.domain.contracts import put_contract
from cohorts.enums import UnitKind
from cohorts.models import Appointment, Contract, ContractPost
from cohorts.queries.contract_members import posts_of_groups
from portal.core.errors import DomainError
from portal.core.models import User


@dataclass
class Renewal:
    """What renewing one group would do. ``refusal``: why it is left out, in the reader's words."""

    contract: Contract
    wanted: dict[str, int] = field(default_factory=dict)
    standing: list[Appointment] = field(default_factory=list)
    ending: list[Appointment] = field(default_factory=list)
    refusal: str = ""


def school_year(text: str) -> tuple[str, dt.date, dt.date]:
    """("2026-2027", first day, last day) from what was typed; DomainError otherwise."""
    found = re.fullmatch(r"\s*(20\d\d)\s*[-–—]\s*(20\d\d)\s*", text)
    if found is None or int(found[2]) != int(found[1]) + 1:
        raise DomainError(_("Write the year as 2025-2026: two years in a row with a hyphen."))
    first, last = int(found[1]), int(found[2])
    return f"{first}-{last}", dt.date(first, 9, 1), dt.date(last, 8, 31)


def renewal_plan(contracts: Sequence[Contract], year: str) -> list[Renewal]:
    """What would happen to each group; nothing is written.

    ``standing`` posts are still in force on the first day of the new year and simply stay;
    ``ending`` ones run out with the old year and would be appointed again.
    """
    year, first, _last = school_year(year)
    renewed = set(
        Contract.objects.filter(
            academic_year=year, cohort_id__in=[one.cohort_id for one in contracts]
        ).values_list("cohort_id", flat=True)
    )
    posts = posts_of_groups(contracts, first - dt.timedelta(days=1))
    wanted: dict[int, dict[str, int]] = {}
    for pk, kind, n in ContractPost.objects.filter(contract__in=contracts).values_list(
        "contract_id", "member_type", "wanted"
    ):
        wanted.setdefault(pk, {})[kind] = n
    plans = []
    for contract in contracts:
        plan = Renewal(contract)
        plans.append(plan)
        if contract.academic_year >= year:
            plan.refusal = _("This group is not of an earlier year.")
        elif contract.cohort_id in renewed:
            plan.refusal = _("There is already a group for that year.")
        elif contract.cohort.closed_on is not None and contract.cohort.closed_on < first:
            plan.refusal = _("The cohort is closed by then.")
        if plan.refusal:
            continue
        plan.wanted = wanted.get(contract.pk, {})
        for post in posts[contract.pk]:
            stays = post.ends_on is None or post.ends_on >= first
            (plan.standing if stays else plan.ending).append(post)
    return plans


@transaction.atomic
def renew_contracts(
    *, actor: User | None, contracts: Sequence[Contract], year: str, with_posts: bool = False
) -> list[Contract]:
    """One new group for each of ``contracts``, all or none, signed later.

    Matters, academy cohorts that are still open and the numbers wanted are copied. Posts still
    in force count in the new group by themselves; ``with_posts`` also appoints again, from the
    first to the last day of the new year, everybody whose post ends with the old one. Groups
    that were renewed already are refused.
    """
    year, first, last = school_year(year)
    plans = renewal_plan(contracts, year)
    if not plans:
        raise DomainError(_("Choose at least one group."))
    made = []
    for plan in plans:
        if plan.refusal:
            raise DomainError(f"{plan.contract}：{plan.refusal}")
        old = plan.contract
        partners = [
            unit
            for unit in old.partners.filter(kind=UnitKind.COHORT).select_related("parent", "cohort")
            if unit.closed_on is None or unit.closed_on >= first
        ]
        fresh = Contract(
            cohort=old.cohort, academic_year=year, matters=old.matters, starts_on=first,
            ends_on=last,
        )  # fmt: skip
        made.append(
            put_contract(actor=actor, contract=fresh, partners=partners, wanted=plan.wanted)
        )
        for post in plan.ending if with_posts else ():
            # A post on an organiser's college or a shared cohort may have been renewed already.
            if _stands(post, first):
                continue
            appoint(
                actor=actor, person=post.person, role=post.role, unit=post.unit,
                starts_on=first, ends_on=last,
            )  # fmt: skip
    return made


def _stands(post: Appointment, day: dt.date) -> bool:
    later: bool = (
        Appointment.objects.in_force(day)
        .filter(person_id=post.person_id, role_id=post.role_id, unit_id=post.unit_id)
        .exists()
    )
    return later
