"""Tasks of the invented school: the steps of its plans, and what leaders gave in words."""

import datetime as dt

from django.db import connection
from django.utils import timezone

# Steps of plans are promises; what was done before today was seen by its record.
_STEPS = """
    INSERT INTO cohorts_task (text, source, source_id, unit_id, owner_id, given_by_id, given_at,
        due_on, first_due_on, done_at, done_by_id, evidence, drop_reason, key, version)
    SELECT '', 'plan_step', s.id, c.lead_unit_id, s.owner_id, coalesce(c.owner_id, s.owner_id),
           c.planned_at, s.due_on, s.due_on,
           CASE WHEN s.done_on IS NOT NULL
                THEN greatest(c.planned_at, (s.done_on + time '17:30')::timestamptz)
           END,
           CASE WHEN s.done_on IS NOT NULL THEN s.owner_id END,
           CASE WHEN s.done_on IS NOT NULL THEN '见跟进记录与签字材料' ELSE '' END, '',
           'step:' || s.id, 1
      FROM casework_planstep s JOIN casework_plan p ON p.id = s.plan_id
      JOIN casework_case c ON c.id = p.case_id
     WHERE s.owner_id IS NOT NULL AND c.planned_at IS NOT NULL ORDER BY s.id
"""
_WORDS = [
    "核对节前离校返校名单", "汇总本周学风检查情况", "补齐上月谈心谈话记录", "整理联席会议定事项进展",
    "完成宿舍安全隐患排查", "报送班团活动计划",
]  # fmt: skip
# The leader of a grade gives to those who look after it: advisers below, counsellors beside.
_GIVEN = """
    INSERT INTO cohorts_task (text, source, unit_id, owner_id, given_by_id, given_at, due_on,
        first_due_on, done_at, done_by_id, evidence, verifier_id, drop_reason, key, version)
    SELECT (%(words)s::text[])[1 + n %% %(many)s], 'own', cohort,
           CASE WHEN n %% 7 = 3 THEN NULL ELSE owner END, leader,
           %(day)s::date - 9 + time '09:00', %(day)s::date + (n %% 9)::int - 3, %(day)s::date + (n %% 9)::int - 3,
           CASE WHEN n %% 4 = 1 THEN %(day)s::date - 1 + time '16:00' END,
           CASE WHEN n %% 4 = 1 THEN owner END,
           CASE WHEN n %% 4 = 1 THEN '名单与记录已交学院办公室' ELSE '' END,
           CASE WHEN n %% 2 = 1 AND owner <> leader THEN leader END, '', NULL, 1
      FROM (SELECT row_number() OVER (ORDER BY l.unit_id, a.id) AS n, l.unit_id AS cohort,
                   l.person_id AS leader, a.person_id AS owner,
                   row_number() OVER (PARTITION BY l.unit_id ORDER BY a.id) AS place
              FROM cohorts_appointment l
              JOIN cohorts_role lr ON lr.id = l.role_id AND lr.code = 'contract_leader'
              JOIN cohorts_unit u ON u.parent_id = l.unit_id
              JOIN cohorts_appointment a ON a.unit_id = u.id AND a.revoked_at IS NULL
              JOIN cohorts_role r ON r.id = a.role_id AND r.code = 'class_adviser'
             WHERE l.revoked_at IS NULL AND l.starts_on <= %(day)s
               AND (l.ends_on IS NULL OR l.ends_on >= %(day)s)
               AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)) given
     WHERE place <= 4 ORDER BY n
"""
# Counsellors note for themselves.
_NOTED = """
    INSERT INTO cohorts_task (text, source, owner_id, given_by_id, given_at, due_on, first_due_on,
        evidence, drop_reason, version)
    SELECT (%(words)s::text[])[1 + a.id %% %(many)s], 'own', a.person_id, a.person_id,
           %(day)s::date - 3 + time '08:30', %(day)s::date + (a.id %% 6)::int - 1,
           %(day)s::date + (a.id %% 6)::int - 1, '', '', 1
      FROM cohorts_appointment a JOIN cohorts_role r ON r.id = a.role_id AND r.code = 'counsellor'
     WHERE a.revoked_at IS NULL AND a.starts_on <= %(day)s
       AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
     ORDER BY a.id
"""
_FIRST_NUMBER = """
    SELECT setval(pg_get_serial_sequence('cohorts_task', 'id'),
                  (SELECT coalesce(max(id), 0) + 1 FROM cohorts_task), false)
"""


def load_tasks(day: dt.date) -> None:
    """Three statements, whatever the size; the cases, plans and posts are there."""
    asked = {"day": day, "words": _WORDS, "many": len(_WORDS)}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE %s", [timezone.get_default_timezone_name()])
        # A seeding that was rolled back has drawn numbers: the same seed gives the same ones.
        cursor.execute(_FIRST_NUMBER)
        for statement in (_STEPS, _GIVEN, _NOTED):
            cursor.execute(statement, asked if statement is not _STEPS else None)
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
