"""Templates with everything done that does not depend on the request, once per language.

The engine looks up each ``{% translate %}``, icon and static address at every rendering, and opens
each include and parent template anew. Here a loaded template is gone through once: what is constant
becomes text, plain includes and parent templates are put in place, neighbouring texts become one,
and variables are looked up by a shorter way with the same meaning. What is not known for sure stays
as it was, so a template is written as ever.
"""

from threading import local
from typing import Any

from django.template import Context, TemplateDoesNotExist
from django.template import defaulttags as tags
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Template,
    TextNode,
    Variable,
    VariableNode,
)
from django.template.library import SimpleBlockNode, SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import get_script_prefix
from django.utils.translation import get_language

from portal.core.templatetags import ui
from portal.core.ui.fast_nodes import (
    Address,
    Around,
    Chosen,
    Expression,
    Filtered,
    For,
    If,
    Inlined,
    Named,
    Pieces,
    Value,
    Whole,
)
from portal.core.ui.node_kinds import PLAIN, all_of, has_simple_blocks, leaves_nothing
from portal.core.ui.settling import Known, settled

# Tags of ours whose result follows from their arguments and the language.
PURE = frozenset({"icon", "level_badge", "tag", "person_count"})


class _Fold(base.Loader):
    """What the cached loader calls for a template that it has not got yet."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template: Template = super().get_template(template_name, skip)
        folding = Folding(template)
        folding.nodes(template.nodelist)
        flat = folding.flat()
        is_simple = flat is None and all_of(template.nodelist, PLAIN)
        template.simple = template.nodelist if is_simple else None  # type: ignore[attr-defined]
        if flat is not None:
            template.__class__ = Whole
            template.flat = flat  # type: ignore[attr-defined]
        return template


class Loader(cached.Loader, _Fold):
    """Django's cached loader, one folded template per language and mount point."""

    def cache_key(self, template_name: str, skip: Any = None) -> str:
        name = super().cache_key(template_name, skip)
        return f"{get_language()} {get_script_prefix()} {name}"


