"""What single steps ask for beyond order and time, each rule under its number of the rulebook."""

import datetime as dt
from collections.abc import Callable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partybranch.domain.dates import leaves_too_soon, may_extend_by, unassessed
from partybranch.domain.facts import MIN_REASON, Facts, Fault, Proposal, Setting
from partybranch.domain.months import DAY, add_months, years_old
from partybranch.domain.voting import league_faults
from partybranch.enums import COMMITTEE_TALK, FIRST_TALK, Outcome, Recommendation, Reply

Check = Callable[[Facts, Proposal, Setting], list[Fault]]


def own_faults(facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    check = _CHECKS.get(wanted.step)
    return check(facts, wanted, setting) if check else []


def may_apply_on(born_on: dt.date, on: dt.date, setting: Setting) -> bool:
    """P1: 18 on the day of application; some offices count from the day after the birthday."""
    day = on - DAY if setting.number("party.age_next_day") else on
    return years_old(born_on, day) >= setting.number("party.min_age")


def is_trained(days: int, hours: int, setting: Setting) -> bool:
    """P11: at least three days or at least 24 class hours."""
    return days >= setting.number("party.training_days") or hours >= setting.number(
        "party.training_hours"
    )


def certificate_until(facts: Facts, setting: Setting) -> dt.date | None:
    """The last day on which the training certificate counts (P11)."""
    trained = facts.on(11)
    return add_months(trained, setting.number("party.certificate_months")) if trained else None


def certificate_expired(facts: Facts, on: dt.date, setting: Setting) -> bool:
    until = certificate_until(facts, setting)
    return until is not None and on > until


def _apply(facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    if facts.born_on is None:
        return [Fault("born", _("The date of birth is not in the record. Have the roster "
                                "completed first: the age is computed from it."), "on")]  # fmt: skip
    if not may_apply_on(facts.born_on, wanted.on, setting):
        return [Fault("age", _("Applicants are at least %(n)s on the day they apply (Party "
                               "constitution, Article 1).")
                      % {"n": setting.number("party.min_age")}, "on")]  # fmt: skip
    if not wanted.detail.get("is_citizen"):
        return [Fault("citizen", _("Only Chinese citizens apply. Check the identity document and "
                                   "confirm it."), "is_citizen")]  # fmt: skip
    return []


def _talk(_facts: Facts, wanted: Proposal, _setting: Setting) -> list[Fault]:
    if wanted.detail.get("talker_post") not in FIRST_TALK:
        return [Fault("talker", _("The talk is held by the secretary, the deputy or the "
                                  "organisation member of the committee."), "talker_post")]  # fmt: skip
    return _named(wanted, "talker")


def _activist(facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    """P4: who is a League member of at most 28 is recommended by the League branch; members of the
    Party may do so instead where a reason is given."""
    by = wanted.detail.get("recommendation")
    if by not in Recommendation.values:
        return [Fault("recommendation", _("Say whether members or the Youth League recommended."),
                      "recommendation")]  # fmt: skip
    if by == Recommendation.LEAGUE:
        return _league_meeting(wanted)
    most, born = setting.number("party.league_age"), facts.born_on
    is_asked = facts.is_league and born is not None and years_old(born, wanted.on) <= most
    if is_asked and not _has_reason(wanted):
        return [Fault("league", _("League members of at most %(n)s are recommended by the League "
                                  "branch. Enter its meeting, or give the reason.")
                      % {"n": most}, "override_reason")]  # fmt: skip
    return []


def _league_meeting(wanted: Proposal) -> list[Fault]:
    names = ("league_expected", "league_present", "league_yes")
    if any(wanted.detail.get(name) is None for name in names):
        return [Fault("league_counts", _("Enter the numbers of the League meeting: who should "
                                         "attend, who was present, who was in favour."),
                      "league_expected")]  # fmt: skip
    expected, present, yes = (int(wanted.detail[name]) for name in names)
    return league_faults(expected, present, yes)


def _has_reason(wanted: Proposal) -> bool:
    return len(wanted.override_reason.strip()) >= MIN_REASON


def _contacts(_facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    most = setting.number("party.contacts")
    if not 1 <= len(wanted.sponsors) <= most:
        return [Fault("sponsors", _("Choose 1 to %(n)s contacts.") % {"n": most}, "sponsors")]
    return _full_members(wanted) or _load(wanted, setting.number("party.contact_load"))


def _introducers(_facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    wished = setting.number("party.introducers")
    if len({one.key for one in wanted.sponsors}) != wished or len(wanted.sponsors) != wished:
        return [Fault("sponsors", _("Exactly %(n)s different introducers are needed.")
                      % {"n": wished}, "sponsors")]  # fmt: skip
    return _full_members(wanted) or _load(wanted, setting.number("party.introducer_load"))


def _load(wanted: Proposal, most: int) -> list[Fault]:
    """How many one member looks after at once: the school's own number, set aside by a reason."""
    is_loaded = any(one.load >= most for one in wanted.sponsors)
    if not is_loaded or _has_reason(wanted):
        return []
    return [Fault("load", _("One of those chosen looks after %(n)s people already. Choose somebody "
                            "else, or give the reason.") % {"n": most}, "override_reason")]  # fmt: skip


def _full_members(wanted: Proposal) -> list[Fault]:
    if any(not one.is_full for one in wanted.sponsors):
        return [Fault("not_full", _("Contacts and introducers are full members on that day; "
                                    "members on probation cannot be."), "sponsors")]  # fmt: skip
    if any(one.is_suspended for one in wanted.sponsors):
        return [Fault("suspended", _("A member under suspension vouches for nobody until the rights "
                                     "are restored."), "sponsors")]  # fmt: skip
    return []


def _target(facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    found = []
    missing = unassessed(facts, wanted.on, setting.number("party.assess_every"))
    if missing:
        spans = "、".join(f"{_day(first)}–{_day(over - DAY)}" for first, over in missing)
        found.append(Fault("assessments", _("The half-yearly assessment is missing for: %(spans)s. "
                                            "Enter it in the cultivation book first.")
                           % {"spans": spans}))  # fmt: skip
    least = setting.number("party.mass_meeting")
    if int(wanted.detail.get("heard") or 0) < least:
        found.append(Fault("heard", _("At least %(n)s people are heard before.") % {"n": least},
                           "heard"))  # fmt: skip
    return found


def _target_filed(_facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    reply = wanted.detail.get("reply")
    if reply not in Reply.values:
        return [Fault("reply", _("Say what the committee answered."), "reply")]
    if setting.number("party.target_reply") and reply != Reply.CONSENT:
        return [Fault("consent", _("The school asks for the committee's consent; filing is not "
                                   "enough."), "reply")]  # fmt: skip
    return []


def _review(_facts: Facts, wanted: Proposal, _setting: Setting) -> list[Fault]:
    if len(str(wanted.detail.get("conclusion") or "").strip()) < MIN_REASON:
        return [Fault("conclusion", _("The political review ends in a written conclusion."),
                      "conclusion")]  # fmt: skip
    return []


def _training(_facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    days, hours = int(wanted.detail.get("days") or 0), int(wanted.detail.get("hours") or 0)
    if not is_trained(days, hours, setting):
        return [Fault("training", _("Training takes at least %(days)s days or %(hours)s class "
                                    "hours.")
                      % {"days": setting.number("party.training_days"),
                         "hours": setting.number("party.training_hours")}, "hours")]  # fmt: skip
    return _named(wanted, "certificate_no")


def _certificate(facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    until = certificate_until(facts, setting)
    if until is not None and wanted.on > until:
        return [Fault("certificate", _("The training certificate counted until %(day)s. Record the "
                                       "training again first.") % {"day": _day(until)}, "on")]  # fmt: skip
    return []


def _pre_review(facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    return _certificate(facts, wanted, setting)


def _form(_facts: Facts, wanted: Proposal, _setting: Setting) -> list[Fault]:
    return _named(wanted, "serial_no")


def _admission(facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    found = _certificate(facts, wanted, setting)
    months = setting.number("party.leave_block_months")
    leaves = facts.leaves_on
    is_soon = leaves is not None and leaves_too_soon(leaves, wanted.on, months)
    if is_soon and leaves is not None and not _has_reason(wanted):
        found.append(Fault("leaving", _(
            "Leaves the school on %(day)s, within %(n)s months after the meeting: admission is "
            "generally not handled any more. If it must be, give the reason.")
            % {"day": _day(leaves), "n": months}, "override_reason"))  # fmt: skip
    return found


def _committee_talk(_facts: Facts, wanted: Proposal, _setting: Setting) -> list[Fault]:
    if wanted.detail.get("talker_post") not in COMMITTEE_TALK:
        return [Fault("talker", _("A member of the committee or an organiser holds this talk."),
                      "talker_post")]  # fmt: skip
    return _named(wanted, "talker")


def _full_vote(facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    outcome = wanted.detail.get("outcome")
    if outcome not in Outcome.values:
        return [Fault("outcome", _("Say what the meeting voted on: transfer, extension or "
                                   "cancelling."), "outcome")]  # fmt: skip
    if outcome != Outcome.EXTEND:
        return []
    months = int(wanted.detail.get("months") or 0)
    if facts.extended_by:
        return [Fault("extended", _("The probation was extended before; that is possible once "
                                    "only."), "outcome")]  # fmt: skip
    if not may_extend_by(months, facts.extended_by):
        return [Fault("months", _("An extension lasts 6 to 12 months."), "months")]
    return []


def _named(wanted: Proposal, field: str) -> list[Fault]:
    if str(wanted.detail.get(field) or "").strip():
        return []
    return [Fault(field, _("Fill this in: the paper file names it."), field)]


def _day(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")


_CHECKS: dict[int, Check] = {
    1: _apply,
    2: _talk,
    3: _activist,
    5: _contacts,
    7: _target,
    8: _target_filed,
    9: _introducers,
    10: _review,
    11: _training,
    12: _certificate,
    13: _pre_review,
    14: _form,
    15: _admission,
    16: _committee_talk,
    23: _full_vote,
}
