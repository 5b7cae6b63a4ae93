"""The list of actions with label and explanation, as check boxes grouped by app."""

from typing import Any

from django import forms
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from cohorts.models import Unit
from portal.core.access import action as known_action
from portal.core.access import actions

# Everyone has it on the own record; it is never given to a role.
_NEVER = frozenset({"see_own"})


class ActionBoxes(forms.CheckboxSelectMultiple):
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = {str(v) for v in value or []}
        rows = []
        for index, (pk, code) in enumerate(self.choices):
            one = known_action(str(code))
            if one is not None:
                rows.append({
                    "id": f"id_{name}_{index}", "value": pk, "checked": str(pk) in chosen,
                    "label": one.label, "help": one.help, "sensitive": one.sensitive,
                })  # fmt: skip
        return mark_safe(render_to_string("admin/action_boxes.html", {"name": name, "rows": rows}))


class ActionsField(forms.MultipleChoiceField):
    """Ids of permissions of Unit; registered actions only, in the order of registration."""

    widget = ActionBoxes

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(choices=_choices, **kwargs)


def _choices() -> list[tuple[str, str]]:
    rows = Permission.objects.filter(
        content_type__app_label=Unit._meta.app_label, content_type__model=Unit._meta.model_name
    )
    ids = dict(rows.values_list("codename", "pk"))
    return [(str(ids[a.code]), a.code) for a in actions() if a.code in ids and a.code not in _NEVER]
