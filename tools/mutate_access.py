"""Remove one rule of access at a time from a copy of the project: some test must turn red.

    .venv/bin/python tools/mutate_access.py [NAME ...]

Slow (each mutant boots a database), therefore no part of ``make test``. Prints a table; exit 1
when a mutant survives or its patch no longer fits the code. ``--list`` names the mutants.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = {".git", ".venv", "var", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache",
            ".pytest_cache", ".hypothesis", ".import_linter_cache"}  # fmt: skip
EXCEPTIONS = "tests/casework/test_exceptions.py"
CRISIS = "tests/casework/test_crisis.py"
CLOSED = "tests/casework/test_closed_cases.py"
REACH = "tests/students/test_reach.py tests/core/test_explain_access.py"


@dataclass(frozen=True)
class Mutant:
    """``old`` becomes ``new`` in ``path``, everywhere; one of ``tests`` must then fail."""

    name: str
    path: str
    old: str
    new: str
    tests: str


RULES = [
    Mutant("date test of every right", "cohorts/access.py",
           'return Q(**{f"{prefix}starts_on__lte": day}) & (',
           'return Q(pk__isnull=False) | Q(**{f"{prefix}starts_on__lte": day}) & (', "tests/cohorts/test_appointments.py"),
    Mutant("end of grants", "cohorts/access.py",
           "AND (ends_on IS NULL OR ends_on >= %(day)s)", "", REACH),
    Mutant("start of grants", "cohorts/access.py", "AND starts_on <= %(day)s AND (ends", "AND (ends", REACH),
    Mutant("tree join", "cohorts/access.py",
           "ON t.ancestor_id = own.ancestor_id AND", "ON t.depth = 0 AND t.ancestor_id = own.ancestor_id AND", REACH),
    Mutant("tree join, wide open", "cohorts/access.py",
           "JOIN cohorts_unittree t\n        ON t.ancestor_id = own.ancestor_id",
           "JOIN (SELECT a.ancestor_id, b.descendant_id, b.is_inner FROM cohorts_unittree a"
           " JOIN cohorts_unittree b ON b.depth = 0 WHERE a.depth = 0) t\n        ON t.ancestor_id = own.ancestor_id",
           REACH),
    Mutant("dates of placements", "students/access.py",
           "standing(today()), unit_id__any=unit_ids", "unit_id__any=unit_ids", REACH),
    Mutant("dates of links", "students/access.py",
           "AND (l.ends_on IS NULL OR l.ends_on >= %(day)s)", "", "tests/students/test_links.py"),
    Mutant("link route", "students/access.py",
           "return _links(user).get(action, []) if carries(user, action) else []", "return []", REACH),
    Mutant("a token's actions", "portal/core/access/actions.py",
           "return narrowed is None or action in narrowed", "return True", "tests/web/test_api.py"),
    Mutant("a token's actions on the ways to a post", "cohorts/access.py",
           "wanted = tuple(code for code in actions if may_hold(user, code))", "wanted = tuple(actions)",
           "tests/web/test_api.py"),
    Mutant("own route for staff actions", "students/access.py",
           "    if action not in SELF_ACTIONS:\n        return None\n", "", REACH),
    Mutant("seat route", "casework/access.py",
           'register_route(Student, Route("seat", _seated_students, _seated_student_reasons, seated_case_ids))', "",
           REACH),
    Mutant("seats of closed cases", "casework/ties.py",
           "WHERE s.person_id = %(user)s AND c.closed_at IS NULL", "WHERE s.person_id = %(user)s",
           "tests/casework/test_domain_cases.py"),
    Mutant("clearance for task-force notes", "casework/talk_access.py",
           '_CLEAR = "clear_restricted"', '_CLEAR = "see_talks"', REACH + " tests/casework"),
    Mutant("closed cases by post", "casework/access.py",
           'return is_same_reach(Student, user, action, "see_closed")', "return True", CLOSED),
    Mutant("the last team's own cases", "casework/ties.py",
           "WHERE owner_id = %(user)s AND closed_at IS NOT NULL", "WHERE closed_at IS NOT NULL", CLOSED),
    Mutant("the last team reads while the student is theirs", "casework/access.py",
           "Case.objects.filter(pk__in=ids, student_id__in=students)", "Case.objects.filter(pk__in=ids)", CLOSED),
    Mutant("notes of the task force close with their case", "casework/talk_access.py",
           "rows = rows.filter(Q(case=None) | (Q() if cases is None else Q(case_id__in=cases)))", "pass", CLOSED),
    Mutant("economic cases alone", "casework/office_access.py",
           "~Exists(entries.filter(category__is_economic=False)),", "", "tests/students/test_aid_lists.py"),
    Mutant("numbers in a crisis only", "casework/office_access.py",
           "return _red(user).filter(student_id=student_id).exists()", "return True",
           "tests/students/test_aid_lists.py tests/permissions/test_oracle.py"),
    Mutant("opening a record asks its right", "students/domain/particulars.py",
           "if not reaches_one(Student, actor, kind.sees, student.pk):", "if False:",
           "tests/students/test_records.py"),
    Mutant("right asked again when a record is kept", "students/domain/records.py",
           "if not may_write(actor, student.pk, kind):", "if False:", "tests/students/test_records.py"),
    Mutant("the level of a sealed file by post only", "casework/queries/sealed_glance.py",
           'if not rights.get("see_level"):', "if False:", "tests/casework/test_psych_sight.py"),
    Mutant("frozen-account gate of the rule", "portal/core/access/routes.py",
           "return carries(user, action) and both_in_force(user)", "return carries(user, action)", REACH),
    Mutant("frozen-account gate of sessions", "portal/core/middleware.py",
           "if is_known and not user.is_in_force():", "if False:",
           "tests/core/test_floor.py"),
    Mutant("unknown actions denied", "portal/core/access/routes.py",
           " or known_action(action) is None", "", "tests/cohorts/test_reconcile.py"),
    Mutant("superuser flag opens nothing", "portal/core/models/user.py",
           "return any(backend.has_perm(self, perm, obj) for backend in get_backends())",
           "return super().has_perm(perm, obj)", "tests/core/test_admin_pages.py"),
    Mutant("right asked again when a talk is saved", "casework/domain/follow_ups.py",
           'if not still_allows(actor, student, "log_talk"):',
           "if False:", "tests/casework/test_domain_follow_ups.py"),
    Mutant("nobody appoints himself", "cohorts/domain/appointments.py",
           "if actor.pk == person.pk:", "if False:", "tests/cohorts"),
    Mutant("nobody appoints to a wider role", "cohorts/domain/appointments.py",
           'for code in role.permissions.values_list("codename", flat=True):',
           "for code in []:", "tests/cohorts"),
    Mutant("nobody ends a wider post", "cohorts/domain/appointments.py",
           "    check_within_own(actor, post.role, post.unit)\n    if post.revoked_at", "    if post.revoked_at",
           "tests/cohorts"),
    Mutant("no leaving while work hangs on the post", "cohorts/domain/appointments.py",
           "        refuse_open_work(post)", "        pass", "tests/cohorts tests/casework"),
    Mutant("a block keeps from the post", "cohorts/domain/appointments.py",
           "    check_block(person, role.code, starts_on, ends_on)\n", "", "tests/cohorts"),
    Mutant("grants follow the end of a post at once", "cohorts/domain/appointments.py",
           "    reconcile(people)\n    if actor is not None:", "    if actor is not None:",
           REACH + " tests/cohorts"),
    Mutant("lock-out", "portal/core/access/routes.py",
           "return _without(model, reach, shut) if shut else reach", "return reach", EXCEPTIONS),
    Mutant("lock-out within one student", "portal/core/access/within.py",
           "for name, ids in denied(model, user):", "for name, ids in []:", EXCEPTIONS),
    Mutant("lock-out of follow-ups", "casework/talk_access.py",
           'register_denial(FollowUp, Denial("lock-out", "case_id", shut_case_ids, _talk_lock_out))', "",
           EXCEPTIONS),
    Mutant("lock-out takes the seat along", "casework/ties.py",
           'if kind == "seat" and pk not in shut', 'if kind == "seat"', EXCEPTIONS),
    Mutant("only who takes part follows a crisis", "casework/crisis_access.py",
           "CrisisHop.objects.filter(steps).order_by()", "CrisisHop.objects.order_by()", CRISIS),
    Mutant("the call list follows while it runs", "casework/crisis_access.py",
           "called = Q(person=user, crisis__handed_at=None)", "called = Q(person=user)", CRISIS),
    Mutant("lock-out in crises", "casework/crisis_access.py",
           'register_denial(Crisis, Denial("lock-out", "case_id", shut_case_ids, _lock_out))', "", CRISIS),
    Mutant("right asked again when a crisis is handed back", "casework/domain/crisis_end.py",
           """    # Asked before the end is written: taking part opens the page only while it runs.
    check_still(actor, crisis, "close_crisis")
