"""Writes of warnings and their rules for the table of tests/core/test_audit.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from casework.domain import study_help
from casework.models import CaseLevel
from cohorts.models import Term
from portal.core.models import Job, JobState
from students.domain import (
    inputs,
    study_reports,
    warning_runs,
    warning_sets,
    warning_steps,
    warnings,
)
from students.models import AcademicWarning, TeacherInput, WarningSet
from students.published_rules import RULE_167
from tests.world import World

_VALUES = {"name": "学业警告", "source": "", "entry_from": None, "entry_to": None,
           "valid_from": None}  # fmt: skip


def _draft(w: World) -> WarningSet:
    base = WarningSet.objects.get(family="after-resit")
    return warning_sets.new_draft(actor=w.han, base=base, unit=w.chem, copy=True)


def _on(w: World) -> WarningSet:
    return warning_sets.switch_on(actor=w.han, draft=_draft(w), edition=1)[0]


def _warning(w: World) -> AcademicWarning:
    return AcademicWarning.objects.create(
        student=w.gu, rules=WarningSet.objects.get(family="after-resit"), family="after-resit",
        rule="repeat", level="留级", colour="RED", period="2025-2026-1", found_at=timezone.now(),
    )  # fmt: skip


def _confirmed(w: World) -> AcademicWarning:
    one = _warning(w)
    warnings.confirm_warnings(actor=w.han, ids=[one.pk])
    one.refresh_from_db()
    return one


def _question(w: World) -> TeacherInput:
    return inputs.ask_teacher(
        actor=w.zhou, student=w.gu, teacher=w.nobody, question="课堂表现如何",
        due_on=timezone.localdate(),
    )  # fmt: skip


def _report(w: World) -> Job:
    return Job.objects.create(
        owner=w.han, kind="study_report", params={"unit": w.chem.pk}, state=JobState.DONE,
        result={"sheet": {"by_name": True}},
    )  # fmt: skip


def _help() -> dict[str, Any]:
    due_on = timezone.localdate() + dt.timedelta(days=7)
    return {"words": "安排答疑与重修", "due_on": due_on}


STUDY: dict[str, Callable[[World], Callable[[], Any]]] = {
    "students.domain.warning_runs.run_warnings": lambda w: lambda: warning_runs.run_warnings(
        actor=w.han, term=Term.objects.get(pk="2025-2026-1")),
    "students.domain.warning_sets.new_draft": lambda w: lambda: _draft(w),
    "students.domain.warning_sets.save_draft": lambda w: (
        (lambda one: lambda: warning_sets.save_draft(
            actor=w.han, draft=one, values=_VALUES, body=RULE_167, edition=1))(_draft(w))),
    "students.domain.warning_sets.switch_on": lambda w: (
        (lambda one: lambda: warning_sets.switch_on(actor=w.han, draft=one, edition=1))(_draft(w))),
    "students.domain.warning_sets.switch_off": lambda w: (
        (lambda one: lambda: warning_sets.switch_off(actor=w.han, one=one))(_on(w))),
    "students.domain.study_reports.start_report": lambda w: lambda: study_reports.start_report(
        actor=w.han, unit=w.chem, term=Term.objects.get(pk="2025-2026-1")),
    "students.domain.study_reports.hand_report": lambda w: (
        (lambda job: lambda: study_reports.hand_report(actor=w.han, job=job, form="docx"))(_report(w))),
    "casework.domain.study_help.plan_help": lambda w: lambda: study_help.plan_help(
        actor=w.lin, students=[w.gu], level=CaseLevel.objects.get(pk="YELLOW"), **_help()),
    "casework.domain.study_help.give_help_tasks": lambda w: lambda: study_help.give_help_tasks(
        actor=w.lu, students=[w.gu], **_help()),
    "students.domain.warnings.confirm_warnings": lambda w: (
        (lambda one: lambda: warnings.confirm_warnings(actor=w.han, ids=[one.pk]))(_warning(w))),
    "students.domain.warnings.set_aside": lambda w: (
        (lambda one: lambda: warnings.set_aside(
            actor=w.han, warning=one, reason="交换学分尚未认定", version=one.version))(_confirmed(w))),
    "students.domain.inputs.ask_teacher": lambda w: lambda: _question(w),
    "students.domain.inputs.answer_input": lambda w: (
        (lambda row: lambda: inputs.answer_input(
            actor=w.nobody, row=row, words={"advice": "多做习题"}))(_question(w))),
    "students.domain.warning_steps.finish_step": lambda w: (
        (lambda one: lambda: warning_steps.finish_step(
            actor=w.han, step=one.steps.get(kind="notice"), note="当面送达"))(_confirmed(w))),
}  # fmt: skip
