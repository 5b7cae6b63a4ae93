"""Vote arithmetic (rulebook 1.4; 2014 Art. 20–21, 33). Store counts only; a tie fails."""

from django.utils.translation import gettext as _

from partybranch.domain.facts import Ballot, Fault, Organ
from partybranch.enums import Body


def majority(expected: int) -> int:
    """Yes votes needed: more than half of those who should attend (10 needs 6, 11 needs 6)."""
    return expected // 2 + 1


def quorum(expected: int, body: str = Body.MEETING) -> int:
    """How many must be present: more than half; of a branch committee at least half."""
    return (expected + 1) // 2 if body == Body.BRANCH else expected // 2 + 1


def has_quorum(ballot: Ballot, body: str = Body.MEETING) -> bool:
    """Written opinions do not count here: those who wrote them were not there."""
    return ballot.present >= quorum(ballot.expected, body)


def yes_votes(ballot: Ballot) -> int:
    return ballot.yes + ballot.written_yes


def passes(ballot: Ballot) -> bool:
    """2·Y > E. A valid meeting is asked for apart (``ballot_faults``)."""
    return 2 * yes_votes(ballot) > ballot.expected


def ballot_faults(ballot: Ballot, body: str, branch: Organ, min_full: int) -> list[Fault]:
    """Counts that cannot be: more ballots than people, no quorum, members not accounted for."""
    found = _impossible(ballot)
    if found:
        return found
    if body == Body.MEETING:
        found += _meeting_faults(ballot, branch, min_full)
    if not has_quorum(ballot, body):
        found.append(Fault(
            "quorum",
            _("The meeting is not valid: %(present)s of %(expected)s who should attend were "
              "present, at least %(needed)s are needed. Call it again.")
            % {"present": ballot.present, "expected": ballot.expected,
               "needed": quorum(ballot.expected, body)},
            "present",
        ))  # fmt: skip
    return found


def _impossible(ballot: Ballot) -> list[Fault]:
    counts = (ballot.expected, ballot.present, ballot.yes, ballot.no, ballot.abstain,
              ballot.invalid, ballot.written_yes, ballot.left_out)  # fmt: skip
    if min(counts) < 0 or ballot.expected < 1:
        return [Fault("counts", _("Counts are whole numbers; at least one person should attend."),
                      "expected")]  # fmt: skip
    if ballot.present > ballot.expected:
        return [Fault("present", _("More people are present than should attend."), "present")]
    cast = ballot.yes + ballot.no + ballot.abstain + ballot.invalid
    if cast != ballot.present:
        return [Fault(
            "ballots",
            _("%(cast)s ballots for %(present)s people present: yes, no, abstentions and invalid "
              "ones together are as many as people present. Count again.")
            % {"cast": cast, "present": ballot.present},
            "yes",
        )]  # fmt: skip
    if ballot.written_yes > ballot.expected - ballot.present:
        return [Fault("written", _("More written opinions than absent members."), "written_yes")]
    return []


def _meeting_faults(ballot: Ballot, branch: Organ, min_full: int) -> list[Fault]:
    if branch.voters < min_full:
        return [Fault(
            "too_few",
            _("The branch has %(n)s full members with voting right on that day; with fewer than "
              "%(least)s it cannot hold this vote. Enter its members, or form a joint branch.")
            % {"n": branch.voters, "least": min_full},
        )]  # fmt: skip
    if ballot.expected + ballot.left_out != branch.voters:
        return [Fault(
            "expected",
            _("The branch has %(n)s full members with voting right on that day (without members "
              "on probation): who should attend and who is left out must add up to that.")
            % {"n": branch.voters},
            "expected",
        )]  # fmt: skip
    if ballot.left_out and not ballot.left_out_reason.strip():
        return [Fault("left_out", _("Say why members are left out of those who should attend: "
                                    "long illness, abroad over six months, suspended."),
                      "left_out_reason")]  # fmt: skip
    return []


def league_faults(expected: int, present: int, yes: int) -> list[Fault]:
    """The meeting of a League branch that recommends an applicant: at least two thirds of its members
    present, at least half of those present in favour (推优)."""
    if not (expected >= 1 and present <= expected and yes <= present):
        return [Fault("league_counts", _(
            "The numbers of the League meeting do not add up: no more present than should attend, no "
            "more in favour than present."), "league_present")]  # fmt: skip
    if 3 * present < 2 * expected:
        return [Fault("league_quorum", _(
            "The League meeting is not valid: %(present)s of %(expected)s were present, at least "
            "%(needed)s (two thirds) are needed.")
            % {"present": present, "expected": expected, "needed": -(-2 * expected // 3)},
            "league_present")]  # fmt: skip
    if 2 * yes < present:
        return [Fault("league_yes", _(
            "The League meeting did not recommend: %(yes)s of %(present)s present were in favour, at "
            "least %(needed)s (half) are needed.")
            % {"yes": yes, "present": present, "needed": -(-present // 2)}, "league_yes")]  # fmt: skip
    return []


def vote_words(ballot: Ballot) -> str:
    """“should attend 11, present 9, yes 8 (1 in writing); 6 needed”."""
    words = _("should attend %(e)s, present %(p)s, yes %(y)s; %(n)s needed") % {
        "e": ballot.expected, "p": ballot.present, "y": yes_votes(ballot),
        "n": majority(ballot.expected),
    }  # fmt: skip
    return words + (_(" (%(w)s in writing)") % {"w": ballot.written_yes}
                    if ballot.written_yes else "")  # fmt: skip