""", "", CRISIS),
    Mutant("lock-out in the sums of a unit", "portal/web/queries/sight.py",
           "return shut_case_ids(user) if seen.case_figures else ()", "return ()", EXCEPTIONS),
    Mutant("the locked person is no choice", "casework/queries/people.py",
           "if pk not in kept_out:", "if True:", EXCEPTIONS),
    Mutant("right asked before letting in", "casework/domain/lock_outs.py",
           """    forget_reach()
    check_still(actor, case, "manage_case")
    held: LockOut""", "    held: LockOut", EXCEPTIONS),
    Mutant("right asked again after locking out", "casework/domain/lock_outs.py",
           """    check_still(actor, case, "manage_case")
    renew([person.pk])""", "    renew([person.pk])", EXCEPTIONS),
    Mutant("end of broken glass", "casework/ties.py", "AND b.starts_at <= %(now)s AND b.ends_at > %(now)s", "",
           EXCEPTIONS),
    Mutant("broken glass needs the post still", "casework/access.py",
           "cases.filter(student_id__in=mine)", "cases", EXCEPTIONS),
    Mutant("only red cases have glass", "casework/domain/glass.py",
           "if not case.is_open or case.level.rank != RED_RANK:", "if not case.is_open:", EXCEPTIONS),
    Mutant("right asked again after breaking the glass", "casework/domain/glass.py",
           '    check_still(actor, case, "break_glass")\n', "", EXCEPTIONS),
    Mutant("second step before the glass", "casework/views/exceptions.py",
           "(by_code or _is_same_person(request, form))", "True", EXCEPTIONS),
    Mutant("fresh code before the glass", "casework/views/exceptions.py",
           "if by_code and not second_factor.is_fresh(request):", "if False:", EXCEPTIONS),
    Mutant("right asked again when a case is opened", "casework/domain/cases.py",
           '    check_still(actor, student, "write_case")\n', "", "tests/casework/test_domain_rights.py"),
    Mutant("right asked again when a level is raised", "casework/domain/cases.py",
           '    check_still(actor, case, "write_case")\n', "", "tests/casework/test_domain_rights.py"),
    Mutant("right asked again when a seat is given", "casework/domain/cases.py",
           """        check_still(actor, case, "manage_case")
        audit.record(actor=actor, action="seat_person\"""", """        audit.record(actor=actor, action="seat_person\"""",
           "tests/casework/test_domain_rights.py"),
    Mutant("unmasking asks its own right", "students/fields.py",
           'FieldGroup("contact", _("telephone and e-mail"), "see_phone", "see_masked")',
           'FieldGroup("contact", _("telephone and e-mail"), "see_card", "see_masked")',
           "tests/students/test_fields.py"),
    Mutant("unmasking asks for a reason", "students/domain/particulars.py",
           "if wanted.needs_reason and", "if False and", "tests/students/test_fields.py"),
    Mutant("the right of unmasking in the domain", "students/domain/particulars.py",
           'if may_see_field(actor, student.pk, field) != "clear":', "if False:",
           "tests/students/test_fields.py"),
    Mutant("view-as: the supporter's reach", "portal/core/access/routes.py",
           "return None if None in ours else _in_all(model, ours)", "return ours[0]",
           "tests/web/test_view_as.py"),
    Mutant("view-as: read-only", "portal/core/view_as.py",
           "if request.method not in _SAFE:", "if False:", "tests/web/test_view_as.py"),
    Mutant("view-as: personal pages", "portal/core/view_as.py",
           'if request.path != "/" and not request.path.startswith(_SHOWN):', "if False:",
           "tests/web/test_view_as.py"),
    Mutant("view-as: half an hour", "portal/core/view_as.py",
           'is_over = timezone.now().timestamp() >= state["until"]', "is_over = False",
           "tests/web/test_view_as.py"),
    Mutant("view-as: a post above the other's", "cohorts/access.py",
           "return held.filter(content_object__below__descendant__appointments__in=posts).exists()",
           "return held.exists() and posts.exists()", "tests/web/test_view_as.py"),
    Mutant("leave reasons of another branch", "partybranch/queries/joint.py",
           "if one.member_id not in told:", "if False:", "tests/partybranch/test_joint.py"),
    Mutant("graduates have no own route", "students/access.py",
           "WHERE s.user_id = %(user)s AND s.status NOT IN ({_LEFT}) AND NOT EXISTS (",
           "WHERE s.user_id = %(user)s AND TRUE >= EXISTS (",
           "tests/students/test_fields.py"),
    Mutant("duty asked again in the admin", "portal/core/adminsite/site.py",
           "return duty_of(request.user) is not None", "return bool(request.user.is_staff)",
           "tests/core/test_admin_rights.py tests/core/test_admin_pages.py"),
]  # fmt: skip

