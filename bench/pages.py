"""The pages of design 10 with their bars."""

from __future__ import annotations

import uuid
from typing import Any

from bench.registry import F1, F2, Visit, page

Site = dict[str, Any]
FEW = ("rows1", "rows3", "rows50")

# Any 50-row list: at most 1.5 × F2, whatever the reach.


@page("students, 200 reached", account="counsellor", floor=F2, bar=1.5, growth=True, count_as=FEW)
def students_of_counsellor(site: Site, turn: int) -> Visit:
    return Visit("/students/")


@page("students, 2,000 reached", account="leader", floor=F2, bar=1.5, growth=True)
def students_of_leader(site: Site, turn: int) -> Visit:
    return Visit("/students/")


@page("students, whole school", account="school", floor=F2, bar=1.5)
def students_of_school(site: Site, turn: int) -> Visit:
    return Visit("/students/")


@page("students, page 20", account="school", floor=F2, bar=1.5)
def students_page_20(site: Site, turn: int) -> Visit:
    return Visit("/students/?page=20")


@page("cases, 200 reached", account="counsellor", floor=F2, bar=1.5, growth=True, count_as=FEW)
def cases_of_counsellor(site: Site, turn: int) -> Visit:
    return Visit("/cases/")


@page("cases, 2,000 reached", account="leader", floor=F2, bar=1.5, growth=True)
def cases_of_leader(site: Site, turn: int) -> Visit:
    return Visit("/cases/")


@page("cases, whole school", account="school", floor=F2, bar=1.5)
def cases_of_school(site: Site, turn: int) -> Visit:
    return Visit("/cases/")


@page("ledger, 200 reached", account="counsellor", floor=F2, bar=1.5, growth=True, count_as=FEW)
def ledger_of_counsellor(site: Site, turn: int) -> Visit:
    return Visit("/ledgers/")


@page("ledger, 2,000 reached", account="leader", floor=F2, bar=1.5, growth=True)
def ledger_of_leader(site: Site, turn: int) -> Visit:
    return Visit("/ledgers/")


@page("ledger of a category, 2,000 reached", account="leader", floor=F2, bar=1.5)
def ledger_of_category(site: Site, turn: int) -> Visit:
    return Visit("/ledgers/ACADEMIC/")


@page("ledger of a category, whole school", account="school", floor=F2, bar=1.5)
def ledger_of_category_of_school(site: Site, turn: int) -> Visit:
    return Visit("/ledgers/ACADEMIC/")


@page("ledger, whole school", account="school", floor=F2, bar=1.5)
def ledger_of_school(site: Site, turn: int) -> Visit:
    return Visit("/ledgers/")


@page("silence, 2,000 reached", account="leader", floor=F2, bar=1.5, growth=True)
def silence_of_leader(site: Site, turn: int) -> Visit:
    return Visit("/silence/")


@page("silence, whole school", account="school", floor=F2, bar=1.5)
def silence_of_school(site: Site, turn: int) -> Visit:
    return Visit("/silence/")


@page("people of a figure, 2,000 reached", account="leader", floor=F2, bar=1.5, growth=True)
def analysis_people(site: Site, turn: int) -> Visit:
    return Visit("/analysis/people/?figure=failed")


@page("task inbox", account="leader", floor=F2, bar=1.5, growth=True)
def task_inbox(site: Site, turn: int) -> Visit:
    return Visit("/tasks/")


@page("keys", account="leader", floor=F2, bar=1.5, growth=True)
def keys(site: Site, turn: int) -> Visit:
    return Visit("/keys/")


@page("moves", account="leader", floor=F2, bar=1.5, growth=True)
def moves(site: Site, turn: int) -> Visit:
    return Visit("/moves/")


@page("requests desk", account="desk", floor=F2, bar=1.5, growth=True)
def requests_desk(site: Site, turn: int) -> Visit:
    return Visit("/requests/?desk")


# Everyday pages: at most 3 × F1.


@page("workbench", account="counsellor", floor=F1, bar=3, growth=True, count_as=FEW)
def workbench(site: Site, turn: int) -> Visit:
    return Visit("/")


@page("portrait", account="counsellor", floor=F1, bar=3, growth=True, count_as=FEW)
def portrait(site: Site, turn: int) -> Visit:
    return Visit(f"/students/{site['student_no']}/")


@page("picture", account="counsellor", floor=F1, bar=3, growth=True, count_as=FEW)
def picture(site: Site, turn: int) -> Visit:
    return Visit(f"/students/{site['student_no']}/picture/")


@page("case", account="counsellor", floor=F1, bar=3, growth=True, count_as=FEW)
def case(site: Site, turn: int) -> Visit | None:
    return Visit(f"/cases/{site['case_id']}/") if site["case_id"] else None


@page("quick log, POST", account="counsellor", floor=F1, bar=3, growth=True)
def quick_log(site: Site, turn: int) -> Visit:
    form = {
        "student": site["logged_no"],
        "channel": "face",
        "content": "谈了近期的学习安排，约定下周再看一次。",
        "client_key": str(uuid.uuid4()),
    }
    return Visit("/log/", form)


# Party branches.


@page("branch life, one committee", account="party", floor=F1, bar=3)
def branch_life(site: Site, turn: int) -> Visit:
    return Visit("/branches/life/")


@page("branch", account="party", floor=F1, bar=3)
def branch(site: Site, turn: int) -> Visit:
    return Visit(f"/branches/{site['branch_id']}/")


@page("development of one person", account="party", floor=F1, bar=3)
def development(site: Site, turn: int) -> Visit:
    return Visit(f"/development/{site['file_id']}/")


@page("development board, one committee", account="party", floor=F1, bar=3)
def development_board_of_committee(site: Site, turn: int) -> Visit:
    return Visit("/development/")


@page("development board, all branches", account="allbranches", floor=F1, bar=6)
def development_board(site: Site, turn: int) -> Visit:
    return Visit("/development/")


@page("due list, all branches", account="allbranches", floor=F2, bar=1.5)
def due_list(site: Site, turn: int) -> Visit:
    return Visit("/development/?view=list")


@page("branch life, all branches", account="allbranches", floor=F1, bar=6)
def branch_life_of_all(site: Site, turn: int) -> Visit:
    return Visit("/branches/life/")


# Dashboards.


@page("cohort dashboard, 2,000", account="leader", floor=F1, bar=4, growth=True)
def cohort_dashboard(site: Site, turn: int) -> Visit:
    return Visit(f"/cohorts/{site['cohort_id']}/")


@page("study analysis, 2,000", account="leader", floor=F1, bar=4, growth=True)
def analysis(site: Site, turn: int) -> Visit:
    return Visit(f"/analysis/?unit={site['cohort_id']}")


@page("study analysis, whole school", account="schoolleader", floor=F1, bar=6)
def analysis_of_school(site: Site, turn: int) -> Visit:
    return Visit("/analysis/")


@page("school dashboard", account="schoolleader", floor=F1, bar=6)
def school_dashboard(site: Site, turn: int) -> Visit:
    return Visit(f"/units/{site['university_id']}/")
