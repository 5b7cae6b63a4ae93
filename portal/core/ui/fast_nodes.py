"""Nodes of folded templates (``portal.core.ui.folding``): the same meaning by a shorter way."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Template,
    TextNode,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import ForNode, IfNode, TemplateLiteral, URLNode
from django.template.loader_tags import BLOCK_CONTEXT_KEY, IncludeNode
from django.urls import NoReverseMatch
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.timezone import template_localtime

from portal.core.addresses import address

_UNKNOWN = object()
_ALWAYS = {"True": True, "False": False, "None": None}


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


class Filtered(FilterExpression):
    """A variable with filters, by the plain way first."""

    __slots__ = ()

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        found = _look_up(self.var.lookups, context)  # type: ignore[union-attr]
        if found is _UNKNOWN:
            return super().resolve(context, ignore_failures)
        for function, given in self.filters:
            values = [one.resolve(context) if is_var else SafeString(one) for is_var, one in given]
            if getattr(function, "expects_localtime", False):
                found = template_localtime(found, context.use_tz)
            if getattr(function, "needs_autoescape", False):
                made = function(found, *values, autoescape=context.autoescape)
            else:
                made = function(found, *values)
            is_safe = getattr(function, "is_safe", False) and isinstance(found, SafeData)
            found = mark_safe(made) if is_safe else made
        return found


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


class Address(URLNode):
    """``{% url "name" value %}``: the same address is put together once."""

    def render(self, context: Context) -> Any:
        values = tuple([value.resolve(context) for value in self.args])
        if not all(type(one) in (int, str) for one in values):
            return super().render(context)
        try:
            found = address(self.view_name.var, *values)
        except NoReverseMatch:
            return super().render(context)
        if not self.asvar:
            return escape(found) if context.autoescape else found
        context[self.asvar] = found
        return ""


class Named(Node):
    """``{% … as name %}`` with a value that is known."""

    child_nodelists = ()

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value

    def render(self, context: Context) -> str:
        context[self.name] = self.value
        return ""


class Pieces(NodeList):
    """A list of nodes whose texts are strings already."""

    def render(self, context: Context) -> SafeString:
        pieces = self.__dict__.get("pieces")
        if pieces is None:
            # Plain strings: a safe one would be rendered like a node.
            pieces = [str.__str__(n.s) if type(n) is TextNode else n.render for n in self]
            self.pieces = pieces
        return SafeString("".join([p if type(p) is str else p(context) for p in pieces]))


class If(IfNode):
    """``{% if %}``: most conditions are one variable."""

    def __init__(self, conditions_nodelists: Any) -> None:
        super().__init__(conditions_nodelists)
        self.prepare()

    def prepare(self) -> None:
        self.tests = [(_test(one), inside) for one, inside in self.conditions_nodelists]

    def render(self, context: Context) -> Any:
        for test, inside in self.tests:
            try:
                holds = test(context)
            except VariableDoesNotExist:
                holds = None
            if holds:
                return inside.render(context)
        return ""


def _test(condition: Any) -> Callable[[Context], Any]:
    if condition is None:
        return lambda _context: True
    if isinstance(condition, TemplateLiteral):
        return partial(condition.value.resolve, ignore_failures=True)
    return condition.eval  # type: ignore[no-any-return]


class For(ForNode):
    """``{% for %}`` over one name, its inside as ``Pieces``."""

    def render(self, context: Context) -> Any:
        around: Any = context.get("forloop", {})
        with context.push():
            found: Any = self.sequence.resolve(context, ignore_failures=True)
            items = () if found is None else found if hasattr(found, "__len__") else list(found)
            count = len(items)
            if not count:
                return self.nodelist_empty.render(context)
            inside, name, out = self.nodelist_loop.render, self.loopvars[0], []
            loop: dict[str, Any] = {"parentloop": around}
            context["forloop"] = loop
            for at, item in enumerate(reversed(items) if self.is_reversed else items):
                left = count - at
                loop.update(
                    counter0=at, counter=at + 1, revcounter=left, revcounter0=left - 1,
                    first=at == 0, last=left == 1,
                )  # fmt: skip
                context[name] = item
                out.append(inside(context))
        return SafeString("".join(out))


class Inlined(Node):
    """An include with the nodes of its template; ``known`` are values that no request changes."""

    def __init__(
        self, nodelist: NodeList, values: dict[str, Any], isolated: bool, known: dict[str, Any]
    ) -> None:
        self.nodelist, self.values, self.isolated, self.known = nodelist, values, isolated, known

    def render(self, context: Context) -> Any:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        values |= self.known
        return _within(context, values, self.isolated, self.nodelist)


def _within(
    context: Context, values: dict[str, Any], is_isolated: bool, nodelist: NodeList
) -> SafeString:
    if not is_isolated:
        with context.push(**values):
            return nodelist.render(context)
    # As ``context.new``: the nodes keep nothing in a context, so this one will do.
    around, context.dicts = context.dicts, [_ALWAYS.copy(), values]
    try:
        return nodelist.render(context)
    finally:
        context.dicts = around


class Chosen(IncludeNode):
    """An include whose template is told by a value: its nodes, where they keep nothing between
    renderings (``simple``, see ``folding``)."""

    def render(self, context: Context) -> Any:
        name = self.template.resolve(context)
        template: Any = None
        if type(name) is str and not name.startswith("."):
            template = context.template.engine.get_template(name)
        if getattr(template, "simple", None) is None:
            return super().render(context)
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        return _within(context, values, self.isolated_context, template.simple)


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
