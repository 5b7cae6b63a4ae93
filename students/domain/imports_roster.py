"""Import of a roster: check, compare and write tens of thousands of students in a few statements."""

import hashlib
from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from portal.core.crypto import encrypt, lookup_hash
from portal.core.domain.imports import SHOWN_CHANGES, Change, Context, Diff
from portal.core.domain.staging import rows_of, run_sql, stage
from portal.core.errors import StaleError
from portal.core.names import name_keys
from portal.core.sheets import Faults, Table
from students.domain import imports_roster_sql as sql
from students.domain.imports_create import open_missing_units
from students.domain.imports_rights import students_out_of_reach, units_held
from students.domain.imports_roster_columns import COLUMNS, HEADINGS
from students.domain.imports_units import Found, UnitIndex
from students.domain.imports_words import shown
from students.domain.statuses import change_statuses

ACTION = "import_roster"


class RosterWork:
    """One roster under way. Temporary tables hold the rows; Python sees only what is odd."""

    def __init__(self, context: Context, table: Table) -> None:
        self.context = context
        self.table = table
        self.faults = Faults(table, COLUMNS)
        self.notes: list[str] = []
        if context.can_create:
            self.notes += open_missing_units(context, table)
        # Who leaves may be told of the room that is given up.
        names_rooms = bool({"room", "status"} & set(table.columns))
        self.index = UnitIndex.read(with_rooms=names_rooms)

    # -- compare ------------------------------------------------------------------------------

    def compare(self) -> Diff:
        self._check_doubles()
        self._stage()
        run_sql(sql.MATCH)
        run_sql(sql.CHANGES)
        run_sql(sql.MOVES)
        run_sql("ANALYZE import_match")
        self._check_rows()
        self._check_rights()
        return self._diff()

    def _check_doubles(self) -> None:
        numbers = self.table.column("student_no")
        if len(set(numbers)) == len(numbers):
            return
        seen: dict[str, int] = {}
        for index, number in enumerate(numbers):
            if number in seen:
                first = self.table.numbers[seen[number]]
                self.faults.add(
                    index,
                    "student_no",
                    _("This student number stands in row %(row)s already.") % {"row": first},
                )
            elif number:
                seen[number] = index

    def _stage(self) -> None:
        table, index = self.table, self.index
        year, since = table.column("entry_year"), self.context.since.isoformat()
        classes = self._find(
            "school_class",
            index.school_class,
            table.column("college"),
            year,
            table.column("school_class"),
        )
        year = [own or found.year for own, found in zip(year, classes, strict=True)]
        academies = self._find("academy", index.academy_cohort, table.column("academy"), year)
        rooms = self._find("room", index.room, table.column("building"), table.column("room"))
        majors = self._find("major", index.major, table.column("major"))
        keys = {name: name_keys(name) for name in set(table.column("name"))}
        names = table.column("name")
        ids = table.column("id_number")
        stage(
            "import_roster",
            sql.STAGED,
            [
                [str(number) for number in range(len(table))],
                table.column("student_no"),
                names,
                [keys[name][0] for name in names],
                [keys[name][1] for name in names],
                table.column("sex"),
                table.column("ethnic_group"),
                table.column("political_status"),
                self._birthdays(ids),
                table.column("origin_region"),
                year,
                [found.pk for found in majors],
                table.column("status"),
                table.column("phone"),
                table.column("email"),
                [lookup_hash(number) if number else "" for number in ids],
                [number[-4:] for number in ids],
                [found.pk for found in classes],
                [found.pk for found in academies],
                [found.pk for found in rooms],
                [day or since for day in table.column("moved_on")],
            ],
        )

    def _find(self, code: str, find: Any, *columns: list[str]) -> list[Found]:
        """One look-up for each distinct combination; faults noted row by row."""
        memo: dict[tuple[str, ...], Found] = {}
        found = []
        for key in zip(*columns, strict=True):
            one = memo.get(key)
            if one is None:
                one = memo[key] = find(*key)
            found.append(one)
        if any(one.fault for one in memo.values()):
            for index, one in enumerate(found):
                if one.fault:
                    self.faults.add(index, code, one.fault)
        return found

    def _birthdays(self, ids: list[str]) -> list[str]:
        """The date of birth; taken from the ID number where the cell is blank."""
        days = self.table.column("born_on")
        if not any(ids):
            return days
        merged = list(days)
        for index, number in enumerate(ids):
            if number:
                inside = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
                if days[index] and days[index] != inside:
                    self.faults.add(
                        index, "born_on", _("The date of birth and the ID number do not agree.")
                    )
                merged[index] = inside
        return merged

    def _check_rows(self) -> None:
        for index, problem, unit in rows_of(sql.PROBLEMS):
            if problem == "no_year" and self.faults.has(index, "school_class"):
                continue
            code, reason = self._problem(problem, unit)
            self.faults.add(index, code, reason)

    def _problem(self, problem: str, unit: str) -> tuple[str, str]:
        if problem == "no_class":
            return "school_class", _("A new student needs a class.")
        if problem == "no_year":
            return "entry_year", _("A new student needs an entry year.")
        if problem == "overlap":
            return "moved_on", _(
                "The student stood in another unit of this tree on that day: choose a later day."
            )
        if problem == "status_early":
            return "moved_on", _("The new status must begin after the present one.")
        return "moved_on", _(
            "The student has been in %(unit)s since that day or later: the move must be later."
        ) % {"unit": self.index.labels.get(unit, unit)}

    def _check_rights(self) -> None:
        actor = self.context.actor
        if actor is None:
            return
        matched = {student: index for index, student in rows_of(sql.MATCHED)}
        for student in students_out_of_reach(actor, ACTION, matched):
            self.faults.add(
                matched[student],
                "student_no",
                _("This student is not in a unit for which you may import."),
            )
        touched = rows_of(sql.TOUCHED_UNITS)
        held = units_held(actor, ACTION, {unit for _index, _tree, unit in touched})
        columns = {"class": "school_class", "academy": "academy", "room": "room"}
        for index, tree, unit in touched:
            if unit not in held:
                self.faults.add(
                    index,
                    columns.get(tree, "school_class"),
                    _(
                        "You may not import for %(unit)s. Leave the cell blank, or ask an administrator of that unit."
                    )
                    % {"unit": self.index.labels.get(str(unit), str(unit))},
                )

    def _diff(self) -> Diff:
        ((new, known, changed, moved, kept),) = rows_of(sql.COUNTS)
        counts = {
            "new": new,
            "changed": changed,
            "moved": moved,
            "unchanged": known - len_of(sql.AFFECTED),
        }
        if kept:
            self.notes.append(
                _("%(n)s students keep their political status: the party record decides.")
                % {"n": kept}
            )
        diff = Diff(counts=counts, faults=self.faults.found, notes=self.notes)
        diff.changes = [self._change(*row) for row in rows_of(sql.SHOW_CHANGES, [SHOWN_CHANGES])]
        diff.moves = [self._change(*row) for row in rows_of(sql.SHOW_MOVES, [SHOWN_CHANGES])]
        marks = rows_of(sql.FINGERPRINT)
        diff.fingerprint = hashlib.sha256(repr(marks).encode()).hexdigest()
        return diff

    def _change(
        self, index: int, key: str, name: str, field: str, old: str | None, new: str | None
    ) -> Change:
        code = {"class": "school_class", "major_id": "major", "id_hash": "id_number"}.get(
            field, field
        )
        if field in {"class", "academy", "room"}:
            old, new = self._unit(old), self._unit(new)
        elif field == "id_hash":
            old, new = ("●●●●" if old else "—"), "●●●●"
        elif field == "major_id":
            majors = {str(pk): text for text, pk in self.index.majors.items()}
            old, new = majors.get(old or "", "—"), majors.get(new or "", "—")
        else:
            old, new = shown(field, old), shown(field, new)
        return Change(self.table.numbers[index], key, name, HEADINGS[code], old or "—", new or "—")

    def _unit(self, pk: str | None) -> str:
        return self.index.labels.get(pk or "", "—")

    # -- write --------------------------------------------------------------------------------

    def write(self) -> dict[str, int]:
        self._lock()
        self._stage_ciphers()
        touched: Counter[str] = Counter()
        touched["students"] += run_sql(sql.INSERT_STUDENTS)
        touched["students"] += run_sql(sql.UPDATE_STUDENTS)
        touched["placements"] += run_sql(sql.PLACE_NEW)
        run_sql(sql.STATUS_NEW)
        for status, since, ids in rows_of(sql.NEW_STATUSES):
            change_statuses(actor=self.context.actor, student_ids=ids, status=status, since=since)
        touched["placements"] += run_sql(sql.CORRECT_MOVES) + run_sql(sql.END_MOVES)
        touched["placements"] += run_sql(sql.PLACE_MOVED)
        return dict(touched)

    def _lock(self) -> None:
        """Lock what will change; somebody's edit since the comparison refuses the import."""
        if rows_of(sql.LOCK):
            raise StaleError(
                _(
                    "Somebody edited one of these students just now. Nothing was written: upload the file again."
                )
            )

    def _stage_ciphers(self) -> None:
        """ID numbers are encrypted only where they are new; the clear number is never stored."""
        wanted = [index for (index,) in rows_of(sql.WANT_CIPHER)]
        ids = self.table.column("id_number")
        stage(
            "import_cipher",
            [("row_no", "integer"), ("cipher", "bytea")],
            [[str(i) for i in wanted], ["\\x" + encrypt(ids[i]).hex() for i in wanted]],
        )


def len_of(statement: str) -> int:
    return int(rows_of(statement)[0][0])
