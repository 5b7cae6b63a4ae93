"""What the full form of a talk tells beyond its account (rulebook 3.6)."""

from dataclasses import asdict, dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.crisis_enums import Part
from casework.models import FollowUp, TalkType
from casework.queries.call_list import call_list
from portal.core.errors import DomainError
from portal.core.models import Notification

# To whom a talk is reported: parts of the call list that are filled by posts.
REPORT_TO = (Part.ACADEMY, Part.COLLEGE, Part.CENTRE, Part.COUNSELLOR)


@dataclass(frozen=True)
class TalkDetails:
    """Every part may be empty; ``content`` of the record is the account and never is."""

    talk_type: str = ""
    companions: str = ""
    trigger: str = ""
    state_seen: str = ""
    own_words: str = ""
    problem: str = ""
    advice: str = ""
    agreed: str = ""
    report_to: str = ""

    def fields(self) -> dict[str, str]:
        return {name: value.strip() for name, value in asdict(self).items()}

    def check(self) -> None:
        """Raises DomainError for a type that is not in use, or a part nobody reports to."""
        if self.talk_type and not TalkType.objects.filter(pk=self.talk_type, is_used=True).exists():
            raise DomainError(_("This type of talk is no longer in use. Choose another."))
        if self.report_to and self.report_to not in REPORT_TO:
            raise DomainError(_("Choose to whom it is reported."))


DETAILS = tuple(TalkDetails.__dataclass_fields__)


def report(made: FollowUp) -> int:
    """Tell the people of the part named in ``report_to``: a line in the bell without a name.
    Returns how many were told; raises DomainError when nobody holds that part today."""
    called = call_list(made.student, made.case)
    people = {one.person_id for one in called if one.part == made.report_to and one.person_id}
    if not people:
        raise DomainError(
            _("Nobody stands on the call list as “%(part)s” for this student. Choose somebody else, "
              "or tell them by phone.") % {"part": Part(made.report_to).label}
        )  # fmt: skip
    url = reverse("students:portrait", args=[made.student.student_no])
    text = _("A talk was reported to you. Read it on the student's page.")
    Notification.objects.bulk_create(
        [Notification(user_id=pk, key=f"talk:{made.pk}", text=text, url=url)
         for pk in sorted(people - {made.author_id})],
        ignore_conflicts=True,
    )  # fmt: skip
    return len(people)


def types_offered() -> list[tuple[str, str]]:
    """(code, name) of the types in use; one statement."""
    return list(TalkType.objects.filter(is_used=True).values_list("pk", "name"))