# Tests that must notice a view which forgets to ask: the table of all addresses first.
VIEW_TESTS = {
    "students": "tests/web/test_every_url.py tests/students tests/web",
    "casework": "tests/web/test_every_url.py tests/casework tests/web",
    "cohorts": "tests/web/test_every_url.py tests/cohorts tests/web",
    "partybranch": "tests/web/test_every_url.py tests/partybranch tests/web",
    "portal": "tests/web tests/students tests/casework",
}


def view_mutants() -> list[Mutant]:
    """One mutant for every ``restrict(...)`` and ``get_for(...)`` call in the views."""
    found = []
    rooms = [*ROOT.glob("*/views"), *ROOT.glob("*/api.py"), ROOT / "portal/web/views"]
    files = [f for room in rooms for f in ([room] if room.is_file() else room.rglob("*.py"))]
    for path in sorted(files):
        source = path.read_text(encoding="utf-8")
        name = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            call = ast.get_source_segment(source, node) or ""
            owner = ast.get_source_segment(source, node.func.value) or ""
            if node.func.attr == "restrict":
                new = f"{owner}.all()"
            elif node.func.attr == "get_for" and len(node.args) >= 2:
                lookup = [f"pk={ast.get_source_segment(source, a)}" for a in node.args[2:3]]
                named = [k for k in node.keywords if k.arg != "bring"]
                lookup += [ast.get_source_segment(source, k) or "" for k in named]
                new = f"__import__('django.shortcuts').shortcuts.get_object_or_404({owner}.all(), {', '.join(lookup)})"
            else:
                continue
            label = f"{node.func.attr} in {name}:{node.lineno}"
            found.append(Mutant(label, name, call, new, VIEW_TESTS[name.split("/")[0]]))
    return found


