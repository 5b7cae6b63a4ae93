"""What each kind of party organisation may do, and whether a branch fits the rules (1.5, P14)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from partybranch.domain.book import StepRule
from partybranch.domain.facts import Fault, Organ, Proposal
from partybranch.enums import BRANCHES, RELATION_HOLDING, Body, PartyKind


@dataclass(frozen=True)
class Powers:
    """True for regular and joint branches only; committees and general branches hold no members
    of their own here."""

    can_admit: bool
    can_collect_dues: bool
    can_elect: bool
    holds_relation: bool


def powers(kind: str) -> Powers:
    is_full = kind in RELATION_HOLDING
    return Powers(is_full, is_full, is_full, is_full)


def may_cultivate(kind: str) -> bool:
    """Any branch may add to the cultivation book of a person whom the home branch owns."""
    return kind in BRANCHES


def may_approve(organ: Organ) -> bool:
    """Only a party committee decides; a general branch deliberates, a branch never (P14)."""
    return organ.kind == PartyKind.COMMITTEE


def step_faults(rule: StepRule, proposal: Proposal) -> list[Fault]:
    """A step taken by an organisation that may not take it."""
    if not powers(proposal.branch.kind).can_admit:
        return [Fault(
            "branch",
            _("A temporary or functional branch admits nobody: the branch that holds the "
              "membership relation takes this step. Here entries in the cultivation book can be "
              "added."),
        )]  # fmt: skip
    found: list[Fault] = []
    if rule.is_committee:
        found += _committee_faults(proposal)
    if rule.body == Body.BRANCH and not proposal.branch.has_committee:
        return found  # the branch meeting decides where there is no committee (P4)
    return found


def _committee_faults(proposal: Proposal) -> list[Fault]:
    branch, body = proposal.branch, proposal.body
    if branch.approving is None:
        return [Fault("no_committee", _("No approving committee is set for this branch. The system "
                                        "administrator enters it with the branch."), "body")]  # fmt: skip
    if body is None:
        return [Fault("body", _("Say which committee took this step."), "body")]
    if body.kind == PartyKind.GENERAL:
        return [Fault("general", _("A general branch deliberates and cannot approve. Enter its "
                                   "deliberation, and the decision of the committee."), "body")]  # fmt: skip
    if not may_approve(body):
        return [Fault("not_committee", _("Only a party committee takes this step."), "body")]
    if body.key != branch.approving:
        return [Fault("other_committee", _("Another committee approves for this branch; see the "
                                           "page of the branch."), "body")]  # fmt: skip
    return []


def branch_faults(
    organ: Organ, *, members: int, full: int, officers: int, units: int, numbers: dict[str, int],
    has_secretary: bool = True, has_members: bool = False,
) -> list[Fault]:  # fmt: skip
    """What a branch page warns of (1.5): size, joint units, a committee only from seven members,
    nobody who leads it. ``has_members``: posts beside secretary and deputy are held."""
    if not powers(organ.kind).holds_relation:
        return []
    found = []
    if full < numbers["branch.min_full"]:
        found.append(Fault("small", _(
            "%(n)s full members: a branch needs at least %(least)s. Form a joint branch.")
            % {"n": full, "least": numbers["branch.min_full"]}))  # fmt: skip
    if members > numbers["branch.max_members"]:
        found.append(Fault("large", _(
            "%(n)s members: generally at most %(most)s. Consider dividing the branch.")
            % {"n": members, "most": numbers["branch.max_members"]}))  # fmt: skip
    if organ.kind == PartyKind.JOINT and units > numbers["branch.joint_units"]:
        found.append(Fault("units", _(
            "Members from %(n)s units: a joint branch generally covers at most %(most)s.")
            % {"n": units, "most": numbers["branch.joint_units"]}))  # fmt: skip
    if not has_secretary:
        found.append(Fault("secretary_missing", _(
            "The post of secretary is vacant: hold an election, and have the committee above approve "
            "it.")))  # fmt: skip
    return found + _committee_size(full, officers, numbers, has_members)


def above_faults(kind: str, members: int, numbers: dict[str, int]) -> list[Fault]:
    """What the page of a general branch or committee warns of: ``members`` of all branches below.
    All of it holds generally (1.5)."""
    who = {"n": members, "general": numbers["branch.general_from"],
           "basic": numbers["branch.basic_from"]}  # fmt: skip
    if kind == PartyKind.GENERAL and members < who["general"]:
        return [Fault("general_small", _(
            "%(n)s members in the branches below: a general branch is generally set up from "
            "%(general)s on.") % who)]  # fmt: skip
    if kind == PartyKind.GENERAL and members >= who["basic"]:
        return [Fault("general_large", _(
            "%(n)s members in the branches below: from %(basic)s on generally a basic committee is "
            "set up.") % who)]  # fmt: skip
    if kind == PartyKind.COMMITTEE and members < who["basic"]:
        return [Fault("committee_small", _(
            "%(n)s members in the branches below: a basic committee generally has %(basic)s; with "
            "fewer the committee above has approved it.") % who)]  # fmt: skip
    return []


def _committee_size(
    full: int, officers: int, numbers: dict[str, int], has_members: bool
) -> list[Fault]:
    """Officers are secretary, deputy and the members of the committee."""
    start, most = numbers["branch.committee_from"], 7
    if full < start and (officers > 2 or has_members):
        return [Fault("committee_early", _(
            "A committee is set up only from %(n)s full members; this branch has %(full)s: one "
            "secretary, and a deputy if needed.") % {"n": start, "full": full})]  # fmt: skip
    if full >= start and officers < 3:
        return [Fault("committee_missing", _(
            "From %(n)s full members a branch has a committee of 3 to 5; %(officers)s hold a post.")
            % {"n": start, "officers": officers})]  # fmt: skip
    if officers > most:
        return [Fault("committee_large", _(
            "%(officers)s hold a post in the committee; at most %(most)s may.")
            % {"officers": officers, "most": most})]  # fmt: skip
    return []
