"""Which nodes of a template may be put in another place, and what they leave behind there."""

from django.template import defaulttags as tags
from django.template.base import Node, NodeList, TextNode, VariableNode
from django.template.library import SimpleBlockNode, SimpleNode
from django.template.loader_tags import BlockNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode

from portal.core.templatetags.rows import EachNode
from portal.core.ui.fast_nodes import Around, Inlined, Named

# Nodes that keep nothing between renderings, so that an include may be opened in place.
PLAIN = (
    TextNode, VariableNode, Named, Inlined, Around, EachNode, SimpleNode, StaticNode, TranslateNode,
    BlockTranslateNode, tags.IfNode, tags.ForNode, tags.WithNode, tags.URLNode, tags.CsrfTokenNode,
    tags.FirstOfNode, IncludeNode,
)  # fmt: skip
# Nodes that leave no name behind for those after them.
_NAMELESS = (TextNode, VariableNode, EachNode, tags.CsrfTokenNode, Inlined, IncludeNode)


def all_of(nodelist: NodeList, kinds: tuple[type[Node], ...]) -> bool:
    return all(isinstance(node, kinds) for node in nodelist.get_nodes_by_type(Node))


def leaves_nothing(nodelist: NodeList) -> bool:
    return all(map(_is_nameless, nodelist))


def _is_nameless(node: Node) -> bool:
    """Whether no name is set by it for the nodes after it. Loops drop the names set inside."""
    if isinstance(node, tags.IfNode):
        return all(leaves_nothing(inside) for _condition, inside in node.conditions_nodelists)
    if isinstance(node, SimpleBlockNode) and not leaves_nothing(node.nodelist):
        return False
    if isinstance(node, Around):
        return node.target is None and leaves_nothing(node.nodelist)
    names = {"target_var", "varname", "asvar"}
    if isinstance(node, (SimpleNode, StaticNode, TranslateNode, BlockTranslateNode, tags.URLNode)):
        return not any(getattr(node, name, None) for name in names)
    return isinstance(node, (*_NAMELESS, tags.ForNode, tags.WithNode))


def has_simple_blocks(nodelist: NodeList, *, deep: bool = False) -> bool:
    """Blocks stand at the top only (``deep``: there are none inside) and none repeats its parent's
    words (``block.super``)."""
    for node in nodelist:
        inside = (
            node.get_nodes_by_type(Node)[1:]
            if isinstance(node, BlockNode)
            else (node.get_nodes_by_type(Node))
        )
        if deep and isinstance(node, BlockNode):
            return False
        for one in inside:
            if isinstance(one, BlockNode):
                return False
            if isinstance(one, VariableNode) and "block.super" in str(one.filter_expression):
                return False
    return True
