"""Arithmetic of elections in a branch (选举条例; rulebook 1.4, 1.5). No database.

Counts only: how many ballots each candidate got, never who voted for whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from django.utils.translation import gettext as _

from partybranch.domain.facts import FIRST_NUMBERS, Fault


@dataclass(frozen=True)
class Tally:
    """Ballots for one candidate."""

    key: int
    yes: int


@dataclass(frozen=True)
class Poll:
    """``right`` members with election right on the day, ``present`` of them; ``returned`` ballots,
    ``invalid`` ones among them."""

    seats: int
    right: int
    present: int
    returned: int
    invalid: int
    tallies: Sequence[Tally]


@dataclass(frozen=True)
class Elected:
    """``tied``: candidates with more than half who stand level at the last seat; a further ballot
    among them decides. ``open_seats``: seats that nobody has won."""

    keys: tuple[int, ...]
    tied: tuple[int, ...]
    open_seats: int


def candidates_needed(seats: int, extra: int = FIRST_NUMBERS["branch.election_extra"]) -> int:
    """At least a fifth (20 per cent) more than seats: 5 seats ask for 6, 3 for 4, 1 for 2."""
    return seats + ceil(seats * extra / 100)


def elect(poll: Poll) -> Elected:
    """Elected is whoever has more than half of those present, the most votes first."""
    most = sorted(
        (one for one in poll.tallies if 2 * one.yes > poll.present), key=lambda one: -one.yes
    )
    if len(most) <= poll.seats:
        return Elected(tuple(one.key for one in most), (), poll.seats - len(most))
    last = most[poll.seats - 1].yes
    if most[poll.seats].yes < last:
        return Elected(tuple(one.key for one in most[: poll.seats]), (), 0)
    sure = tuple(one.key for one in most if one.yes > last)
    tied = tuple(one.key for one in most if one.yes == last)
    return Elected(sure, tied, poll.seats - len(sure))


def poll_faults(
    poll: Poll, *, is_committee: bool, voters: int, full: int, numbers: dict[str, int],
    remaining: int = 0,
) -> list[Fault]:  # fmt: skip
    """What makes an election void or a committee impossible. ``voters``: members with election
    right by the roll; ``full``: full members, by which a committee may be elected; ``remaining``:
    officers whose posts are not voted on, so that a by-election may fill a single seat."""
    found = _seat_faults(poll, is_committee, full, numbers, remaining)
    if poll.right != voters:
        found.append(Fault("right", _(
            "By the roll %(n)s members have the right to elect on that day.") % {"n": voters},
            "right"))  # fmt: skip
    if poll.present > poll.right:
        found.append(Fault("present", _("More people are present than may elect."), "present"))
    elif 100 * poll.present < (share := numbers["branch.election_present"]) * poll.right:
        found.append(Fault("quorum", _(
            "%(present)s of %(right)s were present: at least %(share)s per cent are needed. Call the "
            "meeting again.") % {"present": poll.present, "right": poll.right, "share": share},
            "present"))  # fmt: skip
    needed = candidates_needed(poll.seats, numbers["branch.election_extra"])
    if len(poll.tallies) < needed:
        found.append(Fault("candidates", _(
            "%(n)s candidates for %(seats)s seats: too few to choose from, at least %(needed)s are "
            "needed.") % {"n": len(poll.tallies), "seats": poll.seats, "needed": needed}))  # fmt: skip
    return found + _ballot_faults(poll)


def _seat_faults(
    poll: Poll, is_committee: bool, full: int, numbers: dict[str, int], remaining: int
) -> list[Fault]:
    start = numbers["branch.committee_from"]
    if is_committee and full < start:
        return [Fault("committee", _(
            "A committee is elected from %(n)s full members on; this branch has %(full)s: elect a "
            "secretary.") % {"n": start, "full": full}, "is_committee")]  # fmt: skip
    # A committee has three to seven with those who stay in office.
    low, high = (max(3 - remaining, 1), 7 - remaining) if is_committee else (1, 2)
    if not low <= poll.seats <= high:
        return [
            Fault("seats", _("%(low)s to %(high)s seats.") % {"low": low, "high": high}, "seats")
        ]
    return []


def _ballot_faults(poll: Poll) -> list[Fault]:
    if poll.returned > poll.present:
        return [Fault("ballots", _(
            "%(returned)s ballots returned, %(present)s people present: the election is void. Vote "
            "again.") % {"returned": poll.returned, "present": poll.present}, "returned")]  # fmt: skip
    valid = poll.returned - poll.invalid
    if valid < 0 or any(one.yes > valid for one in poll.tallies):
        return [Fault("tally", _("A candidate has more votes than there are valid ballots."),
                      "returned")]  # fmt: skip
    if sum(one.yes for one in poll.tallies) > valid * poll.seats:
        return [Fault("tally", _("More votes than %(n)s valid ballots with %(seats)s names can bear.")
                      % {"n": valid, "seats": poll.seats}, "returned")]  # fmt: skip
    return []
