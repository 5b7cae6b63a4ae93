"""Every page of the portal, who opens it, and how to find its address in the seeded school."""

from dataclasses import dataclass

from tests.browser.site import Site

# The cohort that the demo leader contracts, and cases of the demo counsellor's students in it.
LED_COHORT = """
select a.unit_id from cohorts_appointment a join core_user u on u.id = a.person_id
join cohorts_role r on r.id = a.role_id where u.username = 'leader' and r.code = 'contract_leader' and a.revoked_at is null
and a.starts_on <= current_date and (a.ends_on is null or a.ends_on >= current_date)
"""
LED_CONTRACT = f"select id from cohorts_contract where cohort_id in ({LED_COHORT}) order by id desc"
OWN_CASES = """
from casework_case c join students_student s on s.id = c.student_id
join core_user u on u.id = c.owner_id
where u.username = 'counsellor' and c.closed_at is null
"""
RICHEST_CASE = f"""
select c.id {OWN_CASES} order by (select count(*) from casework_planstep p
join casework_plan q on q.id = p.plan_id where q.case_id = c.id) desc, c.level_id desc, c.id
"""
CASE_STUDENT = f"select s.student_no {OWN_CASES} order by c.id"
# The course of the newest term that most of the college sat at once.
TAKEN_COURSE = f"""
select r.course_id from students_courseresult r join students_placement p
  on p.student_id = r.student_id and p.until is null and p.tree = 'class'
  join cohorts_unittree t on t.descendant_id = p.unit_id
 where t.ancestor_id in (select parent_id from cohorts_unit where id in ({LED_COHORT}))
   and r.term_id = (select max(term_id) from students_courseresult)
 group by r.course_id order by count(*) desc, r.course_id"""
COLLEGE = f"select parent_id from cohorts_unit where id in ({LED_COHORT})"
UNIVERSITY = "select id from cohorts_unit where kind = 'university'"


CHART = "main svg text"


@dataclass(frozen=True)
class Place:
    name: str
    who: str | None
    path: str
    asked: str = ""
    status: int = 200
    awaits: str = ""
    latin: str = ""

    def address(self, site: Site) -> str:
        return self.path.format(site.value(self.asked) if self.asked else "")


STUDY = "select id from partybranch_eventkind where since is not null order by until desc limit 1"
AWARD = "select id from partybranch_awardround where decided_on is null order by id limit 1"
NOMINATION = """
    select n.id from partybranch_nomination n join partybranch_awardround r on r.id = n.round_id
     where r.decided_on is null order by n.id limit 1
"""
PLACES = [
    Place("login", None, "/login/"),
    Place("workbench", "counsellor", "/"),
    Place("workbench-leader", "leader", "/"),
    Place("cohort", "leader", "/cohorts/{}/", LED_COHORT, awaits=CHART),
    Place("college", "secretary", "/units/{}/", COLLEGE, awaits=CHART),
    Place("school", "schoolleader", "/units/{}/", UNIVERSITY, awaits=CHART),
    Place("contracts", "leader", "/contracts/"),
    Place("contract", "leader", "/contracts/{}/", LED_CONTRACT),
    Place("items", "leader", "/units/{}/items/", LED_COHORT),
    Place("students", "leader", "/students/"),
    Place("portrait", "counsellor", "/students/{}/", CASE_STUDENT),
    Place("picture", "counsellor", "/students/{}/picture/", CASE_STUDENT, awaits=CHART),
    Place("input-ask", "counsellor", "/students/{}/inputs/new/", CASE_STUDENT),
    Place("cases", "leader", "/cases/"),
    Place("ledger", "leader", "/ledgers/"),
    Place("exports", "leader", "/exports/"),
    Place("export-new", "leader", "/exports/new/ledger/"),
    Place("filters", "leader", "/filters/?path=/ledgers/&query=level%3DRED"),
    Place("case", "counsellor", "/cases/{}/", RICHEST_CASE),
    Place("log", "counsellor", "/log/", latin="PDF"),
    Place("log-chosen", "counsellor", "/log/?student={}", CASE_STUDENT, latin="PDF"),
    Place("party-figures", "organiser", "/party/figures/"),
    Place("party-prizes", "organiser", "/party/figures/prizes/"),
    Place("party-training", "organiser", "/branches/training/"),
    Place("party-studies", "organiser", "/branches/studies/"),
    Place("party-study", "organiser", "/branches/studies/{}/", STUDY),
    Place("party-award", "organiser", "/awards/{}/", AWARD),
    Place("party-nomination", "organiser", "/nominations/{}/", NOMINATION),
    Place("party-honours", "organiser", "/honours/"),
    Place("staff-probation", "organiser", "/party-members/probation/"),
    Place("my", "student", "/my/"),
    Place("my-study", "student", "/my/study/"),
    Place("me", "counsellor", "/me/"),
    Place("notices", "counsellor", "/notices/"),
    Place("search", "counsellor", "/search/"),
    Place("office", "sysadmin", "/"),
    # Hidden heads that Django's own catalogue lacks; names of columns in a file.
    Place(
        "admin", "sysadmin", "/admin/", latin="Add Change Model link list name or view code college"
    ),
    Place("imports", "clerk", "/imports/"),
    Place("analysis", "clerk", "/analysis/"),
    Place("analysis-people", "adviser", "/analysis/people/?figure=failed"),
    Place("analysis-course", "clerk", "/analysis/courses/{}/", TAKEN_COURSE),
    Place("analysis-reports", "clerk", "/analysis/reports/", latin="Word Excel"),
    Place("import-start", "clerk", "/imports/new/roster/"),
    Place("lost", "counsellor", "/cases/987654321/", status=404),
]
