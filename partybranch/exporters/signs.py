"""Door signs (党员宿舍挂牌) and signs of posts, in the layout of the letters of appointment.

The words are Chinese whatever the language of the screen: they hang in the school.
"""

from collections.abc import Sequence
from itertools import groupby

from django.utils import timezone

from cohorts.enums import LinkTarget
from cohorts.exporters.letters import day_words, word_sheets
from partybranch.models import PartyLink, PartyOrganization

_PLEDGE = "亮身份、作表率、受监督。"


def sheets_of(branch: PartyOrganization, links: Sequence[PartyLink]) -> list[dict[str, str]]:
    """The lines of each sign: one for a room with all its members, one for each post of a place.
    ``links`` come sorted by kind and target."""
    found = []
    for (kind, target), group in groupby(links, key=lambda one: (one.kind, one.target_name)):
        held = list(group)
        names = "、".join(one.holder_name for one in held)
        term = f"自{day_words(held[0].starts_on)}" + (
            f"至{day_words(held[0].ends_on)}" if held[0].ends_on else "起"
        )
        is_door = kind.target == LinkTarget.DOOR
        found.append({
            "title": "党员宿舍" if is_door else kind.name,
            "to": target,
            "body": f"本室党员：{names}。" if is_door else f"责任党员{names}，{term}。",
            "close": _PLEDGE,
            "issuer": branch.name,
            "day": day_words(timezone.localdate()),
            "number": f"编号：{branch.code}-{len(found) + 1:02d}",
        })  # fmt: skip
    return found


def word_signs(branch: PartyOrganization, links: Sequence[PartyLink]) -> bytes:
    """One Word file, a landscape page for each sign; one page that says so where there is none."""
    sheets = sheets_of(branch, links)
    empty = {
        "title": "党员挂牌", "to": branch.name, "body": "目前没有需要挂牌的党员宿舍和先锋岗。",
        "close": "", "issuer": branch.name, "day": day_words(timezone.localdate()), "number": "",
    }  # fmt: skip
    return word_sheets(sheets or [empty])
