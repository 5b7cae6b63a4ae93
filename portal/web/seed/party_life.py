"""A year of branch life and dues of the invented branches: most keep the rules, some are behind."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from partybranch.domain.dues_table import first_of, staff_dues
from partybranch.domain.joint import ALONE_KINDS
from partybranch.domain.months import DAY, add_months
from partybranch.enums import Body, BranchPost, Presence
from partybranch.models import (
    Attendance,
    BranchEvent,
    Candidate,
    DuesPayment,
    DuesRate,
    Election,
    EventKind,
    Membership,
    Motion,
    PartyMember,
    PartyOrganization,
)

from .load import copy_rows, first_id, move_sequences

_MONTHS = 13  # of events back from today
_PAID = 10  # of dues
_FRIDAY, _SATURDAY, _WEDNESDAY, _THURSDAY = 4, 5, 2, 3
_TOPICS = [
    "深入学习贯彻党的二十届四中全会精神", "学习《中国共产党纪律处分条例》", "传承西迁精神，争做西迁新传人",
    "重温入党誓词，坚定理想信念", "以学铸魂，服务同学成长", "学习全国教育大会精神", "科技报国与青年担当",
    "党员宿舍挂牌与责任区检查", "毕业季主题党日：把论文写在祖国大地上",
]  # fmt: skip
_FIRST = [
    "学习习近平总书记关于教育的重要论述", "学习习近平总书记给青年学生的回信精神",
    "学习党的二十届四中全会公报", "学习习近平总书记关于党的自我革命的重要思想",
]  # fmt: skip
_TEXT = (
    "围绕主题集体学习，教师党员与学生党员结合专业学习、宿舍共建和帮扶结对交流体会，梳理下阶段任务。"
)
_DECISIONS = "党员联系宿舍本月走访一次，由组织委员汇总\n困难同学结对名单下次会议前更新"
_LEAVES = ("外出实习", "参加学科竞赛", "身体不适", "出差", "与实验课冲突")
_POSTS = (BranchPost.SECRETARY, BranchPost.ORGANISATION, BranchPost.PUBLICITY)
_PLACES = ("党员之家", "书院报告厅", "学院会议室", "社区党群服务站")
_INCOMES = (6800, 8200, 9600, 11500, 14200)
_EVENT = (
    "id", "branch_id", "on", "place", "topic", "host", "recorder", "speaker", "guests", "first_item",
    "self_study", "group_study", "expert_study", "content", "decisions", "entry_reason",
    "withdrawn_at", "withdrawn_reason", "entered_at", "entered_by_id", "version", "client_key",
)  # fmt: skip


def _day_in(month: dt.date, weekday: int, week: int) -> dt.date:
    """The ``week``-th such weekday of a month."""
    first = month + ((weekday - month.weekday()) % 7) * DAY
    return first + 7 * (week - 1) * DAY


def _plan(month: dt.date, groups: int) -> Iterator[tuple[dt.date, tuple[str, ...]]]:
    """What a branch that keeps the rules holds in a month."""
    codes = ["theme_day"]
    codes += ["lecture"] if month.month % 3 == 0 else []
    codes += ["secretary_lecture"] if month.month in (3, 12) else []
    codes += ["members_meeting"] if month.month % 3 == 2 else []
    codes += ["life_meeting", "appraisal"] if month.month == 1 else []
    codes += ["heart_talk"] if month.month == 12 else []  # December
    yield _day_in(month, _FRIDAY, 2), tuple(codes)
    if month.month in (4, 10):  # a day of training in spring and in autumn
        yield _day_in(month, _SATURDAY, 3), ("training",)
    yield _day_in(month, _WEDNESDAY, 1), ("committee_meeting",)
    if groups:
        yield _day_in(month, _THURSDAY, 3), ("group_meeting",)


@dataclass
class _Writer:
    """Collects rows of all branches and writes each table once."""

    today: dt.date
    rng: random.Random
    kinds: dict[str, int]
    at: dt.datetime
    number: int = 0
    events: list[Any] = field(default_factory=list)
    of_kinds: list[tuple[int, int]] = field(default_factory=list)
    came: list[tuple[Any, ...]] = field(default_factory=list)
    votes: list[Motion] = field(default_factory=list)
    payments: list[DuesPayment] = field(default_factory=list)
    rates: list[DuesRate] = field(default_factory=list)
    elections: list[Election] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)

    def life(
        self, branch: PartyOrganization, members: Sequence[Membership], groups: int, keeps: float,
        writer: int | None,
    ) -> None:  # fmt: skip
        officers = [one.member for one in members if one.member.is_full_on(self.today)][:5]
        head = officers[0].name if officers else "书记"
        month = add_months(first_of(self.today), -_MONTHS)
        while month <= self.today:
            for on, codes in _plan(month, groups):
                is_held = self.rng.random() < keeps and (branch.opened_on or on) <= on <= self.today
                people = officers if codes == ("committee_meeting",) else [
                    one.member for one in members
                    if one.since <= on and one.member.is_on(on)
                ]  # fmt: skip
                if is_held and people:
                    self._hold(branch, on, codes, people, head, writer)
            month = add_months(month, 1)

    def _hold(
        self, branch: PartyOrganization, on: dt.date, codes: tuple[str, ...],
        people: Sequence[PartyMember], head: str, writer: int | None,
    ) -> None:  # fmt: skip
        key, dice = self.number, self.rng
        self.number += 1
        is_study = "theme_day" in codes
        recorder = people[-1].name
        self.events.append((
            key, branch.pk, on, dice.choice(_PLACES),
            dice.choice(_TOPICS) if is_study else "研究支部近期工作", head, recorder,
            head if "lecture" in codes else "", "", dice.choice(_FIRST) if dice.random() < 0.9 else "",
            30 if is_study else 0, 60 if is_study else 20,
            360 if "training" in codes else 45 if "lecture" in codes else 0, _TEXT,
            _DECISIONS if dice.random() < 0.6 else "", "", None, "", self.at, writer, 1, None,
        ))  # fmt: skip
        self.of_kinds += [(key, self.kinds[code]) for code in codes]
        present = 0
        for number, one in enumerate(people):
            drawn = dice.random()
            here = number * 2 < len(people) if codes == ("committee_meeting",) else drawn < 0.87
            state = (
                Presence.PRESENT if here else Presence.LEAVE if drawn < 0.97 else Presence.ABSENT
            )
            present += here
            why = dice.choice(_LEAVES) if state == Presence.LEAVE else ""
            grade = "" if "appraisal" not in codes else "excellent" if number % 4 == 3 else "good"
            self.came.append((key, one.pk, str(state), why, grade))
        full = sum(one.is_full_on(on) for one in people)
        if "members_meeting" in codes and min(present, full) > 2:
            voters = max(min(present, full) - 1, full // 2 + 1)
            self.votes.append(Motion(
                event_id=key, matter="支部半年工作计划", on=on, body=Body.MEETING, expected=full,
                present=voters, yes=voters - 1, abstain=1, entered_by_id=writer,
            ))  # fmt: skip

    def dues(
        self, branch: PartyOrganization, members: Sequence[Membership], writer: int | None
    ) -> None:
        last = first_of(self.today)
        for number, place in enumerate(members):
            member = place.member
            amount = Decimal("0.2")
            if member.person_id is not None:
                amount = staff_dues(Decimal(_INCOMES[member.pk % len(_INCOMES)]))
                since = dt.date(self.today.year - 1, 1, 1)
                self.rates.append(DuesRate(member=member, since=since, amount=amount))
            late = {7: 1, 13: 4}.get(number, 7 if number == 19 and branch.pk % 5 == 0 else 0)
            for back in range(late if late else self.rng.randint(0, 1), _PAID + 1):
                month = add_months(last, -back)
                if month >= max(first_of(member.joined_on), first_of(place.since)):
                    paid = min(month + self.rng.randint(4, 24) * DAY, self.today)
                    self.payments.append(DuesPayment(
                        member=member, branch=branch, month=month, amount=amount, paid_on=paid,
                        entered_by_id=writer,
                    ))  # fmt: skip

    def election(
        self, branch: PartyOrganization, members: Sequence[Membership], posts: dict[str, int]
    ) -> None:
        """The vote behind the committee of today, where its three officers stand in the branch."""
        on = dt.date(self.today.year, 3, 18)
        on = on if on <= self.today else on.replace(year=on.year - 1)
        full = [one.member for one in members if one.since <= on and one.member.is_full_on(on)]
        mine = {one.person_id: one for one in full}
        chosen = [(post, mine[posts[post]]) for post in _POSTS if posts.get(post) in mine]
        others = [one for one in full if one not in [member for _post, member in chosen]]
        if len(full) < 7 or len(chosen) < 3 or not others:
            return
        present = len(full) - (1 if len(full) >= 9 else 0)
        held = Election(
            branch=branch, on=on, is_committee=True, seats=3, right=len(full), present=present,
            returned=present, term_months=36, approved_on=on + 9 * DAY,
        )  # fmt: skip
        self.elections.append(held)
        rows = [*chosen, (BranchPost.DISCIPLINE, others[0])]
        most = (present, present - 1, present * 3 // 4 + 1, present // 4)
        for (post, member), votes in zip(rows, most, strict=True):
            self.candidates.append(Candidate(
                election=held, member=member, post=post, votes=votes,
                talked_on=on - 12 * DAY, talked_by=others[-1].name,
                talk_note="本人愿意为党员服务，党员群众反映良好", is_elected=2 * votes > present,
            ))  # fmt: skip

    def save(self) -> None:
        copy_rows(BranchEvent._meta.db_table, _EVENT, self.events)
        through = BranchEvent.kinds.through
        copy_rows(through._meta.db_table, ("branchevent_id", "eventkind_id"), self.of_kinds)
        copy_rows(
            Attendance._meta.db_table,
            ("event_id", "member_id", "presence", "reason", "grade"),
            self.came,
        )
        move_sequences([BranchEvent])
        Motion.objects.bulk_create(self.votes)
        Election.objects.bulk_create(self.elections)
        Candidate.objects.bulk_create(self.candidates)
        DuesRate.objects.bulk_create(self.rates)
        DuesPayment.objects.bulk_create(self.payments, batch_size=5000)


def seed_life(
    branches: Sequence[PartyOrganization], holders: dict[tuple[int, str], int], today: dt.date,
    at: dt.datetime, rng: random.Random,
) -> int:  # fmt: skip
    """Events, attendance, votes and dues of ``branches``; ``holders``: who holds which
    post of each; the secretary entered them. Returns how many events there are."""
    kinds = dict(EventKind.objects.values_list("code", "pk"))
    writer = _Writer(today, rng, kinds, at, number=first_id(BranchEvent))
    places: dict[int, list[Membership]] = {one.pk: [] for one in branches}
    rows = Membership.objects.filter(branch__in=branches, is_relation=True, until=None)
    for place in rows.select_related("member__student", "member__person").order_by("pk"):
        places[place.branch_id].append(place)
    with_groups = []
    for number, branch in enumerate(sorted(branches, key=lambda one: one.code)):
        groups = 2 if number % 3 == 0 else 0
        with_groups += [branch.pk] if groups else []
        keeps = (1.0, 0.97, 0.55, 0.93, 0.82)[number % 5]
        posts = {role: person for (unit, role), person in holders.items() if unit == branch.pk}
        secretary = posts.get(BranchPost.SECRETARY)
        writer.life(branch, places[branch.pk], groups, keeps, secretary)
        writer.election(branch, places[branch.pk], posts)
        writer.dues(branch, places[branch.pk], secretary)
    PartyOrganization.objects.filter(pk__in=with_groups).update(party_groups=2)
    writer.save()
    _share(sorted(branches, key=lambda one: one.code), places)
    return len(writer.events)


def _share(branches: Sequence[PartyOrganization], places: dict[int, list[Membership]]) -> None:
    """The last theme days of a few branches were held together with the next one and reached others
    besides; at the second of them the partner has not entered its attendance yet."""
    kind = EventKind.objects.get(code="micro_talk")
    pairs = list(zip(branches[:8:2], branches[1:8:2], strict=False))
    for number, (branch, partner) in enumerate(pairs):
        held = BranchEvent.objects.filter(branch=branch, kinds__code="theme_day")
        event = held.exclude(kinds__code__in=ALONE_KINDS).order_by("-on", "-pk").first()
        if event is None:
            continue
        event.partners.add(partner)
        event.kinds.add(kind)
        BranchEvent.objects.filter(pk=event.pk).update(audience=40 + 25 * number)
        here = [one.member for one in places[partner.pk]
                if one.since <= event.on and one.member.is_on(event.on)]  # fmt: skip
        if number != 1:
            Attendance.objects.bulk_create(
                Attendance(event=event, member=one, presence=Presence.PRESENT) for one in here[:9]
            )
