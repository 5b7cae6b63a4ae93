"""Setting up a contracting group: who contracts what, with which academy cohorts, how many."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.access import holds_on_unit
from cohorts.enums import MemberType, UnitKind
from cohorts.models import Contract, ContractPost, Unit
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


@transaction.atomic
def put_contract(
    *,
    actor: User | None,
    contract: Contract,
    partners: Collection[Unit],
    wanted: Mapping[str, int],
) -> Contract:
    """Save a new or changed group. ``wanted``: number of people per role type (MemberType value).

    Raises DomainError when the actor may not set up groups on the cohort, the end lies before
    the start, a partner is no academy cohort of the same entry year, or more than one leader is
    wanted (one person contracts and answers, rulebook 2.2).
    """
    if actor is not None and not holds_on_unit(actor, "manage_contract", contract.cohort_id):
        raise DomainError(_("You may not set up contracting groups on this cohort."), code="denied")
    if contract.ends_on is not None and contract.ends_on < contract.starts_on:
        raise DomainError(_("The last day is before the first day."))
    if wanted.get(MemberType.LEADER, 1) > 1:
        raise DomainError(
            _("A group has one leader: one person contracts, leads, answers and delivers.")
        )
    _check_partners(contract, partners)
    made = contract.pk is None
    contract.save()
    contract.partners.set(partners)
    for member_type in MemberType.values:
        ContractPost.objects.update_or_create(
            contract=contract, member_type=member_type,
            defaults={"wanted": wanted.get(member_type, 0)},
        )  # fmt: skip
    audit.record(
        actor=actor, action="open_contract" if made else "change_contract", obj=contract,
        cohort=contract.cohort_id, wanted=dict(wanted), partners=[unit.pk for unit in partners],
    )  # fmt: skip
    return contract


def _check_partners(contract: Contract, partners: Collection[Unit]) -> None:
    year = getattr(getattr(contract.cohort, "cohort", None), "entry_year", None)
    for unit in partners:
        own = getattr(getattr(unit, "cohort", None), "entry_year", None)
        if unit.parent is None or unit.parent.kind != UnitKind.ACADEMY:
            raise DomainError(_("“%(unit)s” is not a cohort of an academy.") % {"unit": unit})
        if own != year:
            raise DomainError(
                _("“%(unit)s” entered in %(own)s, this group is of %(year)s.")
                % {"unit": unit, "own": own, "year": year}
            )