def copy_project(target: Path) -> None:
    def left_out(_folder: str, names: list[str]) -> set[str]:
        return LEFT_OUT.intersection(names)

    shutil.copytree(ROOT, target, ignore=left_out, symlinks=True)
    # The kept schema of the tests saves the migrations at every mutant.
    (target / "var").mkdir()
    for shared in (".venv", "node_modules", "var/test-schema"):
        if (ROOT / shared).exists():
            (target / shared).symlink_to((ROOT / shared).resolve())


def judge(mutant: Mutant, place: Path) -> tuple[str, str]:
    """``killed``, ``SURVIVED``, ``no fit`` (the code changed) or ``broken`` (nothing ran), and the
    test that turned red."""
    path = place / mutant.path
    kept = path.read_text(encoding="utf-8")
    if mutant.old not in kept:
        return "no fit", ""
    path.write_text(kept.replace(mutant.old, mutant.new), encoding="utf-8")
    tests = [t for t in mutant.tests.split() if (place / t).exists()]
    command = [str(place / ".venv/bin/python"), "-m", "pytest", "-q", "-x", "--no-header",
               "-p", "no:cacheprovider", *tests]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "REDIS_"))}
    try:
        done = subprocess.run(
            command, cwd=place, env={**environment, "PORTAL_SKIP_BROWSER": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        path.write_text(kept, encoding="utf-8")
    if done.returncode == 0:
        return "SURVIVED", ""
    # 1: a test failed. Anything else, or an error outside a test, proves nothing.
    red = done.returncode == 1 and "FAILED" in done.stdout
    if not red:
        print((done.stdout + done.stderr)[-600:], file=sys.stderr)
    named = re.search(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    return ("killed", named[1]) if red and named else ("broken", "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="parts of names; all mutants when left out")
    parser.add_argument("--list", action="store_true", help="only name the mutants")
    parser.add_argument("--rules", action="store_true", help="without the calls in the views")
    options = parser.parse_args()
    mutants = [
        m
        for m in [*RULES, *([] if options.rules else view_mutants())]
        if not options.names or any(part in m.name for part in options.names)
    ]
    if options.list:
        print("\n".join(m.name for m in mutants))
        return 0
    bad = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        # As root the test servers run as another user, who must be able to read the copy.
        Path(folder).chmod(0o755)
        place = Path(folder) / "project"
        copy_project(place)
        for mutant in mutants:
            started = time.monotonic()
            verdict, test = judge(mutant, place)
            bad += verdict != "killed"
            print(
                f"{verdict:9} {time.monotonic() - started:6.0f} s  {mutant.name}  {test}",
                flush=True,
            )
    print(f"{len(mutants) - bad} of {len(mutants)} mutants killed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
