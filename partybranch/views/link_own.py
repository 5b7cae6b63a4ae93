"""Links as those see them whom they concern: my own, a contact written down, a wish for a member."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partybranch.domain.links import ask_for_link, is_holder, record_visit, withdraw_wish
from partybranch.forms_links import VisitForm, WishForm
from partybranch.models import LinkVisit, LinkWish, PartyLink
from partybranch.queries.link_book import visits_of, with_names
from partybranch.queries.links import about_student
from partybranch.queries.links_own import (
    branches_for,
    home_of,
    mine_as_holder,
    nearest_branch,
    wish_kinds,
)
from partybranch.views.form_page import form_page
from portal.core import reads
from portal.core.access import reaches_one
from portal.core.errors import DomainError
from students.access import own_student_id
from students.models import Student


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """With whom I am linked, and who is linked with me, my room and my class."""
    user: Any = request.user
    own = own_student_id(user)
    context = {
        "links": mine_as_holder(user), "about": about_student(own) if own is not None else [],
        "is_student": own is not None, "is_member": home_of(user).exists(),
    }  # fmt: skip
    return render(request, "party/my_links.html", context)


def _link_of(user: Any, pk: int, action: str) -> tuple[PartyLink, bool]:
    """The link for the branch (``action``) or whoever is linked, and whether it is the branch. A
    student who is linked knows of it and does not open its book."""
    of_branch = reaches_one(PartyLink, user, action, pk)
    rows = PartyLink.objects.restrict(user, action if of_branch else "see_own")
    link: PartyLink = get_object_or_404(with_names(rows), pk=pk)
    if not of_branch and not is_holder(user, link):
        raise PermissionDenied(_("The branch and whoever is linked read and write this book."))
    return link, of_branch


@login_required
@require_GET
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """One link with its book: what was done on which day, what was found and how it was solved."""
    user: Any = request.user
    link, of_branch = _link_of(user, pk, "see_branch_life")
    may_keep = reaches_one(PartyLink, user, "write_branch_life", pk)
    is_running = link.is_running(timezone.localdate())
    back = reverse("party:links", args=[link.branch_id]) if of_branch else reverse("party:my_links")
    reads.note(user, "read_link_book", link)
    return render(request, "party/link.html", {
        "link": link, "visits": visits_of(link), "back": back,
        "back_label": link.branch.label if of_branch else _("My branch"),
        "may_end": may_keep and is_running,
        "may_visit": is_running and (may_keep or is_holder(user, link)),
    })  # fmt: skip


@login_required
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a contact; the phone page of whoever is linked, and of the branch."""
    user: Any = request.user
    link, _of_branch = _link_of(user, pk, "write_branch_life")
    form = VisitForm(
        request.POST or None, initial={"on": timezone.localdate(), "client_key": uuid.uuid4()}
    )

    def act(data: dict[str, Any]) -> LinkVisit:
        return record_visit(actor=user, link=link, **data)

    back = reverse("party:my_links")
    if not is_holder(user, link):
        back = reverse("party:link", args=[pk])
    return form_page(
        request, form, act,
        title=_("Contact: %(target)s") % {"target": link.target_name}, back=back,
        done=_("The contact is in the book."), submit=_("Save"),
        note=_("The branch reads it. What is confidential is told to the counsellor, not written here."),
    )  # fmt: skip


@login_required
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a branch for a member to be linked with one student."""
    student: Student = Student.objects.get_for(request.user, "log_talk", student_no=number)
    branches = branches_for()
    form = WishForm(
        request.POST or None, kinds=wish_kinds(), branches=branches,
        initial={"branch": nearest_branch(student, branches), "kind": request.GET.get("kind")},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> LinkWish:
        return ask_for_link(actor=request.user, student=student, **data)  # type: ignore[arg-type]

    return form_page(
        request, form, act, title=_("Ask for a member: %(name)s") % {"name": student.name},
        back=reverse("students:portrait", args=[number]), done=_("The branch has been asked."),
        submit=_("Ask the branch"),
        note=_("The branch reads the name, the class and the goal, and no reason. Whoever is linked "
               "sees no record."),
    )  # fmt: skip


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a wish back."""
    wish: LinkWish = LinkWish.objects.get_for(request.user, "log_talk", pk)
    try:
        withdraw_wish(actor=request.user, wish=wish)  # type: ignore[arg-type]
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The wish is taken back."))
    return redirect("students:portrait", wish.student.student_no)
