"""Values and people of the tests about family contacts, health and aid."""

import datetime as dt

from django.test import Client

from portal.core.models import User
from students.models import AidGrant, AidRecognition, FamilyContact, HealthNote
from tests.world import World

EN = {"Accept-Language": "en"}
NUMBER = "13911112222"
WORDS = "花生过敏，随身带药"
GROUNDS = "父亲失业，姐妹同时在读"
DAY = dt.date(2026, 10, 20)


def with_records(world: World) -> World:
    """gu with one contact, one health note, a tier, a grant; zi of the aid centre."""
    world.add_person("zi", "资老师")
    world.add_post("zi", "aid_officer", "uni")
    contact = FamilyContact(student=world.gu, name="顾明远", relation="father", is_guardian=True)
    contact.set_phone(NUMBER)
    contact.save()
    note = HealthNote(student=world.gu, kind="allergy", since=DAY)
    note.set_text(WORDS)
    note.save()
    tier = AidRecognition(student=world.gu, academic_year="2026-2027", tier_id="1",
                          group="allowance", decided_on=DAY)  # fmt: skip
    tier.set_grounds(GROUNDS)
    tier.save()
    AidGrant.objects.create(student=world.gu, academic_year="2026-2027", kind_id="A04",
                            amount=3700, granted_on=DAY)  # fmt: skip
    return world


def client(person: User) -> Client:
    made = Client()
    made.force_login(person)
    return made
