"""Choosing one row of a list, or many by ticking."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

NARROWED_FROM = 6  # boxes; fewer stand in the list at once


class OneOf(forms.ModelChoiceField):
    """One row of a list; where nothing is chosen yet there is a dash, as in every other list."""

    def __init__(self, queryset: "QuerySet[Any]", **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", "—")
        super().__init__(queryset, **kwargs)


class BoxList(forms.CheckboxSelectMultiple):
    """Many boxes to tick in a list that scrolls by itself, under headings if the choices have
    them; a long one can be narrowed by name. ``label`` names the whole to screen readers."""

    template_name = "party/box_list.html"

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.label = label

    def __deepcopy__(self, memo: dict[int, Any]) -> "BoxList":
        copied: BoxList = super().__deepcopy__(memo)
        copied.label = self.label
        return copied

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The list as a whole has an id too: the summary of errors leads to it."""
        return id_ if index is None else super().id_for_label(id_, index)

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> Any:
        # The templates of the portal, which the renderer of forms does not look into.
        groups: list[tuple[Any, list[Any]]] = []
        for heading, options, _index in context["widget"]["optgroups"]:
            if heading is None and groups and groups[-1][0] is None:
                groups[-1][1].extend(options)
            else:
                groups.append((heading, list(options)))
        context |= {
            "label": self.label, "groups": groups,
            "is_long": sum(len(options) for _heading, options in groups) >= NARROWED_FROM,
            "described": context["widget"]["attrs"].get("aria-describedby", ""),
        }  # fmt: skip
        return mark_safe(render_to_string(template_name, context))
