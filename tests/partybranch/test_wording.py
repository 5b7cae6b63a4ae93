"""Words of the party side that mean something else on other sides of the portal."""

import pytest
from django.test import Client
from django.utils.translation import override

from partybranch.forms import DecisionForm, MemberForm, MoveForm
from partybranch.forms_election import ElectionForm
from partybranch.models import AwardRound, Candidate, Election, Honour, Vote
from students.models import Student
from tests.partybranch.party import add_party
from tests.world import World


def test_an_election_speaks_of_places_to_fill_and_votes_won_not_of_task_forces() -> None:
    with override("zh-hans"):
        form = ElectionForm(voters=[])
        assert (form["seats"].label, form["votes_0"].label) == ("应选人数", "得票数")
        assert Election._meta.get_field("seats").verbose_name == "应选人数"
        assert Candidate._meta.get_field("votes").verbose_name == "得票数"


def test_letters_of_a_membership_are_no_letters_of_appointment() -> None:
    with override("zh-hans"):
        for form in (MemberForm(students=Student.objects.none()), MoveForm(branches=None)):
            assert form["letter_no"].label == "组织关系介绍信编号"


def test_decisions_ballots_prizes_and_rounds_have_their_own_words() -> None:
    with override("zh-hans"):
        assert DecisionForm(steps=[])["kind"].label == "决定事项"
        assert Vote._meta.get_field("yes").verbose_name == "赞成"
        assert Vote._meta.get_field("no").verbose_name == "反对"
        assert Honour._meta.get_field("proof").verbose_name == "文号或证书编号"
        assert AwardRound._meta.get_field("seats").verbose_name == "名额"


@pytest.mark.django_db
def test_training_shows_the_share_that_completed_its_hours(world: World, client: Client) -> None:
    add_party(world)
    client.force_login(world.yan)
    text = client.get("/branches/training/").content.decode()
    assert "达标率</th>" in text
    assert "重点关注率" not in text