class Folding:
    """One pass over the nodes of ``template``."""

    def __init__(self, template: Template) -> None:
        self.template, self.engine = template, template.engine
        # Values of constants: no variable is known.
        self.bare = Context()
        self.bare.template = template

    def nodes(self, nodelist: NodeList) -> None:
        """Fold in place."""
        out: list[Node] = []
        for node in list(nodelist):
            for one in self._folded(node):
                if type(one) is TextNode and out and type(out[-1]) is TextNode:
                    out[-1] = TextNode(out[-1].s + one.s)
                else:
                    out.append(one)
        nodelist[:] = out
        if type(nodelist) is NodeList and not self.engine.debug:
            nodelist.__class__ = Pieces

    def _folded(self, node: Node) -> list[Node]:
        if isinstance(node, (tags.LoadNode, tags.CommentNode)):
            return []
        self._children(node)
        self._expressions(node)
        if type(node) is VariableNode:
            node.__class__ = Value
        if type(node) is tags.IfNode:
            node.__class__ = If
            node.prepare()  # type: ignore[attr-defined]
        if type(node) is tags.ForNode and len(node.loopvars) == 1:
            node.__class__ = For
        if type(node) is IncludeNode:
            return self._include(node)
        if type(node) is SimpleBlockNode:
            return [self._component(node)]
        return self._constant(node)

    def _children(self, node: Node) -> None:
        if isinstance(node, tags.IfNode):
            for _condition, inside in node.conditions_nodelists:
                self.nodes(inside)
        elif isinstance(node, tags.ForNode):
            self.nodes(node.nodelist_loop)
            self.nodes(node.nodelist_empty)
        elif isinstance(node, (tags.WithNode, SimpleBlockNode, BlockNode, ExtendsNode)):
            self.nodes(node.nodelist)

    def _expressions(self, node: Node) -> None:
        listed: list[Any] = []
        if isinstance(node, (SimpleNode, tags.URLNode)):
            listed = [*node.args, *node.kwargs.values()]
        elif isinstance(node, VariableNode):
            listed = [node.filter_expression]
        elif isinstance(node, (IncludeNode, tags.WithNode, BlockTranslateNode)):
            listed = [*node.extra_context.values()]
        elif isinstance(node, tags.ForNode):
            listed = [node.sequence]
        elif isinstance(node, tags.FirstOfNode):
            listed = list(node.vars)
        elif isinstance(node, tags.IfNode):
            for condition, _inside in node.conditions_nodelists:
                listed += _operands(condition)
        for one in listed:
            if type(one) is FilterExpression and one.is_var:
                if one.var.lookups is not None:  # type: ignore[union-attr]
                    one.__class__ = Filtered if one.filters else Expression
                elif one.var.translate and not one.filters:  # type: ignore[union-attr]
                    one.is_var, one.var = False, str(one.resolve(self.bare))

    def _constant(self, node: Node) -> list[Node]:
        """The node, or its text when that is known by now."""
        name = ""
        if type(node) is TranslateNode:
            known = _is_constant(node.filter_expression, literal=True)
            known = known and (not node.message_context or _is_constant(node.message_context))
            name, node.asvar = (node.asvar or "", None) if known else ("", node.asvar)
        elif type(node) is SimpleNode:
            known = node.func.__name__ in PURE and node.func.__module__.startswith("portal.")
            known = known and not node.target_var
            known = known and all(map(_is_constant, [*node.args, *node.kwargs.values()]))
        elif type(node) is StaticNode:
            known = node.varname is None and _is_constant(node.path)
        elif type(node) is tags.URLNode:
            # The admin's addresses depend on the site that is asked.
            known = not node.kwargs and _is_constant(node.view_name)
            known = known and not str(node.view_name.var).startswith("admin:")
            if known and (node.args or node.asvar):
                node.__class__ = Address
                return [node]
        else:
            return [node]
        if not known:
            return [node]
        try:
            value = node.render(self.bare)
        except Exception:
            return [node]  # says what is wrong when the page is shown
        return [Named(name, value)] if name else [TextNode(str(value))]

    def _include(self, node: IncludeNode) -> list[Node]:
        if not _is_constant(node.template) or not isinstance(node.template.var, str):
            node.__class__ = Chosen
            return [node]
        name = node.template.var
        if name.startswith(".") or name == self.template.name or name in _opening.names:
            return [node]
        _opening.names.append(name)
        try:
            inside = self.engine.get_template(name).nodelist
        except TemplateDoesNotExist:
            return [node]
        finally:
            _opening.names.pop()
        if not all_of(inside, PLAIN):
            return [node]
        if not node.extra_context and not node.isolated_context and leaves_nothing(inside):
            return list(inside)
        known = Known.given(node.extra_context, self.bare, is_all=node.isolated_context)
        if leaves_nothing(inside):
            inside = settled(inside, known, self.bare)
        values = {name: one for name, one in node.extra_context.items() if name not in known}
        return [Inlined(inside, values, node.isolated_context, dict(known))]

    def _component(self, node: SimpleBlockNode) -> Node:
        """A block tag that only renders a component around its content: the component in place."""
        one = ui.COMPONENTS.get(node.func.__name__) if node.func.__module__ == ui.__name__ else None
        if one is None or len(node.args) > len(one.order):
            return node
        inside = self.engine.get_template(one.template).nodelist
        if not all_of(inside, PLAIN) or not leaves_nothing(inside):
            return node
        given = dict(zip(one.order, node.args, strict=False)) | node.kwargs
        known = Known.given(given, self.bare, one.known)
        values = {name: value for name, value in given.items() if name not in known}
        opened = settled(inside, known, self.bare)
        return Around(node.nodelist, opened, one.content, dict(known), values, node.target_var)

    def flat(self) -> NodeList | None:
        """The nodes of the outermost parent with the blocks of the template in their places; None
        where that is not as simple."""
        first = next((n for n in self.template.nodelist if type(n) is not TextNode), None)
        if type(first) is not ExtendsNode or not _is_constant(first.parent_name):
            return None
        parent = self.engine.get_template(str(first.parent_name.var))
        outer = parent.nodelist
        own = first.blocks
        if any(isinstance(node, ExtendsNode) for node in outer) or not has_simple_blocks(outer):
            return None
        if not all(has_simple_blocks(block.nodelist, deep=True) for block in own.values()):
            return None
        out = NodeList()
        for node in outer:
            if isinstance(node, BlockNode):
                inside = own.get(node.name, node).nodelist
                opened = inside if leaves_nothing(inside) else [Inlined(inside, {}, False, {})]
            else:
                opened = [node]
            out.extend(opened)
        out.contains_nontext = True
        self.nodes(out)
        return out


class _Opening(local):
    """Templates being opened for an include: one that includes itself stays as it is."""

    def __init__(self) -> None:
        self.names: list[str] = []


_opening = _Opening()


def _is_constant(expression: Any, literal: bool = False) -> bool:
    if not isinstance(expression, FilterExpression) or expression.filters:
        return False
    var: Any = expression.var
    return not expression.is_var or (
        isinstance(var, Variable) and var.lookups is None and (literal or not var.translate)
    )


def _operands(condition: Any) -> list[Any]:
    """The expressions of an ``{% if %}``."""
    if condition is None:
        return []
    if isinstance(condition, tags.TemplateLiteral):
        return [condition.value]
    return [*_operands(condition.first), *_operands(condition.second)]
