"""What the words of a template already say about a component that it opens.

``{% card title=name flush=True %}`` knows when the template is folded that there is no note and no
foot. The component's nodes are settled by that: conditions that are decided leave one branch,
parameters that are constant become text. Nothing is changed in place: a component is opened in many
ways. What is not settled stays and finds the same values in the context.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.template import Context
from django.template import defaulttags as tags
from django.template.base import FilterExpression, Node, NodeList, TextNode, VariableNode
from django.template.base import render_value_in_context as as_markup

from portal.core.ui.fast_nodes import If, Pieces

# Conditions whose worth follows from that of their parts.
_JOINED = {"and", "or", "not"}
_CONSTANTS = {"True": True, "False": False, "None": None}
_UNKNOWN = object()


class Known(dict[str, Any]):
    """Values of names inside a component, as far as no request changes them."""

    missing: Any = _UNKNOWN
    unknown: frozenset[str] = frozenset()

    @classmethod
    def given(
        cls, parameters: Mapping[str, Any], bare: Context, usual: Mapping[str, Any] | None = None,
        *, is_all: bool = False,
    ) -> "Known":  # fmt: skip
        """Those of the ``parameters`` that are constant, and what is ``usual`` for others.
        ``is_all``: the component sees nothing else, so any other name is empty."""
        known = cls(usual or {})
        for name, expression in parameters.items():
            known.pop(name, None)
            value = _constant(expression, bare)
            if value is not _UNKNOWN:
                known[name] = value
        if is_all:
            known.missing = ""
            known.unknown = frozenset(parameters.keys() | _CONSTANTS.keys()) - known.keys()
        return known

    def of(self, name: str) -> Any:
        if name in self:
            return self[name]
        return _UNKNOWN if name in self.unknown else self.missing


def _constant(expression: Any, bare: Context) -> Any:
    if not isinstance(expression, FilterExpression) or expression.filters:
        return _UNKNOWN
    lookups = getattr(expression.var, "lookups", None)
    if lookups is not None:
        return _CONSTANTS.get(lookups[0], _UNKNOWN) if len(lookups) == 1 else _UNKNOWN
    return expression.resolve(bare)


def settled(nodes: Iterable[Node], known: Known, bare: Context) -> NodeList:
    """The nodes with what is ``known`` put in; neighbouring texts become one."""
    out = Pieces()
    out.contains_nontext = True
    for node in nodes:
        for one in _settled(node, known, bare):
            if type(one) is TextNode and out and type(out[-1]) is TextNode:
                out[-1] = TextNode(out[-1].s + one.s)
            else:
                out.append(one)
    return out


def _settled(node: Node, known: Known, bare: Context) -> Iterable[Node]:
    if isinstance(node, VariableNode):
        value = _value(node.filter_expression, known)
        return [node] if value is _UNKNOWN else [TextNode(as_markup(value, bare))]
    if not isinstance(node, tags.IfNode):
        return [node]
    branches = []
    for condition, inside in node.conditions_nodelists:
        worth = True if condition is None else _worth(condition, known)
        if worth is False:
            continue
        inner = settled(inside, known, bare)
        if worth is True and not branches:
            return inner
        branches.append((None if worth is True else condition, inner))
        if worth is True:
            break
    return [If(branches)] if branches else []


def _value(expression: Any, known: Known) -> Any:
    if not isinstance(expression, FilterExpression) or expression.filters:
        return _UNKNOWN
    lookups = getattr(expression.var, "lookups", None)
    if lookups is None or len(lookups) != 1:
        return _UNKNOWN
    return known.of(lookups[0])


def _worth(condition: Any, known: Known) -> bool | None:
    """True or False where that is settled, else None."""
    if isinstance(condition, tags.TemplateLiteral):
        value = _value(condition.value, known)
        return None if value is _UNKNOWN else bool(value)
    if condition.id not in _JOINED:
        return None
    first = _worth(condition.first, known)
    if condition.id == "not":
        return None if first is None else not first
    second = _worth(condition.second, known)
    decides = condition.id == "or"
    if decides in (first, second):
        return decides
    return None if None in (first, second) else not decides
