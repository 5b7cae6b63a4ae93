"""Long tables: one row's HTML as a pattern that is filled once per row.

The template engine resolves, localises and escapes each `{{ }}` on its own, which for fifty rows
of ten cells costs more than the database. `{% each %}` fills `{name}` places instead:

    {% load rows %}{% each people %}<tr><td>{number}</td><td>{name}</td></tr>{% endeach %}

Rows are mappings. Text is escaped, markup that is already safe stays as it is, None is empty.
Nothing else happens inside: no tags, no filters, no localised numbers.
"""

import re
from collections.abc import Iterable, Mapping
from html import escape
from operator import itemgetter
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_PLACE = re.compile(r"\{([a-z_]+)\}")
_BETWEEN = "\x1f"
_READY = {str, SafeString}


class EachNode(template.Node):
    """`fixed` is the pattern of one row for ``%``; `read` takes the values of `names` from a row."""

    def __init__(self, rows: template.base.FilterExpression, pattern: str) -> None:
        self.rows = rows
        names = _PLACE.findall(pattern)
        self.fixed = "%s".join(piece.replace("%", "%%") for piece in _PLACE.split(pattern)[::2])
        take = itemgetter(*names) if names else None
        self.read = take if len(names) > 1 or take is None else lambda row: (take(row),)

    def render(self, context: template.Context) -> SafeString:
        rows: Iterable[Mapping[str, Any]] = self.rows.resolve(context) or ()
        read, cells, count = self.read, [], 0
        for count, row in enumerate(rows, start=1):  # noqa: B007 - counted beyond the loop
            if read is not None:
                cells += read(row)
        return mark_safe((self.fixed * count) % tuple(escaped(cells)))


def escaped(cells: list[Any]) -> list[str]:
    """Each value as markup. All texts are escaped in one go: one call per cell would cost more
    than everything else about a row."""
    texts = [at for at, value in enumerate(cells) if type(value) is str]
    others = [at for at, value in enumerate(cells) if type(value) not in _READY]
    parts = escape(_BETWEEN.join([cells[at] for at in texts])).split(_BETWEEN)
    if len(parts) != len(texts):  # none at all, or somebody has the separator in a name
        parts = [escape(cells[at]) for at in texts]
    for at, part in zip(texts, parts, strict=True):
        cells[at] = part
    for at in others:
        value = cells[at]
        if type(value) is int:
            cells[at] = str(value)
        else:
            cells[at] = "" if value is None else conditional_escape(value)
    return cells


@register.tag
def each(parser: template.base.Parser, token: template.base.Token) -> EachNode:
    """`{% each rows %}pattern{% endeach %}`; raises TemplateSyntaxError for a tag inside."""
    parts = token.split_contents()
    if len(parts) != 2:
        raise template.TemplateSyntaxError("each takes one argument: the rows")
    inside = parser.parse(("endeach",))
    parser.delete_first_token()
    text = []
    for node in inside:
        if not isinstance(node, template.base.TextNode):
            raise template.TemplateSyntaxError("each holds plain HTML with {name} places only")
        text.append(node.s)
    return EachNode(parser.compile_filter(parts[1]), "".join(text))
