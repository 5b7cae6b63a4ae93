"""The account of a contracting leader: group, open items, own duties (systems 13 and 14)."""

import datetime as dt
from typing import Any

from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import Channel
from casework.models import FollowUp
from casework.ties import shut_case_ids
from cohorts.access import in_force
from cohorts.enums import MemberType, UnitKind
from cohorts.models import Appointment, Contract, Unit, UnitTree
from cohorts.queries.contract_groups import ROLE_OF_TYPE, TypeCount, group_counts
from portal.core.access import reaches_any, reasons
from portal.core.ui.dates import format_day
from portal.web.queries.contract_items import open_items
from portal.web.queries.handover_record import handovers
from portal.web.queries.items import owners
from portal.web.queries.sight import Sight, shut_for, sight
from portal.web.queries.snapshot import two_terms
from students.queries.population import headcount_on, standing_in

# Own duties of a leader per term (rulebook 2.3: two visits; talks by local practice).
WANTED_VISITS, WANTED_TALKS = 2, 12
# Posts that ended within this many days explain a gap.
_LATELY = 180
_RATIO = 200


def my_contracts(user: Any) -> list[dict[str, Any]]:
    """Contracts within reach, those one leads first; constant number of statements."""
    found = list(
        Contract.objects.restrict(user, "see_unit")
        .select_related("cohort")
        .order_by("-academic_year", "cohort__code")[:200]
    )
    counts = group_counts(found)
    mine = led_cohort_ids(user)
    rows = [
        {
            "contract": one,
            "mine": one.cohort_id in mine,
            "leader": "、".join(_of(counts[one.pk], MemberType.LEADER).names),
            "have": sum(kind.have for kind in counts[one.pk]),
            "wanted": sum(kind.wanted for kind in counts[one.pk]),
            "gaps": [kind for kind in counts[one.pk] if kind.gap],
        }
        for one in found
    ]
    return sorted(rows, key=lambda row: not row["mine"])


def may_renew(user: Any) -> bool:
    """Whether the renewal of groups is offered at all."""
    return reaches_any(Contract, user, "manage_contract")


def led_cohort_ids(user: Any) -> set[int]:
    """Cohorts whose contracting leader ``user`` is today."""
    posts = Appointment.objects.filter(
        in_force(timezone.localdate()), person=user, revoked_at=None, role__code="contract_leader"
    )
    return set(posts.values_list("unit_id", flat=True))


def led_accounts(user: Any) -> list[dict[str, Any]]:
    """Accounts one leads, with open and late items of the first; for the workbench."""
    led = led_cohort_ids(user)
    found = Contract.objects.restrict(user, "see_unit").filter(cohort_id__in=led)
    rows = [
        {"contract": one, "url": reverse("web:contract", args=[one.pk])}
        for one in found.select_related("cohort").order_by("-academic_year", "cohort__code")[:5]
    ]
    if rows:
        lines = owners(rows[0]["contract"].cohort_id, shut_case_ids(user))
        rows[0] |= {"total": sum(o.total for o in lines), "late": sum(o.late for o in lines)}
    return rows


def _of(types: list[TypeCount], kind: str) -> TypeCount:
    return next(one for one in types if one.member_type == kind)


def account(user: Any, contract: Contract) -> dict[str, Any]:
    """Context of web/contract.html. Items by name only with ``see_case`` on the whole cohort."""
    unit: Unit = contract.cohort
    today = timezone.localdate()
    seen = sight(user, unit)
    types = group_counts([contract])[contract.pk]
    posts = _posts(contract, today)
    leader = next((p for p in posts if _leads(p, unit) and p.in_force), None)
    term, _before = two_terms(today)
    page: dict[str, Any] = {
        "contract": contract,
        "unit": unit,
        "sight": seen,
        "students": headcount_on(unit.pk, today),
        "classes": _classes(unit),
        "leader": leader,
        "is_mine": leader is not None and leader.person_id == user.pk,
        "before": _predecessor(posts, unit, leader),
        "term": term,
        "week": term.week_of(today) if term else None,
        "why": "；".join(reason.text for reason in reasons(user, "see_unit", contract)),
        "have": sum(one.have for one in types),
        "wanted": sum(one.wanted for one in types),
        "missing": sum(one.gap for one in types),
        "may_export": seen.has("export_students") and seen.cases,
        "may_renew": seen.has("manage_contract"),
    }
    page["roles"] = [_role_tile(one, page, posts, seen) for one in types]
    page["duties"] = duties(leader.person_id, unit, term) if leader and term else []
    if seen.cases:
        page |= open_items(unit, shut_for(user, seen))
        page["handovers"] = handovers(unit)
    return page


class _Post:
    """A post that belongs, or lately belonged, to the group."""

    def __init__(self, row: dict[str, Any], today: dt.date) -> None:
        self.person_id: int = row["person_id"]
        self.name: str = row["person__name"]
        self.title: str = row["person__title"]
        self.role: str = row["role__code"]
        self.unit_id: int = row["unit_id"]
        self.starts_on: dt.date = row["starts_on"]
        self.ends_on: dt.date | None = row["ends_on"]
        self.letter_no: str = row["letter_no"]
        self.in_force = (
            row["revoked_at"] is None
            and self.starts_on <= today
            and (self.ends_on is None or self.ends_on >= today)
        )


