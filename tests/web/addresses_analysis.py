"""Addresses of the study analysis: gu failed {gu_course} and song {song_course} in one term; the
report {report} was written for han."""

from typing import Any

from cohorts.models import Term
from portal.core.models import Job, JobState
from students.models import Course, CourseResult
from students.queries.analysis import scope_of
from students.queries.analysis_sheet import sheet
from students.queries.study_reports import KIND
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

POST_ONLY = {"casework:study_help"}
READERS = "lin zhou shen lu wang han he jiang"
NAMELESS = "qian"  # counts without names
OTHERS = " ".join(key for key in EVERYBODY.split() if key not in f"{READERS} {NAMELESS}".split())
SEE_GU = "lin zhou lu wang han he jiang"
COLLEGE_SIDE = "lin lu wang han jiang"
GU, SONG = "分析化学", "机械制图"
# Units are asked of posts, not of records: tests/students/test_study_report.py has the rest.
OWN = "one's own reports, numbers without names"
_TERM = "term=2025-2026-1"
ROWS = [
    Address("students:analysis", query=f"?{_TERM}&courses=all", ok=f"{READERS} {NAMELESS}",
            denied=OTHERS, shows=dict.fromkeys(f"{SEE_GU} {NAMELESS}".split(), GU),
            hides={"shen": f"{GU} {SONG}", **dict.fromkeys(COLLEGE_SIDE.split(), SONG)}),
    Address("students:analysis", query="?unit={mech}&" + _TERM, ok="qian", denied=OTHERS,
            shows={"qian": SONG}, hides={"qian": "宋远"}),
    Address("students:analysis", query="?unit={c2301}&" + _TERM, ok="lin lu han jiang qian",
            denied=OTHERS, shows={"lu": GU}),
    Address("students:analysis_people", query=f"?{_TERM}&figure=failed", ok=READERS,
            denied=f"{OTHERS} {NAMELESS}", shows=dict.fromkeys(SEE_GU.split(), "顾言川"),
            hides={"shen": "顾言川", **dict.fromkeys(COLLEGE_SIDE.split(), "宋远")}),
    Address("students:analysis_people", query=f"?{_TERM}&course={{song_course}}&figure=took",
            ok=READERS, denied=f"{OTHERS} {NAMELESS}", shows=dict.fromkeys(("zhou", "he"), "宋远"),
            hides=dict.fromkeys(f"{COLLEGE_SIDE} shen".split(), "宋远")),
    Address("students:analysis_people", query=f"?{_TERM}&figure=failed&also=unlisted", ok=READERS,
            denied=f"{OTHERS} {NAMELESS}", hides=dict.fromkeys(SEE_GU.split(), "顾言川")),
    Address("students:analysis_course", "{gu_course}", f"?{_TERM}", ok=f"{SEE_GU} {NAMELESS}",
            denied=OTHERS),
    Address("students:analysis_course", "{song_course}", f"?{_TERM}", ok="zhou he qian",
            denied=OTHERS),
    Address("students:study_reports", ok=f"{READERS} {NAMELESS}", denied=OTHERS, free=OWN),
    Address("students:study_reports", query="?unit={mech}", ok="qian", denied=OTHERS, free=OWN),
    Address("students:study_reports", query="?unit={c2301}&" + _TERM, post={"key": "{new_key}"},
            away="lin lu han jiang qian", denied=OTHERS, free=OWN),
    Address("students:study_report", "{report}", ok="han", shows={"han": GU}, free=OWN),
    Address("students:study_report_progress", "{report}", ok="han", free=OWN),
    Address("students:study_report_file", "{report} docx", ok="han", free=OWN),
    Address("students:study_report_file", "{report} xlsx", ok="han", free=OWN),
    Address("casework:study_help", post={"selected": "{gu}"}, ok=SEE_GU,
            denied=f"{OTHERS} {NAMELESS}", shows=dict.fromkeys(SEE_GU.split(), "顾言川")),
    Address("casework:study_help", post={"selected": "{song}"}, ok="zhou he",
            denied=f"{OTHERS} {NAMELESS}"),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    term = Term.objects.get(pk="2025-2026-1")
    courses = []
    for student, code, name in ((world.gu, "AN1", GU), (world.song, "AN2", SONG)):
        courses.append(Course.objects.create(code=code, name=name, credits=2))
        CourseResult.objects.create(
            student=student, course=courses[-1], term=term, grade="41", score=41, passed=False,
            credits=2,
        )  # fmt: skip
    scope = scope_of(world.han, world.chem.pk)
    assert scope is not None
    job = Job.objects.create(
        owner=world.han, kind=KIND, state=JobState.DONE, report=b"x",
        params={"unit": world.chem.pk, "term": term.pk, "version": 1},
        result={"sheet": sheet(scope, term)},
    )  # fmt: skip
    return {
        "gu_course": courses[0].pk, "song_course": courses[1].pk, "report": job.key,
        "song": world.song.pk,
    }  # fmt: skip
