"""Nodes of folded templates (``portal.core.ui.folding``): the same meaning by a shorter way."""

from functools import lru_cache
from html import escape
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Template,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import URLNode
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.safestring import SafeString

_UNKNOWN = object()


def _look_up(lookups: tuple[str, ...], context: Context) -> Any:
    """The value where the plain way leads to one: keys of dicts, attributes, nothing to call."""
    name = lookups[0]
    current: Any = _UNKNOWN
    for scope in reversed(context.dicts):
        if name in scope:
            current = scope[name]
            break
    for bit in lookups[1:]:
        if current is _UNKNOWN or callable(current):
            return _UNKNOWN
        kind = type(current)
        if kind is dict:
            current = current.get(bit, _UNKNOWN)
        elif hasattr(kind, "__getitem__"):
            return _UNKNOWN
        else:
            try:
                current = getattr(current, bit)
            except Exception:
                return _UNKNOWN  # the engine decides which errors are silent
    return _UNKNOWN if callable(current) else current


class Expression(FilterExpression):
    """A variable without filters, by the plain way first."""

    __slots__ = ()

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        found = _look_up(self.var.lookups, context)  # type: ignore[union-attr]
        return super().resolve(context, ignore_failures) if found is _UNKNOWN else found


class Value(VariableNode):
    """``{{ … }}``: most values are text."""

    def render(self, context: Context) -> Any:
        value = self.filter_expression.resolve(context)
        kind = type(value)
        if kind is SafeString or (kind is str and not context.autoescape):
            return value
        if kind is str:
            return escape(value)
        if kind is int and context.use_l10n is not True and not settings.USE_THOUSAND_SEPARATOR:
            return str(value)
        return render_value_in_context(value, context)


@lru_cache(maxsize=10_000)
def _address(name: str, values: tuple[str | int, ...], _urlconf: Any, _prefix: str) -> str:
    return escape(reverse(name, args=values))


class Address(URLNode):
    """``{% url "name" value %}``: the same address is put together once."""

    def render(self, context: Context) -> Any:
        values = tuple([value.resolve(context) for value in self.args])
        if not context.autoescape or not all(type(one) in (int, str) for one in values):
            return super().render(context)
        return _address(self.view_name.var, values, get_urlconf(), get_script_prefix())


class Named(Node):
    """``{% … as name %}`` with a value that is known."""

    child_nodelists = ()

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value

    def render(self, context: Context) -> str:
        context[self.name] = self.value
        return ""


class Inlined(Node):
    """An include with the nodes of its template."""

    def __init__(self, nodelist: NodeList, values: dict[str, Any], isolated: bool) -> None:
        self.nodelist, self.values, self.isolated = nodelist, values, isolated

    def render(self, context: Context) -> Any:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        if self.isolated:
            return self.nodelist.render(context.new(values))
        with context.push(**values):
            return self.nodelist.render(context)


class Around(Node):
    """A block tag that renders a component around its content, with the component's nodes.
    ``known`` is settled in them and still there for whatever looks it up."""

    child_nodelists = ("nodelist", "opened")

    def __init__(
        self, nodelist: NodeList, opened: NodeList, content: str, known: dict[str, Any],
        values: dict[str, Any], target: str | None,
    ) -> None:  # fmt: skip
        self.nodelist, self.opened, self.content = nodelist, opened, content
        self.known, self.values, self.target = known, values, target

    def render(self, context: Context) -> Any:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        values |= self.known
        values[self.content] = self.nodelist.render(context)
        with context.push(**values):
            text = self.opened.render(context)
        if self.target is None:
            return text
        context[self.target] = text
        return ""


class Whole(Template):
    """A template with its parents put in place. Where it is itself a parent it renders as ever."""

    flat: NodeList

    def _render(self, context: Context) -> SafeString:
        if BLOCK_CONTEXT_KEY in context.render_context:
            return super()._render(context)
        return self.flat.render(context)
