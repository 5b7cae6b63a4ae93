"""One record with everything of the full form, its files and its former versions."""

from typing import Any

from django.utils.translation import gettext as _

from casework.crisis_enums import Part
from casework.models import FollowUp, TalkType
from portal.core.files import files_of
from portal.core.ui.dates import format_day

KIND = "talk"
_TEXTS = ("own_words", "state_seen", "problem", "advice", "agreed")


def facts(talk: FollowUp) -> list[dict[str, Any]]:
    """Short facts that were filled in, as label and value."""
    kind = TalkType.objects.filter(pk=talk.talk_type).values_list("name", flat=True).first()
    found = [
        (_("Way of contact"), talk.get_channel_display()),
        (_("When"), format_day(talk.happened_at, "time")),
        (_("Recorded"), format_day(talk.recorded_at, "time")),
        (_("Place"), talk.place),
        (_("Minutes"), talk.minutes or ""),
        (_("Also present"), talk.companions),
        (_("Type of talk"), kind or ""),
        (_("What led to it"), talk.trigger),
        (_("Risk"), talk.get_risk_display()),
        (_("Next contact"), format_day(talk.next_on) if talk.next_on else ""),
        (_("Report to"), str(Part(talk.report_to).label) if talk.report_to else ""),
        (_("Visible to"), talk.get_confidentiality_display()),
    ]
    if talk.group_size > 1:
        found.append((_("Written about"), _("%(n)s people") % {"n": talk.group_size}))
    return [{"label": label, "value": value} for label, value in found if value]


def texts(talk: FollowUp) -> list[tuple[str, str]]:
    """(label, text): the account first, then the parts that were filled in."""
    parts = [(_("Content"), talk.content)]
    fields = {field.name: field for field in FollowUp._meta.concrete_fields}
    parts += [(str(fields[name].verbose_name), getattr(talk, name)) for name in _TEXTS]
    return [(label, text) for label, text in parts if text]


def versions(talk: FollowUp) -> list[dict[str, Any]]:
    """Former accounts, the newest first; empty where nothing was ever corrected."""
    if talk.version == 1:
        return []
    rows = talk.events.filter(version__lt=talk.version).order_by("-version", "-pgh_id")
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        told = {"version": row.version, "at": row.pgh_created_at, "text": row.content}
        found.setdefault(row.version, told)
    return list(found.values())


def files(talk: FollowUp) -> list[dict[str, Any]]:
    return [
        {"key": one.key, "name": one.name, "size": one.size,
         "is_image": one.media_type.startswith("image/")}
        for one in files_of(KIND, [talk.pk]).get(talk.pk, ())
    ]  # fmt: skip
