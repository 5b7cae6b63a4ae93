"""Addresses of family contacts, health and aid; part of the table of addresses."""

import datetime as dt
from typing import Any

from students.models import AidGrant, AidRecognition, FamilyContact, HealthNote
from tests.web.addresses import Address
from tests.world import World

EMPTY: dict[str, str] = {}
POST_ONLY = {"students:record_confirm", "students:record_end"}
CARE = "lin zhou he jiang"
KEEP = "zhou he jiang"  # counsellor, and the heads who appoint counsellors
NEAR = "lu wang han gao"  # who sees the card, and of these fields at most the masked form
FAMILY, HEALTH = "{no_gu} family {contact}", "{no_gu} health {note_health}"
AID, GRANT = "{no_gu} aid {tier}", "{no_gu} grant {grant}"
OPEN = {"reason": "今日联系家长到校"}


def _new(kind: str, writers: str) -> list[Address]:
    others = " ".join(key for key in f"{CARE} {NEAR}".split() if key not in writers.split())
    args = f"{{no_gu}} {kind}"
    return [Address("students:record_new", args, ok=writers, denied=others),
            Address("students:record_new", args, bad=writers, denied=others, post=EMPTY)]  # fmt: skip


def _edit(args: str, writers: str) -> list[Address]:
    """A record that one may not read is missing; one that one may not correct is refused."""
    others = " ".join(key for key in CARE.split() if key not in writers.split())
    return [Address("students:record_edit", args, ok=writers, denied=others, others=404),
            Address("students:record_edit", args, bad=writers, denied=others, post=EMPTY)]  # fmt: skip


ROWS = [
    *_new("family", "he"), *_new("health", KEEP), *_new("aid", KEEP), *_new("grant", KEEP),
    Address("students:record_new", "{no_gu} results"),
    *_edit(FAMILY, "he"), *_edit(HEALTH, KEEP),
    Address("students:record_edit", AID, ok=KEEP, denied="lin lu wang"),
    Address("students:record_edit", AID, bad=KEEP, denied="lin lu wang", post=EMPTY),
    *_edit(GRANT, KEEP),
    Address("students:record_edit", "{no_song} family {contact}"),
    Address("students:record_open", FAMILY, ok=CARE),
    Address("students:record_open", FAMILY, bad=CARE, post=EMPTY),
    Address("students:record_open", HEALTH, ok=CARE),
    Address("students:record_open", AID, ok=CARE, denied="lu wang"),
    Address("students:record_open", AID, ok=CARE, denied="lu wang", post=OPEN,
            shows={"zhou": "家中变故"}, hides={"lu": "家中变故"}),
    Address("students:record_open", GRANT, ok=CARE),
    Address("students:record_confirm", FAMILY, away=CARE, post=EMPTY),
    Address("students:record_end", FAMILY, away="he", denied="lin zhou jiang", post=EMPTY),
    Address("students:my_contact_new", ok="gu_account"),
    Address("students:my_contact_new", bad="gu_account", post=EMPTY),
    Address("students:my_contact", "{contact}", ok="gu_account"),
    Address("students:my_contact", "{contact}", bad="gu_account", post=EMPTY),
    Address("students:my_contact", "{contact_song}"),
    # psy is locked out of gu's red case, and nobody else's is red.
    Address("casework:sealed_crisis", "{no_gu}", ok=CARE),
    Address("casework:sealed_crisis", "{no_gu}", bad=CARE, post=EMPTY),
    Address("imports:start", "aid_tiers", free="opens by a post that may import"),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    """One record of each kind of gu, and a contact of song."""
    day, made = dt.date(2026, 10, 20), {}
    for name, key in (("contact", "gu"), ("contact_song", "song")):
        contact = FamilyContact(student=world.students[key], name="家长", relation="father")
        contact.set_phone("13911112222")
        contact.save()
        made[name] = contact.pk
    note = HealthNote(student=world.gu, kind="allergy", since=day)
    note.set_text("花生过敏")
    note.save()
    tier = AidRecognition(student=world.gu, academic_year="2026-2027", tier_id="1", decided_on=day)
    tier.set_grounds("家中变故")
    tier.save()
    grant = AidGrant.objects.create(student=world.gu, academic_year="2026-2027", kind_id="A04",
                                    amount=3700, granted_on=day)  # fmt: skip
    return made | {"note_health": note.pk, "tier": tier.pk, "grant": grant.pk}
