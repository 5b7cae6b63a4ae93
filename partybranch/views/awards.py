"""Rounds of awards: the list, one round with its order, a nomination, scores, the decision, paper."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from partybranch.domain.awards import (
    belongs,
    decide_round,
    give_points,
    nominate,
    open_round,
    withdraw_nomination,
)
from partybranch.enums import PartyKind
from partybranch.exporters.nomination import nomination_paper
from partybranch.forms_honour import (
    DecideForm,
    NominationForm,
    PointsForm,
    ReasonForm,
    RoundForm,
)
from partybranch.models import AwardRound, JudgeScore, Nomination, PartyOrganization
from partybranch.queries.awards import (
    award_rounds,
    may_nominate,
    nomination_rows,
    weights,
    wins_of,
)
from partybranch.queries.material import material_lines, materials
from partybranch.views.figures import why_life
from partybranch.views.form_page import form_page
from partybranch.views.life import branch_of
from portal.core import audit, reads
from portal.core.access import reaches_one
from portal.core.papers import WORD


def _committees(user: Any) -> Any:
    rows = PartyOrganization.objects.restrict(user, "approve_party_file")
    return rows.filter(party_kind=PartyKind.COMMITTEE, closed_on=None).order_by("code")


def _round(user: Any, pk: int) -> AwardRound:
    """A round in reach; 404 for one that has nothing to do with the reader's branches."""
    found: AwardRound | None = award_rounds(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _judges(user: Any, round: AwardRound) -> bool:
    return bool(reaches_one(PartyOrganization, user, "approve_party_file", round.committee_id))


@login_required
@require_GET
def round_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    rows = list(award_rounds(user))
    may_open = _committees(user).exists()
    sees = PartyOrganization.objects.restrict(user, "see_branch_life").exists()
    if not (rows or may_open or sees):
        raise PermissionDenied(_("None of your posts shows the life of branches."))
    context = {"rows": rows, "may_open": may_open, "today": timezone.localdate()}
    return render(request, "party/awards.html", context)


@login_required
def new_round(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    committees = _committees(user)
    if not committees.exists():
        raise PermissionDenied(_("A committee opens a round: organisers and its members enter it."))
    today = timezone.localdate()
    form = RoundForm(request.POST or None, committees=committees, initial={"until": today})
    return form_page(
        request, form, lambda data: open_round(actor=user, **data), title=_("Open a round of awards"),
        back=reverse("party:awards"), submit=pgettext("awards", "Open the round"),
        done=lambda made: (_("The round is open."), reverse("party:award", args=[made.pk])),
    )  # fmt: skip


@login_required
@require_GET
def award_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Nominations in the order of their points; after the decision the result."""
    user: Any = request.user
    one = _round(user, pk)
    rows = nomination_rows(user, one)
    reads.note(user, "read_award_round", one)
    context = {
        "round": one, "rows": rows, "weights": weights(), "mine": may_nominate(user, one),
        "may_judge": one.decided_on is None and _judges(user, one),
        "wins": wins_of([row.nomination.branch_id for row in rows]),
        "why": why_life(user, [row.nomination.branch_id for row in rows]),
    }  # fmt: skip
    return render(request, "party/award.html", context)


@login_required
def propose(request: HttpRequest, pk: int, branch: int) -> HttpResponse:
    """The material fills itself; the branch adds its deeds in words."""
    user: Any = request.user
    unit = branch_of(request, branch, "write_branch_life")
    one = _round(user, pk)
    form = NominationForm(request.POST or None)
    lines = material_lines(materials([unit], one.until)[unit.pk])
    return form_page(
        request, form, lambda data: nominate(actor=user, round=one, branch=unit, **data),
        title=_("Propose %(branch)s: %(round)s") % {"branch": unit.label, "round": one.name},
        back=reverse("party:award", args=[pk]), submit=_("Hand in the nomination"),
        note=_("From the records: %(lines)s") % {
            "lines": "；".join(f"{label} {text}" for label, text in lines)},
        done=lambda made: (_("The branch is proposed."),
                           reverse("party:nomination", args=[made.pk])),
    )  # fmt: skip


@login_required
@require_GET
def nomination(request: HttpRequest, pk: int) -> HttpResponse:
    """The material as it was kept, the deeds, the scores; judges score from here."""
    user: Any = request.user
    one: Nomination = Nomination.objects.get_for(user, "see_branch_life", pk)
    is_open = one.round.decided_on is None and one.withdrawn_at is None
    is_judge = _judges(user, one.round)
    scores = list(one.scores.select_related("judge")) if is_judge else []
    reads.note(user, "read_nomination", one)
    context = {
        "nomination": one, "lines": material_lines(one.material), "scores": scores,
        "is_judge": is_judge,
        "may_score": is_open and is_judge and not belongs(user, one.branch),
        "may_withdraw": is_open and reaches_one(Nomination, user, "write_branch_life", pk),
        "why": why_life(user, {one.branch_id}),
    }  # fmt: skip
    return render(request, "party/nomination.html", context)


@login_required
def score(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    one: Nomination = Nomination.objects.get_for(user, "approve_party_file", pk)
    mine = JudgeScore.objects.filter(nomination=one, judge=user).first()
    first = {"points": mine.points, "remark": mine.remark} if mine else None
    return form_page(
        request, PointsForm(request.POST or None, initial=first),
        lambda data: give_points(actor=user, nomination=one, **data),
        title=_("Score: %(branch)s") % {"branch": one.branch.label},
        back=reverse("party:nomination", args=[pk]), submit=_("Give the points"),
        done=lambda _made: (_("Your points are counted."),
                            reverse("party:award", args=[one.round_id])),
    )  # fmt: skip


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    one: Nomination = Nomination.objects.get_for(user, "write_branch_life", pk)
    return form_page(
        request, ReasonForm(request.POST or None),
        lambda data: withdraw_nomination(actor=user, nomination=one, reason=data["reason"]),
        title=_("Withdraw the nomination: %(branch)s") % {"branch": one.branch.label},
        back=reverse("party:nomination", args=[pk]), done=_("The nomination is withdrawn."),
        submit=_("Withdraw"),
    )  # fmt: skip


@login_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    one = _round(user, pk)
    if not _judges(user, one):
        raise PermissionDenied(_("The committee of the round decides it."))
    form = DecideForm(request.POST or None, initial={"on": timezone.localdate()})
    return form_page(
        request, form, lambda data: decide_round(actor=user, round=one, **data),
        title=_("Decide: %(round)s") % {"round": one.name},
        back=reverse("party:award", args=[pk]), submit=_("Write the result"),
        note=_("The order follows from the points; %(n)s places. What is decided is not changed any "
               "more.") % {"n": one.seats},
        done=lambda n: (_("Decided: %(n)s branches are chosen.") % {"n": n},
                        reverse("party:award", args=[pk])),
    )  # fmt: skip


@login_required
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The nomination as a Word file; each printing leaves a line in the trail."""
    user: Any = request.user
    one: Nomination = Nomination.objects.get_for(user, "see_branch_life", pk)
    audit.record(actor=user, action="print_nomination", obj=one, branch=one.branch_id)
    answer = HttpResponse(nomination_paper(one), content_type=WORD)
    name = f"{one.round.name}申报表（{one.branch.label}）.docx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
