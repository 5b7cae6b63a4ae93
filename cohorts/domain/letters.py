"""The register of letters of appointment (聘书, rulebook 9.3): a number is given once."""

import datetime as dt
import re
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import holds_on_unit
from cohorts.enums import UnitKind
from cohorts.models import Appointment, Letter, Unit
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

# Two letters issued in the same instant must not draw the same number.
_LETTER_LOCK = 814_005
_NUMBER = re.compile(r"〔(\d{4})〕(?:第)?0*(\d{1,6})号$")
_HIGH = (UnitKind.UNIVERSITY, UnitKind.COLLEGE, UnitKind.ACADEMY)


def parsed(text: str) -> tuple[int, int] | None:
    """(year, number) of a text such as 西交聘〔2026〕17号; None for other forms."""
    found = _NUMBER.search(text.strip())
    return (int(found[1]), int(found[2])) if found else None


def next_number(year: int) -> int:
    """The first number after all that the register and the posts of that year carry."""
    top: int = Letter.objects.filter(year=year).aggregate(top=Max("number"))["top"] or 0
    texts = Appointment.objects.filter(letter_no__contains=f"〔{year}〕")
    for text in texts.order_by().values_list("letter_no", flat=True).distinct():
        one = parsed(text)
        if one is not None and one[0] == year:
            top = max(top, one[1])
    return top + 1


def issuer_of(unit: Unit) -> Unit:
    """Who signs: the college or academy for posts below it, the university for its heads."""
    rows = Unit.objects.filter(below__descendant=unit, kind__in=_HIGH).exclude(pk=unit.pk)
    return rows.order_by("below__depth").first() or unit


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LETTER_LOCK])


def _enter(
    actor: User | None, post: Appointment, year: int, number: int, issued_on: dt.date
) -> Letter:
    made: Letter = Letter.objects.create(
        year=year, number=number, post=post, person_name=post.person.name,
        role_name=role_words(post), issuer_name=issuer_of(post.unit).name,
        starts_on=post.starts_on, ends_on=post.ends_on, issued_on=issued_on, issued_by=actor,
    )  # fmt: skip
    return made


def role_words(post: Appointment) -> str:
    """化工2301班主任; 代理 before the role for a deputy. The letter is Chinese on any screen."""
    acting = "代理" if post.stands_in_for_id else ""
    return f"{post.unit.name}{acting}{post.role.name}"


def claim_number(actor: User | None, post: Appointment) -> None:
    """Enter a number typed with a new post into the register.

    Raises DomainError when it is already given; the message names the next free one.
    """
    one = parsed(post.letter_no)
    if one is None:
        return
    _lock()
    taken = Letter.objects.filter(year=one[0], number=one[1]).first()
    if taken is not None:
        raise DomainError(
            _("Letter %(no)s was already given to %(name)s. The next free one is %(next)s.")
            % {
                "no": taken.text,
                "name": taken.person_name,
                "next": f"〔{one[0]}〕{next_number(one[0])}号",
            }
        )
    _enter(actor, post, one[0], one[1], timezone.localdate())


@transaction.atomic
def issue_letters(*, actor: User | None, posts: Sequence[Appointment]) -> list[Letter]:
    """Letters of these posts, in their order: posts without one draw the next numbers.

    A number typed on a post before is kept when it is free. Raises DomainError for a post out of
    the actor's reach or one that has been cut off; then no number is drawn at all.
    """
    _lock()
    today, made, letters = timezone.localdate(), [], []
    upcoming = next_number(today.year)
    for post in posts:
        if actor is not None and not (
            holds_on_unit(actor, "grant_roles", post.unit_id)
            or holds_on_unit(actor, "appoint", post.unit_id)
        ):
            raise DomainError(_("You issue letters only where you appoint."), code="denied")
        letter = Letter.objects.filter(post=post).first()
        if letter is None:
            if post.revoked_at is not None:
                raise DomainError(
                    _("The post of %(name)s was cut off: there is no letter to issue.")
                    % {"name": post.person.name}
                )
            typed = parsed(post.letter_no)
            if typed is None or Letter.objects.filter(year=typed[0], number=typed[1]).exists():
                typed, upcoming = (today.year, upcoming), upcoming + 1
            letter = _enter(actor, post, *typed, today)
            if parsed(post.letter_no) != typed:
                Appointment.objects.filter(pk=post.pk).update(letter_no=letter.text)
            made.append(letter.pk)
        letters.append(letter)
    if made:
        audit.record_many(actor=actor, action="issue_letters", model=Letter, ids=made)
    return letters
