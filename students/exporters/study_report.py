"""The report of the study analysis: written by a worker as Word from the figures of the page, which
are kept with it; the same figures as a workbook whenever that is asked for.

The words are Chinese whatever the language of the screen: these are the school's documents.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from cohorts.exporters.letters import day_words
from cohorts.models import Term
from portal.core.domain.jobs import Outcome, Progress, register_job
from portal.core.models import Job, JobState
from portal.core.sheets.writer import LedgerColumn, ledger_file
from students.domain.study_reports import scope_of_job
from students.exporters.office_paper import OfficePaper
from students.exporters.study_charts import bars
from students.queries.analysis_sheet import Sheet, failing, is_hidden, listed, rate, sheet, shown
from students.queries.study_reports import KIND

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CHARTED = 12
_LISTED = 30
_NAMES = (
    "名称",
    "参考人数",
    "平均分",
    "不及格人数",
    "不及格率",
    "1门",
    "2门",
    "3门及以上",
    "欠学分",
    "可能延期",
)
_OWED = ("failed1", "failed2", "failed3", "short", "risk")
_TERMS = {"1": "第一学期", "2": "第二学期", "3": "小学期"}


def term_words(code: str) -> str:
    """2025—2026学年第一学期."""
    first, second, number = code.split("-")
    return f"{first}—{second}学年{_TERMS[number]}"


def title_of(job: Job) -> str:
    """The name of the file, without its ending."""
    unit = job.result["sheet"]["unit"] or "所辖学生"
    return f"{unit}{term_words(job.params['term'])}学业分析报告（第{job.params['version']}版）"


def _make(job: Job, progress: Progress) -> Outcome:
    """Count what the owner may see now, draw, write. Run again it writes the same."""
    progress(_("Counting results"), 1, 3)
    found = sheet(scope_of_job(job), Term.objects.get(pk=job.params["term"]))
    progress(_("Drawing charts and writing the report"), 2, 3)
    with override("zh-hans"):
        content = word(found, version=job.params["version"])
    progress(_("Saving"), 3, 3)
    return Outcome(JobState.DONE, {"sheet": found}, content)


register_job(KIND, _make)


def word(found: Sheet, *, version: int) -> bytes:
    """The report as a Word file."""
    unit = found["unit"] or "所辖学生"
    paper = OfficePaper(f"{unit}\n{term_words(found['term'])}学业分析报告")
    _whole(paper, found)
    _levels(paper, found)
    for number, axis, name in (("三", "major", "专业"), ("四", "class", "班级")):
        _groups(paper, found, f"{number}、分{name}情况", axis, name)
    _courses(paper, found)
    _heat(paper, found)
    paper.heading("七、说明")
    taken = dt.datetime.fromisoformat(found["taken_at"])
    paper.text(
        "本报告只统计首次考试成绩（不含补考、重修），缓考与未登录成绩不计，缺考、作弊计为不及格；"
        "不及格率等于不及格人数除以参考人数；平均分按学分加权。学分不足指截至本学期末所得学分少于"
        "培养方案应得学分；可能延期毕业指剩余学分超过剩余学期可修学分。"
        f"数据截至{day_words(taken.date())}{taken:%H:%M}，第{version}版。"
    )  # fmt: skip
    if not found["by_name"]:
        paper.text("少于3人的数字以“<3”表示。")
    paper.signed(unit, day_words(taken.date()))
    return paper.content()


def _n(found: Sheet, value: int) -> str:
    return shown(found["by_name"], value)


def _mean(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _changed(now: float | None, before: float | None, unit: str) -> str:
    if now is None or before is None:
        return "—"
    change = round(now - before, 1)
    return "持平" if not change else f"{'上升' if change > 0 else '下降'}{abs(change):g}{unit}"


def _whole(paper: OfficePaper, found: Sheet) -> None:
    whole = found["whole"]
    counts, before = whole["counts"], whole["before"]
    paper.heading("一、总体情况")
    paper.text(
        f"本学期在籍学生{counts['students']}人，参加考试{_n(found, counts['took'])}人，"
        f"平均分{_mean(whole['mean'])}；全部及格{_n(found, counts['passed'])}人，"
        f"有课程不及格{_n(found, counts['failed'])}人，"
        f"不及格率{failing(found['by_name'], counts['failed'], counts['took'])}。"
    )  # fmt: skip
    rows = [
        ["参加考试人数", counts["took"], before and before["took"]],
        ["有课程不及格人数", counts["failed"], before and before["failed"]],
        ["其中：1门", counts["failed1"], before and before["failed1"]],
        ["　　　2门", counts["failed2"], before and before["failed2"]],
        ["　　　3门及以上", counts["failed3"], before and before["failed3"]],
        ["学分不足人数", counts["short"], before and before["short"]],
        ["可能延期毕业人数", counts["risk"], before and before["risk"]],
    ]  # fmt: skip
    shown_rows = [[name, _n(found, now), "—" if then is None else _n(found, then),
                   _change_of(found, now, then)] for name, now, then in rows]  # fmt: skip
    shown_rows.insert(1, [
        "平均分", _mean(whole["mean"]), _mean(whole["mean_before"]),
        _changed(whole["mean"], whole["mean_before"], "分"),
    ])  # fmt: skip
    paper.caption("表", "主要指标")
    paper.table(["指标", "本学期", "上学期", "变化"], shown_rows, (5, 3, 3, 3))


def _change_of(found: Sheet, now: int, then: int | None) -> str:
    if then is None or is_hidden(found["by_name"], now) or is_hidden(found["by_name"], then):
        return "—"
    return _changed(now, then, "人")


_LEVELS = {"excellent": ("优秀（90分及以上）", "90+"), "good": ("良好（80—89分）", "80-89"),
           "middle": ("中等（70—79分）", "70-79"), "pass": ("及格（60—69分）", "60-69"),
           "fail": ("不及格（60分以下）", "<60")}  # fmt: skip


def _levels(paper: OfficePaper, found: Sheet) -> None:
    paper.heading("二、分层次情况")
    total = sum(one["n"] for one in found["levels"])
    rows = [
        [_LEVELS[one["code"]][0], _n(found, one["n"]), failing(found["by_name"], one["n"], total),
         "—" if one["before"] is None else _n(found, one["before"])]
        for one in found["levels"]
    ]  # fmt: skip
    if total:
        drawn = [
            (*_LEVELS[one["code"]], 0 if is_hidden(found["by_name"], one["n"]) else one["n"], None)
            for one in found["levels"]
        ]
        paper.picture(bars(drawn), "各层次学生人数")
        paper.caption("图", "按学期平均分的学生人数")
    paper.caption("表", "按学期平均分的层次")
    paper.table(["层次", "人数", "占比", "上学期人数"], rows, (5, 3, 3, 3))


def row_of(found: Sheet, row: dict[str, Any]) -> list[str]:
    """One line of a table of groups, as it stands in the report and in the workbook."""
    counts = row["counts"]
    return [
        row["label"] or "合计", _n(found, counts["took"]), _mean(row["mean"]),
        _n(found, counts["failed"]), failing(found["by_name"], counts["failed"], counts["took"]),
        *(_n(found, counts[code]) for code in _OWED),
    ]  # fmt: skip


def _groups(paper: OfficePaper, found: Sheet, heading: str, axis: str, name: str) -> None:
    paper.heading(heading)
    rows, total = listed(found, axis)
    drawn = _drawn(found, rows)
    if drawn:
        paper.picture(bars(drawn, unit="%"), f"各{name}不及格率")
        paper.caption("图", f"各{name}不及格率（灰线为上学期）")
    some = "" if total == len(rows) else f"（共{total}个，列出不及格率最高的{len(rows)}个）"
    paper.caption("表", f"各{name}成绩{some}")
    table = [row_of(found, row) for row in (*rows, found["whole"])]
    paper.table(_NAMES, table, (5, 2.2, 2, 2.3, 2.4, 1.7, 1.7, 2, 2, 2))


def _drawn(found: Sheet, rows: list[dict[str, Any]]) -> list[tuple[str, str, float, float | None]]:
    """The highest failing rates among those that may be shown."""
    made = []
    for row in rows:
        counts, before = row["counts"], row["before"]
        now = rate(counts["failed"], counts["took"])
        if now is None or is_hidden(found["by_name"], counts["failed"]):
            continue
        then = rate(before["failed"], before["took"]) if before else None
        if before and is_hidden(found["by_name"], before["failed"]):
            then = None
        made.append((row["label"], row["code"], now, then))
    return sorted(made, key=lambda one: -one[2])[:_CHARTED] if len(made) > 1 else []


def _courses(paper: OfficePaper, found: Sheet) -> None:
    paper.heading("五、分课程情况")
    listed = found["courses"][:_LISTED]
    drawn = [
        (one["label"], one["code"], rate(one["failed"], one["took"]) or 0.0, None)
        for one in listed[:_CHARTED]
        if one["failed"] and not is_hidden(found["by_name"], one["failed"])
    ]
    if len(drawn) > 1:
        paper.picture(bars(drawn, unit="%"), "各课程不及格率")
        paper.caption("图", "不及格率较高的课程")
    total = len(found["courses"])
    paper.caption("表", f"各课程成绩（共{total}门，按不及格率排列）" if total <= _LISTED
                  else f"不及格率最高的{_LISTED}门课程（共{total}门）")  # fmt: skip
    rows = [[one["code"], one["label"], *_course_cells(found, one)] for one in listed]
    paper.table(["课程号", "课程名称", "参考人数", "平均分", "不及格人数", "不及格率"], rows,
                (3, 6, 2.2, 2, 2.4, 2.4))  # fmt: skip


def _course_cells(found: Sheet, one: dict[str, Any]) -> list[str]:
    return [_n(found, one["took"]), _mean(one["mean"]), _n(found, one["failed"]),
            failing(found["by_name"], one["failed"], one["took"])]  # fmt: skip


def _heat(paper: OfficePaper, found: Sheet) -> None:
    paper.heading("六、专业与课程交叉情况")
    columns, rows = found["heat"]["columns"], found["heat"]["rows"]
    if not rows:
        paper.text("本学期没有十人以上参考而有人不及格的课程。")
        return
    paper.caption("表", "各专业各课程不及格率（不及格人数/参考人数）")
    table = [[row["label"], *(_crossed(found, cell) for cell in row["cells"])] for row in rows]
    paper.table(["专业", *(one["label"] for one in columns)], table, (4, *[2.6] * len(columns)))


def _crossed(found: Sheet, cell: dict[str, int] | None) -> str:
    # As on the page: groups under three are a dash (rulebook 9.4).
    if cell is None or cell["total"] < 3 or is_hidden(found["by_name"], cell["n"]):
        return "—"
    return f"{100 * cell['n'] / cell['total']:.1f}%\n{cell['n']}/{cell['total']}"


def workbook(job: Job) -> bytes:
    """The kept figures of a version as one ledger: majors, classes, entry years, courses."""
    found: Sheet = job.result["sheet"]
    rows: list[list[Any]] = []
    for axis, name in (("major", "专业"), ("class", "班级"), ("year", "年级")):
        rows += [[name, *row_of(found, row)] for row in found[axis] if row["counts"]["took"]]
    for one in found["courses"]:
        rows.append(
            ["课程", f"{one['label']}（{one['code']}）", *_course_cells(found, one), *[""] * 5]
        )
    columns = [LedgerColumn("类别", 8, "centre"), LedgerColumn("名称", 30)]
    columns += [LedgerColumn(name, 11, "number") for name in _NAMES[1:]]
    taken = dt.datetime.fromisoformat(found["taken_at"]).date()
    with override("zh-hans"):
        return ledger_file(
            title=title_of(job), unit=found["unit"] or "所辖学生", columns=columns,
            rows=[[_number(value) for value in row] for row in rows],
            total=["", "", *(_number(value) for value in row_of(found, found["whole"])[1:])],
            day=taken, sheet_title="学业分析",
        )  # fmt: skip


def _number(text: str) -> Any:
    """Whole and decimal numbers as numbers, so that the office can sort and add."""
    if not text.isascii() or not text.replace(".", "", 1).isdigit():
        return text
    return float(text) if "." in text else int(text)