def _posts(contract: Contract, today: dt.date) -> list[_Post]:
    """Posts of the five roles around this cohort, former leaders included; one statement."""
    homes = [contract.cohort_id, *contract.partners.values_list("pk", flat=True)]
    rows = (
        Appointment.objects.filter(
            Q(unit__above__ancestor_id__in=homes), role__code__in=ROLE_OF_TYPE.values()
        )
        .filter(
            Q(ends_on=None)
            | Q(ends_on__gte=today - dt.timedelta(days=_LATELY))
            | Q(role__code="contract_leader")
        )
        .order_by("-starts_on", "pk")
        .values(
            "person_id", "person__name", "person__title", "role__code", "unit_id", "starts_on",
            "ends_on", "letter_no", "revoked_at",
        )
        .distinct()
    )  # fmt: skip
    return [_Post(row, today) for row in rows]


def _leads(post: _Post, unit: Unit) -> bool:
    return post.role == "contract_leader" and post.unit_id == unit.pk


def _predecessor(posts: list[_Post], unit: Unit, leader: _Post | None) -> _Post | None:
    """The leader before the present one: the latest that ended before."""
    former = [
        p
        for p in posts
        if _leads(p, unit)
        and not p.in_force
        and p.ends_on is not None
        and (leader is None or p.person_id != leader.person_id)
        and p.starts_on <= timezone.localdate()
    ]
    return max(former, key=lambda p: p.ends_on or p.starts_on, default=None)


def _classes(unit: Unit) -> int:
    return UnitTree.objects.filter(
        ancestor_id=unit.pk, descendant__kind=UnitKind.CLASS, descendant__closed_on=None
    ).count()


def _role_tile(
    one: TypeCount, page: dict[str, Any], posts: list[_Post], seen: Sight
) -> dict[str, Any]:
    names = "、".join(one.names[:3])
    if one.have > 3:
        names = _("%(names)s and others") % {"names": "、".join(one.names[:2])}
    tile = {
        "label": one.label,
        "have": one.have,
        "want": one.wanted,
        "gap": one.gap,
        "names": names,
        "all_names": "、".join(one.names),
        "note": _note(one, page),
        "url": reverse("web:members", args=[page["contract"].pk]) + f"?type={one.member_type}",
    }
    if one.gap:
        tile |= {"cause": _cause(one, posts), **_appoint_link(seen)}
    return tile


def _note(one: TypeCount, page: dict[str, Any]) -> str:
    if one.member_type == MemberType.COUNSELLOR and one.have:
        return _("one to %(n)s students, wanted one to %(max)s") % {
            "n": round(page["students"] / one.have),
            "max": _RATIO,
        }
    if one.member_type == MemberType.ADVISER and page["classes"]:
        return _("%(n)s classes") % {"n": page["classes"]}
    return ""


def _cause(one: TypeCount, posts: list[_Post]) -> str:
    """Whose post of this role ran out lately."""
    role = ROLE_OF_TYPE[MemberType(one.member_type)]
    held = {p.person_id for p in posts if p.role == role and p.in_force}
    ended = [
        p for p in posts
        if p.role == role and not p.in_force and p.ends_on and p.person_id not in held
    ]  # fmt: skip
    if not ended:
        return _("not appointed yet")
    last = max(ended, key=lambda p: p.ends_on or p.starts_on)
    return _("%(name)s: term ended %(day)s") % {"name": last.name, "day": format_day(last.ends_on)}


def _appoint_link(seen: Sight) -> dict[str, str]:
    if not seen.has("appoint") and not seen.has("grant_roles"):
        return {}
    try:
        url = reverse("admin:cohorts_appointment_add")
    except NoReverseMatch:
        return {}
    return {"action_url": url, "action_label": _("appoint")}


def duties(person_id: int, unit: Unit, term: Any) -> list[dict[str, Any]]:
    """What the leader did himself this term among the students of the cohort; one statement."""
    start = timezone.make_aware(dt.datetime.combine(term.starts_on, dt.time()))
    done = FollowUp.objects.filter(
        author_id=person_id,
        happened_at__gte=start,
        is_real=True,
        student_id__in=standing_in(unit.pk, timezone.localdate()),
    ).aggregate(
        talks=Count("student_id", distinct=True, filter=Q(channel=Channel.FACE)),
        visits=Count("pk", filter=Q(channel=Channel.VISIT)),
    )
    return [
        _duty(_("talks with students, %(n)s people a term"), done["talks"], WANTED_TALKS),
        _duty(_("dormitory visits, %(n)s a term"), done["visits"], WANTED_VISITS),
    ]


def _duty(label: str, done: int, wanted: int) -> dict[str, Any]:
    if done >= wanted:
        state, tone = _("done"), "ok"
    elif done == 0:
        state, tone = _("not begun"), "due"
    else:
        state, tone = _("%(n)s left") % {"n": wanted - done}, ""
    return {
        "label": label % {"n": wanted}, "done": done, "total": wanted, "state": state, "tone": tone,
    }  # fmt: skip
