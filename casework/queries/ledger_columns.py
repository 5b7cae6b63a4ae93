"""Columns of the ledger (rulebook 3.5): on the screen those that are chosen, in the sheet all."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.queries import ledger_cells as cell
from casework.queries import ledger_sql as sql
from casework.queries.ledger import CHANNEL

# Common headings of the sheet.
_WHO, _WHAT, _HELP, _END = "学生基本情况", "问题情况", "帮扶情况", "办结情况"


@dataclass(frozen=True)
class InSheet:
    """How the column stands in the sheet, whatever the language of the screen."""

    heading: str
    group: str
    width: float
    kind: str = "text"


@dataclass(frozen=True)
class Column:
    """``sql`` empty: what the line tells. ``days``: how many places of it take today's date.
    ``is_label``: tells that, or why, somebody is a focus student; not printed from the screen."""

    code: str
    label: "str | Promise"
    show: cell.Cell
    plain: cell.Cell
    sql: str = ""
    sheet: InSheet | None = None
    days: int = 0
    sort: str = ""
    is_label: bool = False
    css: str = "p-nowrap"


def _place(code: str, label: Promise, name: str, heading: str, width: float) -> Column:
    """A unit where the student stands."""
    read = cell.of(name)
    return Column(code, label, read, read, sheet=InSheet(heading, _WHO, width))


COLUMNS: dict[str, Column] = {
    column.code: column
    for column in (
        _place("college", _("College"), "college", "学院", 14),
        _place("academy", _("Academy"), "academy", "书院", 10),
        Column("major", _("Major"), cell.text, cell.blank, sql.MAJOR, InSheet("专业", _WHO, 14)),
        Column("cohort", pgettext_lazy("ledger", "Cohort"), cell.year, cell.year, "s.entry_year",
               InSheet("年级", _WHO, 9, "centre")),
        _place("class", _("Class"), "own", "班级", 11),
        Column("category", _("Category"), cell.of("categories"), cell.of("categories"), "",
               InSheet("类别", _WHAT, 12), is_label=True, css=""),
        Column("level", _("Level"), cell.level, cell.level_word, "",
               InSheet("等级", _WHAT, 7, "centre"), sort="level", is_label=True, css="p-c-level"),
        Column("problem", _("Problem"), cell.long, cell.blank, sql.REASON,
               InSheet("问题描述", _WHAT, 26), is_label=True, css=""),
        Column("cause", _("Cause"), cell.text, cell.blank, sql.CAUSE,
               InSheet("原因分析", _WHAT, 16), is_label=True, css=""),
        Column("source", _("Source"), cell.source, cell.source, "c.source", is_label=True),
        Column("measures", _("Measures"), cell.clipped(cell.measures), cell.measures, sql.MEASURES,
               InSheet("帮扶措施", _HELP, 28), is_label=True, css=""),
        Column("advice", _("Advice"), cell.clipped(cell.advice), cell.advice, sql.ADVICE,
               is_label=True, css=""),
        Column("owner", _("Responsible"), cell.owner, lambda _v, line, _s: line.owner or "", "",
               InSheet("责任人", _HELP, 9), sort="owner"),
        Column("contacts", _("Contact persons"), cell.text, cell.blank, sql.CONTACTS,
               InSheet("联系人", _HELP, 14), days=2, is_label=True, css=""),
        Column("entered", pgettext_lazy("ledger", "Since"), cell.day, cell.date, "c.reported_at",
               InSheet("开始时间", _HELP, 12, "centre"), sort="entered", is_label=True),
        Column("often", _("How often"), cell.often, cell.often, "l.contact_every_days",
               InSheet("频次", _HELP, 9, "centre"), is_label=True),
        Column("progress", pgettext_lazy("ledger", "Progress"), cell.text_of(cell.progress),
               cell.progress, sql.PROGRESS, InSheet("进展", _HELP, 12), is_label=True),
        Column("next", _("Next step"), cell.clipped(cell.next_step), cell.next_step, sql.NEXT_STEP,
               InSheet("下一步", _HELP, 20), is_label=True, css=""),
        Column("until", _("Finish by"), cell.day, cell.date, sql.LAST_STEP,
               InSheet("完成时限", _HELP, 12, "centre"), is_label=True),
        Column("stage", _("Stage"), cell.stage, cell.stage, "c.stage",
               InSheet("状态", _END, 9, "centre"), sort="stage", is_label=True),
        Column("contact", _("Last real contact"), cell.contact, cell.blank,
               CHANNEL, sort="contact",
               is_label=True),
        Column("due", _("Next follow-up"), cell.due, cell.date, "c.contact_due_at", sort="due",
               is_label=True),
        Column("keys", _("Both sides"), cell.keys, cell.blank, sql.KEYS, is_label=True),
        Column("closed", _("Closed on"), cell.day, cell.date, "c.closed_at",
               InSheet("销号时间", _END, 12, "centre"), is_label=True),
    )
}  # fmt: skip
DEFAULT = ("class", "academy", "level", "category", "stage", "owner", "contact", "due", "keys")
MOST_COLUMNS = 14


def chosen(codes: list[str]) -> list[Column]:
    """The columns of ``?columns=``; unknown words are left out, without any the usual ones."""
    wanted = {code for text in codes for code in text.split(",")} & set(COLUMNS)
    if not wanted:
        return [COLUMNS[code] for code in DEFAULT]
    return [column for code, column in COLUMNS.items() if code in wanted][:MOST_COLUMNS]


def sheet_columns() -> list[Column]:
    return [column for column in COLUMNS.values() if column.sheet]
