"""Random crises and exports: called, acting and handed to whoever is drawn; asked for on any unit."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from casework.crisis_enums import EndedAs, Hop, Part
from casework.models import Crisis, CrisisHop
from cohorts.access import in_force
from cohorts.models import Export, Grant

if TYPE_CHECKING:
    from tests.permissions.campus import Campus

DAY = dt.timedelta(days=1)


def add_crises(campus: "Campus") -> None:
    dice, now = campus.dice, timezone.now()
    hops = []
    for case in dice.sample(campus.cases, 14):
        is_over = dice.random() < 0.5
        crisis = Crisis.objects.create(
            student_id=case.student_id, case=case if dice.random() < 0.8 else None,
            opened_by=dice.choice(campus.people), opened_at=now - DAY, first_due_at=now,
            **({"handed_at": now, "handed_to": dice.choice(campus.people), "ended_as": EndedAs.SAFE,
                "advice": "室友陪同", "review_on": campus.today} if is_over else {}),
        )  # fmt: skip
        for _step in range(6):
            hops.append(CrisisHop(
                crisis=crisis, kind=dice.choice((Hop.TOLD, Hop.STAYS)), at=now,
                part=dice.choice(["", *Part.values]), person=dice.choice([None, *campus.people]),
                by=dice.choice([None, *campus.people]),
            ))  # fmt: skip
    CrisisHop.objects.bulk_create(hops)


def add_exports(campus: "Campus") -> None:
    dice, now = campus.dice, timezone.now()
    pairs = [(unit, dice.choice(campus.people)) for unit in [*campus.world.units.values()] * 2]
    # And some asked for by those who could approve them, had somebody else asked.
    alive = [one for one in campus.people if one.is_in_force()]
    held = Grant.objects.filter(
        in_force(campus.today), user__in=alive, permission__codename="approve_export"
    )
    pairs += [(grant.content_object, grant.user) for grant in held.order_by("pk")[:5]]
    Export.objects.bulk_create(
        Export(kind="ledger", title="名单", unit_id=unit.pk, reason="专班会商", lines=[1], persons=1,
               needs_approval=at >= len(campus.world.units) * 2 or dice.random() < 0.7,
               asked_by=person, asked_at=now, ends_at=now + DAY)
        for at, (unit, person) in enumerate(pairs)
    )  # fmt: skip
