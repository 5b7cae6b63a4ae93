"""Finding the units that a roster names: class, academy cohort, room and major."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from cohorts.enums import UnitKind
from cohorts.models import Cohort, Major, Unit


@dataclass(frozen=True)
class Found:
    """A unit or the reason why there is none. ``year`` is the entry year of its cohort."""

    pk: str = ""
    year: str = ""
    fault: str = ""


NOTHING = Found()
_CLASS_TAIL = "班"


def _names(unit: "tuple[str, str, str]") -> set[str]:
    return {text for text in unit if text}


@dataclass
class UnitIndex:
    """Every unit a roster may name, by code, name and short name. Read once per import."""

    labels: dict[str, str] = field(default_factory=dict)
    colleges: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    academies: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    classes: dict[str, list[tuple[int, int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    academy_cohorts: dict[tuple[int, str], int] = field(default_factory=dict)
    buildings: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    rooms: dict[tuple[int, str], int] = field(default_factory=dict)
    rooms_alone: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    majors: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, *, with_rooms: bool = True) -> "UnitIndex":
        """``with_rooms`` False leaves out the rooms, which are most of all units."""
        index = cls()
        unasked = [UnitKind.OFFICE, UnitKind.GROUP, UnitKind.PARTY, UnitKind.FLOOR]
        if not with_rooms:
            unasked.append(UnitKind.ROOM)
        rows = list(
            Unit.objects.filter(closed_on=None)
            .exclude(kind__in=unasked)
            .values_list("pk", "kind", "code", "name", "short_name", "parent_id")
        )
        years = {pk: str(year) for pk, year in Cohort.objects.values_list("pk", "entry_year")}
        kind_of = {row[0]: row[1] for row in rows}
        parent_of = {row[0]: row[5] for row in rows}
        buildings = {row[0]: row for row in rows if row[1] == UnitKind.BUILDING}
        for pk, kind, code, name, short, parent in rows:
            index.labels[str(pk)] = name
            words = _names((code, name, short))
            if kind == UnitKind.COLLEGE:
                index._add(index.colleges, words, pk)
            elif kind == UnitKind.ACADEMY:
                index._add(index.academies, words, pk)
            elif kind == UnitKind.BUILDING:
                index._add(index.buildings, words, pk)
            elif kind == UnitKind.COHORT and kind_of.get(parent) == UnitKind.ACADEMY:
                index.academy_cohorts[(parent, years.get(pk, ""))] = pk
            elif kind == UnitKind.CLASS:
                for word in words:
                    college = parent_of.get(parent) or 0
                    index.classes[_class_key(word)].append((pk, college, years.get(parent, "")))
            elif kind == UnitKind.ROOM:
                index._add_room(pk, words, parent, parent_of, buildings)
        for pk, code, name in Major.objects.values_list("pk", "code", "name"):
            index.majors[code] = index.majors[name] = pk
        return index

    @staticmethod
    def _add(shelf: dict[str, set[int]], words: set[str], pk: int) -> None:
        for word in words:
            shelf[word].add(pk)

    def _add_room(
        self, pk: int, words: set[str], parent: int | None, parent_of: dict[int, int | None],
        buildings: dict[int, tuple[int, str, str, str, str, int | None]],
    ) -> None:  # fmt: skip
        self._add(self.rooms_alone, words, pk)
        # Rooms hang under a building or under one of its floors.
        while parent is not None and parent not in buildings:
            parent = parent_of.get(parent)
        if parent is None:
            return
        _pk, _kind, code, name, short, _parent = buildings[parent]
        for word in words:
            self.rooms[(parent, word)] = pk
            for prefix in _names((code, name, short)):
                if word.startswith(prefix) and len(word) > len(prefix):
                    self.rooms[(parent, word[len(prefix) :].lstrip("-–—# "))] = pk

    # -- one question per column ------------------------------------------------------------

    def school_class(self, college: str, year: str, name: str) -> Found:
        """The class by code or name, narrowed by college and entry year where these are given."""
        if not name:
            return NOTHING
        among = list(dict.fromkeys(self.classes.get(_class_key(name), ())))
        if not among:
            return Found(
                fault=_(
                    "There is no class of this name. Open the class first, or correct the name."
                )
            )
        if college:
            if college not in self.colleges:
                return Found(fault=_("There is no college “%(name)s”.") % {"name": college})
            among = [one for one in among if one[1] in self.colleges[college]]
            if not among:
                return Found(fault=_("This class does not belong to %(name)s.") % {"name": college})
        if year:
            other = among[0][2]
            among = [one for one in among if one[2] == year]
            if not among:
                return Found(
                    fault=_(
                        "This class belongs to cohort %(year)s: correct the cohort or the class."
                    )
                    % {"year": other}
                )
        if len(among) > 1:
            return Found(
                fault=_(
                    "Several classes have this name. Fill in college and cohort, or use the class code."
                )
            )
        return Found(pk=str(among[0][0]), year=among[0][2])

    def academy_cohort(self, name: str, year: str) -> Found:
        """The cohort of the entry year in the academy; students stand there (not in the academy)."""
        if not name:
            return NOTHING
        bare = name.removesuffix(f"{year}级")
        found = self.academies.get(name) or self.academies.get(bare)
        if not found:
            return Found(fault=_("There is no academy of this name. Correct it or leave it blank."))
        if len(found) > 1:
            return Found(fault=_("Several academies have this name. Use the code."))
        if not year:
            return Found(fault=_("The cohort is needed to place the student in an academy."))
        cohort = self.academy_cohorts.get((next(iter(found)), year))
        if cohort is None:
            return Found(
                fault=_("%(academy)s has no cohort %(year)s. Open it first.")
                % {"academy": bare, "year": year}
            )
        return Found(pk=str(cohort), year=year)

    def room(self, building: str, room: str) -> Found:
        """The room, by its number in the building or by its full name; blank room: none."""
        if not room:
            return NOTHING
        if not building:
            alone = self.rooms_alone.get(room, set())
            if len(alone) == 1:
                return Found(pk=str(next(iter(alone))))
            return Found(fault=_("Fill in the building of this room."))
        found = self.buildings.get(building, set())
        if len(found) != 1:
            return Found(
                fault=_(
                    "There is no building “%(name)s”. Correct it or leave building and room blank."
                )
                % {"name": building}
            )
        pk = self.rooms.get((next(iter(found)), room))
        if pk is None:
            return Found(
                fault=_(
                    "%(building)s has no room of this number. Open it first, or leave it blank."
                )
                % {"building": building}
            )
        return Found(pk=str(pk))

    def major(self, name: str) -> Found:
        if not name:
            return NOTHING
        pk = self.majors.get(name)
        if pk is None:
            return Found(
                fault=_("There is no major of this name or code. Correct it or leave it blank.")
            )
        return Found(pk=str(pk))


def _class_key(name: str) -> str:
    return name.removesuffix(_CLASS_TAIL)
