"""Entering branch life: an event with attendance by tapping, a vote, a withdrawal."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cohorts.forms.people import suggested_people
from partybranch.access import book_action
from partybranch.domain.appraisals import grade_members
from partybranch.domain.certificates import certify_members
from partybranch.domain.joint import members_of_others
from partybranch.domain.life import (
    Came,
    correct_event,
    record_event,
    withdraw_event,
)
from partybranch.domain.motions import hold_vote
from partybranch.domain.resolutions import give_resolution
from partybranch.enums import ABOVE_BRANCHES, CERTIFIED, GRADED, Body, Presence
from partybranch.forms_life import (
    CertificateForm,
    EventForm,
    GradeForm,
    ResolutionForm,
    VoteForm,
    WithdrawForm,
    day_or_today,
    first_marks,
)
from partybranch.models import BranchEvent, EventKind, PartyMember, PartyOrganization
from partybranch.queries.events import attendance_of, state_of
from partybranch.queries.facts import voters
from partybranch.queries.joint import branches_held, members_in, possible_partners, sides_of
from partybranch.queries.life import (
    kinds_for,
    officer_members,
    roll_on,
    secretaries_without_roll,
)
from partybranch.queries.resolutions import first_agenda, resolutions_of
from partybranch.queries.studies import studies_of
from partybranch.views.form_page import form_page, show_refusal
from partybranch.views.life import book_of
from portal.core.errors import DomainError
from portal.core.typed import whole


def _day(request: HttpRequest, otherwise: dt.date) -> dt.date:
    typed = request.POST.get("on") or request.GET.get("on")
    return day_or_today(typed, timezone.localdate()) if typed else otherwise


def _offered(branch: PartyOrganization, day: dt.date, held: Collection[int] = ()) -> Any:
    """Kinds that an event on ``day`` may have: the regular ones, the studies of that day, and what
    the event has already."""
    asked = studies_of(branch, day).values("pk")
    return EventKind.objects.filter(
        Q(pk__in=[one.pk for one in kinds_for(branch)]) | Q(pk__in=asked) | Q(pk__in=held)
    )


def _page(
    request: HttpRequest, form: EventForm, branch: PartyOrganization, title: str, back: str,
    status: int, chips: Any = (), draft: str = "",
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "branch": branch, "title": title, "back": back, "chips": chips,
               "draft": draft}  # fmt: skip
    return render(request, "party/event_form.html", context, status=status)


def _done(request: HttpRequest, form: EventForm, act: Any) -> HttpResponse | None:
    """What follows a valid form: the page of the event; None where the domain refused."""
    if not form.is_valid():
        return None
    try:
        made = act()
    except DomainError as error:
        show_refusal(form, error)
        return None
    messages.success(request, _("The event is in the book of the branch."))
    return redirect("party:event", made.pk)


@login_required
def new_event(request: HttpRequest, pk: int) -> HttpResponse:
    """A new event; ``kind`` chooses who is marked as called when the form opens."""
    branch = book_of(request, pk)
    kinds = kinds_for(branch)
    asked = next((one for one in kinds if one.code == request.GET.get("kind")), kinds[0])
    day = _day(request, timezone.localdate())
    roll, is_above = roll_on(branch, day), branch.party_kind in ABOVE_BRANCHES
    form = EventForm(
        request.POST or None, request.FILES or None, kinds=_offered(branch, day),
        partners=possible_partners(branch, day),
        roll=roll, came=first_marks(roll, asked.called, officer_members([pk])),
        is_above=is_above,
        initial={"on": day, "kinds": [asked.pk], "client_key": uuid.uuid4(),
                 "agenda": first_agenda(branch) if is_above else "",
                 "guests": "、".join(secretaries_without_roll(branch, day)) if is_above else "",
                 "recorder": request.user.name},  # type: ignore[union-attr]
    )  # fmt: skip
    if request.method == "POST":
        answer = _done(request, form, lambda: record_event(
            actor=request.user, branch=branch, typed=form.typed(),  # type: ignore[arg-type]
            files=form.cleaned_data["files"], client_key=form.cleaned_data["client_key"],
        ))  # fmt: skip
        if answer is not None:
            return answer
    here = reverse("party:new_event", args=[pk])
    chips = [{"label": one.name, "code": one.code, "active": one == asked,
              "url": f"{here}?kind={one.code}&on={day.isoformat()}"} for one in kinds]  # fmt: skip
    words = _("Enter a meeting: %(branch)s") if is_above else _("Enter an event: %(branch)s")
    title = words % {"branch": branch.label}
    status = 422 if request.method == "POST" else 200
    return _page(request, form, branch, title, reverse("party:life", args=[pk]), status, chips)


def written_event(request: HttpRequest, pk: int) -> BranchEvent:
    """An event whose book this person writes: that of a branch, or of a committee."""
    event: BranchEvent = BranchEvent.objects.get_for(request.user, "see_branch_life", pk)
    found: BranchEvent = BranchEvent.objects.get_for(request.user, book_action(event.branch), pk)
    return found


def _roll_of(event: BranchEvent, day: dt.date) -> list[PartyMember]:
    """The roll of ``day``, and whoever stands in the event beside it, since a move was entered late:
    struck by hand, never unseen. Members of other branches are entered by these."""
    roll = roll_on(event.branch, day)
    others = members_of_others(event.branch, list(event.partners.all()), event.on)
    known = {*others, *(one.pk for one in roll)}
    return roll + [one.member for one in attendance_of(event) if one.member_id not in known]


@login_required
def edit_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an event; what stood before stays in the history."""
    event = written_event(request, pk)
    branch, held = event.branch, [kind.pk for kind in event.kinds.all()]
    came = {one.member_id: Came(Presence(one.presence), one.reason)
            for one in event.attendance.all()}  # fmt: skip
    names = ("on", "place", "topic", "first_item", "host", "recorder", "speaker", "guests",
             "agenda", "content", "decisions", "self_study", "group_study", "expert_study", "audience",
             "entry_reason", "version")  # fmt: skip
    day, named = _day(request, event.on), [one.pk for one in event.partners.all()]
    form = EventForm(
        request.POST or None, request.FILES or None,
        kinds=_offered(branch, day, held),
        partners=possible_partners(branch, day, named),
        is_above=branch.party_kind in ABOVE_BRANCHES, roll=_roll_of(event, day), came=came,
        initial={name: getattr(event, name) for name in names} | {"kinds": held, "partners": named},
    )  # fmt: skip
    if request.method == "POST":
        answer = _done(request, form, lambda: correct_event(
            actor=request.user, event=event, typed=form.typed(),  # type: ignore[arg-type]
            files=form.cleaned_data["files"], version=form.cleaned_data["version"] or 0,
        ))  # fmt: skip
        if answer is not None:
            return answer
    title = _("Correct: %(topic)s") % {"topic": event.topic}
    status = 422 if request.method == "POST" else 200
    back = reverse("party:event", args=[pk])
    return _page(request, form, branch, title, back, status, draft=f"-correct-{pk}")


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an event that was entered by mistake."""
    event = written_event(request, pk)
    form = WithdrawForm(request.POST or None, initial={"version": event.version})

    def act(data: dict[str, Any]) -> None:
        withdraw_event(actor=request.user, event=event, **data)  # type: ignore[arg-type]

    return form_page(
        request, form, act, title=_("Withdraw: %(topic)s") % {"topic": event.topic},
        back=reverse("party:event", args=[pk]), done=_("The event counts no more."),
        submit=pgettext("event", "Withdraw"), note=_("Nothing is deleted: it stays readable with the reason."),
    )  # fmt: skip


@login_required
def grades(request: HttpRequest, pk: int) -> HttpResponse:
    """The grades of a democratic appraisal, member by member."""
    event: BranchEvent = BranchEvent.objects.get_for(request.user, "write_branch_life", pk)
    if not event.kinds.filter(code=GRADED).exists():
        raise Http404
    rows = attendance_of(event)
    form = GradeForm(request.POST or None, rows=rows, initial={"seen": state_of(rows)})

    def act(data: dict[str, Any]) -> Any:
        return grade_members(
            actor=request.user, event=event, grades=form.grades(), seen=data["seen"]  # type: ignore[arg-type]
        )  # fmt: skip

    return form_page(
        request, form, act, title=_("Grades: %(topic)s") % {"topic": event.topic},
        back=reverse("party:event", args=[pk]), done=_("The grades are entered."),
        submit=_("Enter the grades"), note=_("At most a third of those graded are excellent."),
    )  # fmt: skip


@login_required
def certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """Certificates of a training, member by member: of those in the branches that one keeps."""
    action = "write_branch_life"
    event: BranchEvent = BranchEvent.objects.get_for(request.user, "see_branch_life", pk)
    if not event.kinds.filter(code__in=CERTIFIED).exists():
        raise Http404
    came = [one for one in attendance_of(event) if one.presence == Presence.PRESENT]
    sides = sides_of(event, came)
    held = branches_held(request.user, action, event, sides)
    if not held:
        BranchEvent.objects.get_for(request.user, action, pk)
    own = members_in(event, came, sides, held)
    came = [one for one in came if one.member_id in own]
    given = next((one.certificate_on for one in came if one.certificate_on), event.on)
    first = {"on": given, "seen": state_of(came)}
    form = CertificateForm(request.POST or None, rows=came, initial=first)

    def act(data: dict[str, Any]) -> Any:
        return certify_members(
            actor=request.user,
            event=event,
            on=data["on"],
            numbers=form.numbers(),  # type: ignore[arg-type]
            seen=data["seen"],
        )

    return form_page(
        request, form, act, title=_("Certificates: %(topic)s") % {"topic": event.topic},
        back=reverse("party:event", args=[pk]), done=_("The certificates are entered."),
        submit=_("Enter the certificates"), note=_("Leave the number empty where none was given."),
    )  # fmt: skip


@login_required
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Counts of a vote that the event held; nobody enters who voted what."""
    event: BranchEvent = BranchEvent.objects.get_for(request.user, "write_branch_life", pk)
    form = VoteForm(request.POST or None, initial={
        "expected": voters(event.branch, event.on), "client_key": uuid.uuid4(),
    })  # fmt: skip

    def act(data: dict[str, Any]) -> Any:
        return hold_vote(
            actor=request.user, event=event, matter=data["matter"], body=Body(data["body"]),  # type: ignore[arg-type]
            ballot=form.ballot(), client_key=data["client_key"],
        )  # fmt: skip

    def done(made: Any) -> tuple[str, str]:
        word = _("The vote passed.") if made.passed else _("Kept: the vote did not pass.")
        return word, reverse("party:event", args=[pk])

    return form_page(
        request, form, act, title=_("Vote: %(topic)s") % {"topic": event.topic},
        back=reverse("party:event", args=[pk]), done=done, submit=_("Enter the counts"),
        note=_("Counts only, never who voted what. More than half of those who should attend is "
               "needed; a tie fails."),
    )  # fmt: skip


@login_required
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """A resolution becomes the task of somebody; ``line`` names which."""
    event = written_event(request, pk)
    lines = resolutions_of(event)
    asked = whole(request.GET.get("line"), 3)
    form = ResolutionForm(request.POST or None, initial={
        "text": lines[asked - 1] if 0 < asked <= len(lines) else "",
        "due_on": timezone.localdate() + dt.timedelta(days=14)})  # fmt: skip
    return form_page(
        request, form, lambda data: give_resolution(actor=request.user, event=event, **data),  # type: ignore[arg-type]
        title=_("Task from a resolution: %(topic)s") % {"topic": event.topic},
        back=reverse("party:event", args=[pk]), submit=_("Give"),
        done=_("The task is in the inbox of its owner."),
        people=suggested_people(request.user, [event.branch_id]),
    )  # fmt: skip
