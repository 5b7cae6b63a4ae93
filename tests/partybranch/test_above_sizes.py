"""How many members stand below a general branch or committee (rulebook 1.5)."""

import pytest
from django.test import Client

from partybranch.domain.facts import FIRST_NUMBERS
from partybranch.domain.organs import above_faults
from partybranch.enums import PartyKind
from partybranch.models import PartyOrganization
from tests.partybranch.party import add_party
from tests.world import World


def codes(kind: str, members: int) -> list[str]:
    return [one.code for one in above_faults(kind, members, FIRST_NUMBERS)]


def test_a_general_branch_has_fifty_to_a_hundred_members_a_committee_a_hundred() -> None:
    general, committee = PartyKind.GENERAL, PartyKind.COMMITTEE
    assert [codes(general, n) for n in (49, 50, 99, 100)] == [
        ["general_small"], [], [], ["general_large"]]  # fmt: skip
    assert [codes(committee, n) for n in (99, 100)] == [["committee_small"], []]
    assert codes(PartyKind.JOINT, 3) == []


@pytest.mark.django_db
def test_the_page_counts_the_members_of_all_branches_below(world: World) -> None:
    add_party(world)
    PartyOrganization.objects.filter(pk=world.joint.pk).update(parent=world.general)
    world.add_post("gao", "organiser", "community")
    client = Client()
    client.force_login(world.gao)
    page = client.get(f"/branches/{world.community.pk}/").content.decode()
    assert "所属党支部共有党员10名" in page  # nine full members and one on probation
