"""Routes to posts, their letters and their hand-overs: by the unit, or because they are one's own."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cohorts.access import reached_unit_ids
from cohorts.models import Appointment, Handover, HandoverPart, Letter
from cohorts.post_reasons import post_reasons
from portal.core.access import Reason, Route, carries, register_route
from portal.core.models import User

# Whoever reads a unit's page, or appoints there, reads its posts; everybody reads the own ones.
_POST_ACTIONS = {
    "see_unit": ("see_unit", "appoint", "grant_roles"),
    "appoint": ("appoint", "grant_roles"),
}


def _post_keys(user: User, action: str) -> QuerySet[Any] | None:
    units = reached_unit_ids(user, _POST_ACTIONS.get(action, ()))
    if not units:
        return None
    rows: QuerySet[Any] = Appointment.objects.filter(unit_id__any=units).values("pk")
    return rows


def _post_reasons(user: User, action: str, post: Appointment) -> list[Reason]:
    return [
        reason
        for code in _POST_ACTIONS.get(action, ())
        if carries(user, code)
        for reason in post_reasons(user, code, [post.unit_id])
    ]


def _own_posts(user: User, action: str) -> QuerySet[Any] | None:
    if action != "see_unit":
        return None
    rows: QuerySet[Any] = Appointment.objects.filter(person=user).values("pk")
    return rows


def _own_post_reasons(user: User, action: str, post: Appointment) -> list[Reason]:
    is_own = action == "see_unit" and post.person_id == user.pk
    return [Reason("own", _("This is your own post"))] if is_own else []


register_route(Appointment, Route("post", _post_keys, _post_reasons))
register_route(Appointment, Route("own", _own_posts, _own_post_reasons))


def _letters_of_posts(user: User, action: str) -> QuerySet[Any] | None:
    """Letters of the posts to which ``user`` appoints: the register is theirs."""
    posts = _post_keys(user, "appoint") if action in _POST_ACTIONS else None
    if posts is None:
        return None
    rows: QuerySet[Any] = Letter.objects.filter(post_id__in=posts).values("pk")
    return rows


def _letters_of_posts_reasons(user: User, action: str, letter: Letter) -> list[Reason]:
    return _post_reasons(user, "appoint", letter.post) if action in _POST_ACTIONS else []


def _own_letters(user: User, action: str) -> QuerySet[Any] | None:
    """The person appointed reads and prints the own letter, also when the term is over."""
    if action != "see_unit":
        return None
    rows: QuerySet[Any] = Letter.objects.filter(post__person=user).values("pk")
    return rows


def _own_letter_reasons(user: User, action: str, letter: Letter) -> list[Reason]:
    return _own_post_reasons(user, action, letter.post)


register_route(Letter, Route("post", _letters_of_posts, _letters_of_posts_reasons))
register_route(Letter, Route("own", _own_letters, _own_letter_reasons))


def _papers_of_posts(user: User, action: str) -> QuerySet[Any] | None:
    """Hand-overs of the posts to which ``user`` appoints."""
    posts = _post_keys(user, "appoint") if action in _POST_ACTIONS else None
    if posts is None:
        return None
    rows: QuerySet[Any] = Handover.objects.filter(post_id__in=posts).values("pk")
    return rows


def _papers_of_posts_reasons(user: User, action: str, paper: Handover) -> list[Reason]:
    return _post_reasons(user, "appoint", paper.post) if action in _POST_ACTIONS else []


def _own_papers(user: User, action: str) -> QuerySet[Any] | None:
    """Hand-overs that the user proposed, leaves by, or signs."""
    if action != "see_unit":
        return None
    signs = HandoverPart.objects.filter(receiver=user).values("handover_id")
    mine = Q(proposed_by=user) | Q(post__person=user) | Q(pk__in=signs)
    rows: QuerySet[Any] = Handover.objects.filter(mine).values("pk")
    return rows


def _own_paper_reasons(user: User, action: str, paper: Handover) -> list[Reason]:
    if action != "see_unit":
        return []
    people = {paper.proposed_by_id, paper.post.person_id}
    signs = paper.parts.filter(receiver=user).exists()
    return [Reason("own", _("You take part in this"))] if signs or user.pk in people else []


register_route(Handover, Route("post", _papers_of_posts, _papers_of_posts_reasons))
register_route(Handover, Route("own", _own_papers, _own_paper_reasons))
