"""How a student's studies stand: averages, rank, the line over the terms, credits against the plan."""

from dataclasses import dataclass, field
from decimal import Decimal

from portal.core.asks import Ask, Rows, answers
from students.models import Student
from students.queries.averages import Averages, averages_by_term, scale_in_use, standing_of
from students.queries.portrait import plain


@dataclass
class GroupLine:
    """One group of the plan: ``done`` of ``wanted`` credits; ``left`` names the courses owed."""

    name: str
    need: str
    done: Decimal
    wanted: Decimal
    left: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return self.done >= self.wanted

    @property
    def missing(self) -> str:
        """Credits still to earn, in words; empty where there are enough."""
        return "" if self.is_full else plain(self.wanted - self.done)

    @property
    def words(self) -> str:
        return f"{plain(self.done)} / {plain(self.wanted)}"


@dataclass
class StudyFile:
    standing: Averages
    scale: str
    line: list[tuple[str, Averages]]
    groups: list[GroupLine]
    done: Decimal = Decimal(0)
    wanted: Decimal = Decimal(0)


_GROUPS = """
    SELECT json_build_array(g.name, g.need, g.credits::text,
           coalesce(sum(pc.credits) FILTER (WHERE ok.course_id IS NOT NULL), 0)::text,
           coalesce(sum(pc.credits), 0)::text,
           coalesce(array_agg(c.name ORDER BY pc.term_no, c.code)
                    FILTER (WHERE ok.course_id IS NULL AND g.need = 'required'), '{}'))
      FROM students_programme p JOIN students_coursegroup g ON g.programme_id = p.id
      LEFT JOIN students_plancourse pc ON pc.group_id = g.id
      LEFT JOIN students_course c ON c.id = pc.course_id
      LEFT JOIN (SELECT DISTINCT course_id FROM students_courseresult
                  WHERE student_id = %(student)s AND passed) ok ON ok.course_id = pc.course_id
     WHERE p.major_id = %(major)s AND p.entry_year = %(year)s
     GROUP BY g.id, g.name, g.need, g.credits, g."order" ORDER BY g."order", g.id
"""


def groups_asked(student: Student) -> Ask:
    """For ``group_lines``; shares ``student`` with the page. The caller has asked for the right."""
    return Ask(_GROUPS, {"major": student.major_id, "year": student.entry_year})


def group_lines(rows: Rows) -> list[GroupLine]:
    """Groups of the plan of the student's major and entry year, with what is done of each."""
    return [
        GroupLine(name, need, Decimal(done), Decimal(chosen if need == "elective" else total), left)
        for name, need, chosen, done, total, left in rows
    ]


def study_file(student: Student) -> StudyFile:
    """A constant number of statements; the caller has asked for the right."""
    scale = scale_in_use()
    asked = answers({"groups": groups_asked(student)}, student=student.pk)
    groups = group_lines(asked["groups"])
    return StudyFile(
        standing_of(student.pk, scale), scale.name if scale else "",
        averages_by_term(student.pk, scale), groups,
        sum((min(one.done, one.wanted) for one in groups), Decimal(0)),
        sum((one.wanted for one in groups), Decimal(0)),
    )  # fmt: skip
