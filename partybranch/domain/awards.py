"""Rounds of awards: opened by a committee, branches proposed, scored by its members, decided."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.award_points import order_of, total_points, unscored
from partybranch.domain.facts import MIN_REASON, Fault
from partybranch.domain.life import EventError
from partybranch.domain.rights import check_still, in_turn
from partybranch.enums import RELATION_HOLDING, PartyKind
from partybranch.models import AwardRound, JudgeScore, Nomination, PartyMember, PartyOrganization
from partybranch.queries.awards import weights
from partybranch.queries.material import materials, shares
from partybranch.queries.training import honour_numbers
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

_HUNDRED = 100


@transaction.atomic
def open_round(
    *, actor: User | None, committee: PartyOrganization, name: str, until: dt.date,
    apply_until: dt.date, seats: int,
) -> AwardRound:  # fmt: skip
    """Open a round for the branches below ``committee``.

    Raises EventError for days that cannot be, a name that is taken, weights that do not make a
    hundred; PermissionDenied without the right to record the committee's decisions.
    """
    in_turn(committee)
    faults: list[Fault] = []
    today = timezone.localdate()
    if committee.party_kind != PartyKind.COMMITTEE:
        faults.append(Fault("committee", _("A party committee opens a round."), "committee"))
    if until > today:
        faults.append(Fault("until", _("The material cannot reach beyond today."), "until"))
    if apply_until < today:
        faults.append(Fault("apply", _("Nominations end today or later."), "apply_until"))
    if AwardRound.objects.filter(committee=committee, name=name.strip()).exists():
        faults.append(
            Fault("name", _("The committee has a round of this name. Add the year."), "name")
        )
    if sum(weights().values()) != _HUNDRED:
        faults.append(Fault("weights", _(
            "The weights of the parts make %(n)s, not 100. The system administrator corrects them "
            "among the parameters (award.…).") % {"n": sum(weights().values())}))  # fmt: skip
    if faults:
        raise EventError(faults)
    made: AwardRound = AwardRound.objects.create(
        committee=committee, name=name.strip(), until=until, apply_until=apply_until, seats=seats,
        opened_by=actor,
    )  # fmt: skip
    check_still(actor, committee, "approve_party_file")
    audit.record(actor=actor, action="open_award_round", obj=made, committee=committee.pk,
                 until=until, seats=seats)  # fmt: skip
    return made


def _round(pk: int) -> AwardRound:
    kept: AwardRound = (
        AwardRound.objects.select_for_update(of=("self",)).select_related("committee").get(pk=pk)
    )
    if kept.decided_on is not None:
        raise DomainError(_("This round has been decided; nothing can be changed any more."))
    return kept


@transaction.atomic
def nominate(
    *, actor: User | None, round: AwardRound, branch: PartyOrganization, deeds: str
) -> Nomination:
    """Propose ``branch``; its material is kept as the records have it now.

    Raises DomainError after the last day of nominations, for a branch of another committee, one
    that holds no relations, a second nomination, or without a word about its deeds;
    PermissionDenied for those who do not keep the branch.
    """
    kept = _round(round.pk)
    if kept.apply_until < timezone.localdate():
        raise DomainError(
            _("Nominations ended on %(day)s.") % {"day": kept.apply_until.isoformat()}
        )
    if branch.party_kind not in RELATION_HOLDING or branch.closed_on is not None:
        raise DomainError(_("Only a branch that holds membership relations can be proposed."))
    if not branch.above.filter(ancestor_id=kept.committee_id).exists():
        raise DomainError(_("This branch does not stand below the committee of the round."))
    if kept.nominations.filter(branch=branch, withdrawn_at=None).exists():
        raise DomainError(_("This branch has been proposed in this round. Open its nomination."))
    if len(deeds.strip()) < MIN_REASON:
        raise DomainError(_("Describe the main deeds of the branch."))
    made: Nomination = Nomination.objects.create(
        round=kept, branch=branch, deeds=deeds.strip(), entered_by=actor,
        material=materials([branch], kept.until)[branch.pk],
    )  # fmt: skip
    check_still(actor, branch, "write_branch_life")
    audit.record(actor=actor, action="nominate_branch", obj=made, round=kept.pk, branch=branch.pk)
    return made


@transaction.atomic
def withdraw_nomination(*, actor: User | None, nomination: Nomination, reason: str) -> None:
    """Take a nomination back before the decision; it stays readable.

    Raises DomainError without a reason or after the decision.
    """
    _round(nomination.round_id)
    kept = _nomination(nomination)
    if len(reason.strip()) < MIN_REASON:
        raise DomainError(_("Say in one sentence why."))
    kept.withdrawn_at, kept.withdrawn_reason = timezone.now(), reason.strip()
    kept.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    check_still(actor, kept.branch, "write_branch_life")
    audit.record(actor=actor, action="withdraw_nomination", obj=kept, branch=kept.branch_id)


def _nomination(nomination: Nomination) -> Nomination:
    kept: Nomination = (
        Nomination.objects.select_for_update(of=("self",))
        .select_related("branch", "round")
        .get(pk=nomination.pk)
    )
    if kept.withdrawn_at is not None:
        raise DomainError(_("This nomination was withdrawn."))
    return kept


def belongs(actor: User, branch: PartyOrganization) -> bool:
    """Whether the judge, of the staff or a student, is a member of the branch today."""
    own = Q(person=actor) | Q(student__user=actor)
    rows = PartyMember.objects.filter(own, branches__branch=branch, branches__until=None)
    return bool(rows.filter(left_on=None).exists())


@transaction.atomic
def give_points(
    *, actor: User, nomination: Nomination, points: Decimal, remark: str = ""
) -> JudgeScore:
    """One judge's score; a second one takes the place of the first, history keeps both.

    Raises DomainError for points beyond a hundred, one's own branch, a round that was decided;
    PermissionDenied without the right to record the decisions of the committee.
    """
    _round(nomination.round_id)
    kept = _nomination(nomination)
    if not 0 <= points <= _HUNDRED:
        raise DomainError(_("Points lie between 0 and 100."))
    if belongs(actor, kept.branch):
        raise DomainError(_("You are a member of this branch: nobody scores the own branch."))
    made, _is_new = JudgeScore.objects.update_or_create(
        nomination=kept, judge=actor, defaults={"points": points, "remark": remark.strip()}
    )
    check_still(actor, kept.round.committee, "approve_party_file")
    audit.record(actor=actor, action="score_nomination", obj=kept, branch=kept.branch_id)
    return made


def totals_of(nominations: Mapping[int, Nomination]) -> dict[int, Decimal | None]:
    """Points of each nomination out of its kept material and the scores given so far."""
    given: dict[int, list[Decimal]] = defaultdict(list)
    rows = JudgeScore.objects.filter(nomination_id__in=nominations)
    for key, points in rows.values_list("nomination_id", "points"):
        given[key].append(points)
    return {
        key: total_points(shares(one.material), given[key], weights())
        for key, one in nominations.items()
    }


@transaction.atomic
def decide_round(*, actor: User | None, round: AwardRound, on: dt.date, decision_no: str) -> int:
    """Write the result: points, ranks and who is chosen; returns how many are.

    Raises DomainError without nominations, with one that too few judges have scored, with a tie at
    the last place, for a day ahead or before the round; PermissionDenied without the right to
    record the committee's decisions.
    """
    kept = _round(round.pk)
    if not timezone.localdate(kept.opened_at) <= on <= timezone.localdate():
        raise DomainError(_("The decision falls between the opening of the round and today."))
    rows = {
        one.pk: one for one in kept.nominations.filter(withdrawn_at=None).select_related("branch")
    }
    if not rows:
        raise DomainError(_("Nothing to decide: no branch has been proposed."))
    judges: dict[int, int] = defaultdict(int)
    for key in JudgeScore.objects.filter(nomination_id__in=rows).values_list(
        "nomination_id", flat=True
    ):
        judges[key] += 1
    least = honour_numbers()["award.judges_min"]
    if missing := unscored(list(rows), judges, least):
        names = "、".join(rows[key].branch.label for key in missing)
        raise DomainError(_("At least %(n)s judges score each branch. Scores are missing for: "
                            "%(names)s.") % {"n": least, "names": names})  # fmt: skip
    totals = {key: points for key, points in totals_of(rows).items() if points is not None}
    order = order_of(totals, kept.seats)
    if order.tied:
        names = "、".join(rows[key].branch.label for key in sorted(order.tied))
        raise DomainError(_("Equal points at the last place: %(names)s. The judges score these "
                            "branches again; a tie is not decided by lot.") % {"names": names})  # fmt: skip
    for key, one in rows.items():
        one.total, one.place = totals[key], order.places[key]
        one.is_chosen = key in order.chosen
        one.save(update_fields=["total", "place", "is_chosen"])
    kept.decided_on, kept.decision_no = on, decision_no.strip()
    kept.save(update_fields=["decided_on", "decision_no"])
    check_still(actor, kept.committee, "approve_party_file")
    audit.record(actor=actor, action="decide_award_round", obj=kept, on=on,
                 chosen=sorted(rows[key].branch_id for key in order.chosen))  # fmt: skip
    return len(order.chosen)
