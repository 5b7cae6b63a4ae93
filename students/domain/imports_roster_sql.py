"""The statements of a roster import, over its temporary tables.

``import_roster``: the rows of the file (NULL = blank cell, which leaves the present value).
``import_match``: the student and the open placements of each row.
``import_change``: fields of known students that differ. ``import_move``: units that differ.
"""

from students.enums import ENROLLED_STATUSES

STAGED = [
    ("row_no", "integer"), ("student_no", "text"), ("name", "text"), ("pinyin", "text"),
    ("initials", "text"), ("sex", "text"), ("ethnic_group", "text"),
    ("political_status", "text"), ("born_on", "date"), ("origin_region", "text"),
    ("entry_year", "integer"), ("major_id", "bigint"), ("status", "text"), ("phone", "text"),
    ("email", "text"), ("id_hash", "text"), ("id_last4", "text"), ("class_id", "bigint"),
    ("academy_id", "bigint"), ("room_id", "bigint"), ("since", "date"),
]  # fmt: skip

_ENROLLED = ", ".join(f"'{code}'" for code in ENROLLED_STATUSES)
_UNITS = "(VALUES ('class', s.class_id), ('academy', s.academy_id), ('room', s.room_id)) v(tree, unit_id)"

MATCH = f"""
    CREATE TEMPORARY TABLE import_match ON COMMIT DROP AS
    SELECT s.row_no, st.id AS student_id, st.version,
           CASE WHEN st.id IS NULL
                THEN nextval((SELECT pg_get_serial_sequence('students_student', 'id')::regclass))
           END AS new_id,
           coalesce(s.status, st.status, '01') IN ({_ENROLLED}) AS stays,
           c.id AS class_pl, c.unit_id AS class_unit, c.since AS class_since,
           a.id AS academy_pl, a.unit_id AS academy_unit, a.since AS academy_since,
           r.id AS room_pl, r.unit_id AS room_unit, r.since AS room_since
      FROM import_roster s
      LEFT JOIN students_student st ON st.student_no = s.student_no
      LEFT JOIN students_placement c ON c.student_id = st.id AND c.tree = 'class' AND c.until IS NULL
      LEFT JOIN students_placement a ON a.student_id = st.id AND a.tree = 'academy' AND a.until IS NULL
      LEFT JOIN students_placement r ON r.student_id = st.id AND r.tree = 'room' AND r.until IS NULL
"""

# Party members' codes of students already known follow the party record (rulebook 6.1).
_POLITICAL = "CASE WHEN s.political_status IN ('01', '02') OR st.political_status IN ('01', '02') THEN NULL ELSE s.political_status END"
_FIELDS = ("name", "sex", "ethnic_group", "political_status", "born_on", "origin_region",
           "entry_year", "major_id", "status", "phone", "email", "id_hash")  # fmt: skip


def _new(field: str) -> str:
    return _POLITICAL if field == "political_status" else f"s.{field}"


_PAIRS = ", ".join(f"('{f}', nullif(st.{f}::text, ''), ({_new(f)})::text)" for f in _FIELDS)
_ANY = " OR ".join(
    f"(({_new(f)}) IS NOT NULL AND ({_new(f)}) IS DISTINCT FROM st.{f})" for f in _FIELDS
)

CHANGES = f"""
    CREATE TEMPORARY TABLE import_change ON COMMIT DROP AS
    SELECT s.row_no, st.id AS student_id, v.field, v.old, v.new
      FROM import_roster s
      JOIN import_match m USING (row_no)
      JOIN students_student st ON st.id = m.student_id
     CROSS JOIN LATERAL (VALUES {_PAIRS}) v(field, old, new)
     WHERE ({_ANY}) AND v.new IS NOT NULL AND v.old IS DISTINCT FROM v.new
"""

MOVES = """
    CREATE TEMPORARY TABLE import_move ON COMMIT DROP AS
    SELECT s.row_no, m.student_id, s.since, v.*
      FROM import_roster s
      JOIN import_match m USING (row_no)
     CROSS JOIN LATERAL (VALUES
           ('class', m.class_pl, m.class_unit, m.class_since, s.class_id),
           ('academy', m.academy_pl, m.academy_unit, m.academy_since, s.academy_id),
           ('room', m.room_pl, m.room_unit, m.room_since, s.room_id)
     ) v(tree, placement_id, old_unit, old_since, new_unit)
     WHERE m.student_id IS NOT NULL AND m.stays
       AND v.new_unit IS NOT NULL AND v.new_unit IS DISTINCT FROM v.old_unit
"""

PROBLEMS = f"""
    SELECT s.row_no, 'no_class', '' FROM import_roster s JOIN import_match m USING (row_no)
     WHERE m.student_id IS NULL AND m.stays AND s.class_id IS NULL
    UNION ALL
    SELECT s.row_no, 'no_year', '' FROM import_roster s JOIN import_match m USING (row_no)
     WHERE m.student_id IS NULL AND s.entry_year IS NULL
    UNION ALL
    SELECT row_no, 'move_early', old_unit::text FROM import_move WHERE old_since > since
    UNION ALL
    SELECT c.row_no, 'status_early', '' FROM import_change c
      JOIN import_roster s USING (row_no)
      JOIN students_statusperiod p ON p.student_id = c.student_id AND p.until IS NULL
     WHERE c.field = 'status' AND p.since > s.since
    UNION ALL
    SELECT c.row_no, 'move_early', p.unit_id::text FROM import_change c
      JOIN import_roster s USING (row_no)
      JOIN students_placement p ON p.student_id = c.student_id AND p.until IS NULL
     WHERE c.field = 'status' AND c.new NOT IN ({_ENROLLED}) AND p.since > s.since
    UNION ALL
    SELECT v.row_no, 'overlap', '' FROM import_move v
     WHERE EXISTS (SELECT 1 FROM students_placement p WHERE p.student_id = v.student_id
                      AND p.tree = v.tree AND p.until >= v.since)
     ORDER BY 1
     LIMIT 2000
"""

MATCHED = "SELECT row_no, student_id FROM import_match WHERE student_id IS NOT NULL"

TOUCHED_UNITS = f"""
    SELECT s.row_no, v.tree, v.unit_id
      FROM import_roster s JOIN import_match m USING (row_no) CROSS JOIN LATERAL {_UNITS}
     WHERE m.student_id IS NULL AND v.unit_id IS NOT NULL
    UNION ALL
    SELECT row_no, tree, unnest(array_remove(ARRAY[old_unit, new_unit], NULL)) FROM import_move
"""

COUNTS = f"""
    SELECT count(*) FILTER (WHERE m.student_id IS NULL),
           count(*) FILTER (WHERE m.student_id IS NOT NULL),
           (SELECT count(DISTINCT row_no) FROM import_change),
           (SELECT count(DISTINCT row_no) FROM import_move),
           (SELECT count(*) FROM import_roster s JOIN import_match k USING (row_no)
              JOIN students_student st ON st.id = k.student_id
             WHERE s.political_status IS DISTINCT FROM st.political_status
               AND s.political_status IS NOT NULL AND {_POLITICAL} IS NULL)
      FROM import_match m
"""
AFFECTED = """
    SELECT count(*) FROM (SELECT row_no FROM import_change UNION SELECT row_no FROM import_move) x
"""

SHOW_CHANGES = """
    SELECT c.row_no, s.student_no, s.name, c.field, c.old, c.new
      FROM import_change c JOIN import_roster s USING (row_no) ORDER BY c.row_no, c.field LIMIT %s
"""
SHOW_MOVES = """
    SELECT v.row_no, s.student_no, s.name, v.tree, v.old_unit::text, v.new_unit::text
      FROM import_move v JOIN import_roster s USING (row_no) ORDER BY v.row_no, v.tree LIMIT %s
"""
FINGERPRINT = """
    SELECT 'new', md5(string_agg(s.student_no, ',' ORDER BY s.row_no))
      FROM import_roster s JOIN import_match m USING (row_no) WHERE m.student_id IS NULL
    UNION ALL
    SELECT 'change', md5(string_agg(concat_ws('|', row_no, field, old, new), ',' ORDER BY row_no, field))
      FROM import_change
    UNION ALL
    SELECT 'move', md5(string_agg(concat_ws('|', row_no, tree, old_unit, old_since, new_unit), ','
                       ORDER BY row_no, tree)) FROM import_move
"""

# Returns a row when a student changed between comparison and lock.
LOCK = """
    WITH locked AS (
        SELECT st.id, st.version FROM students_student st
         WHERE st.id IN (SELECT student_id FROM import_change UNION SELECT student_id FROM import_move)
           FOR UPDATE
    )
    SELECT l.id FROM locked l JOIN import_match m ON m.student_id = l.id
     WHERE m.version <> l.version LIMIT 1
"""

WANT_CIPHER = """
    SELECT s.row_no FROM import_roster s JOIN import_match m USING (row_no)
     WHERE s.id_hash IS NOT NULL AND m.student_id IS NULL
    UNION ALL
    SELECT row_no FROM import_change WHERE field = 'id_hash'
"""

INSERT_STUDENTS = """
    INSERT INTO students_student
           (id, student_no, name, pinyin, initials, sex, ethnic_group, political_status, born_on,
            origin_region, entry_year, major_id, status, phone, email, id_cipher, id_hash,
            id_last4, version)
    SELECT m.new_id, s.student_no, s.name, coalesce(s.pinyin, ''), coalesce(s.initials, ''),
           coalesce(s.sex, '0'), coalesce(s.ethnic_group, ''), coalesce(s.political_status, ''),
           s.born_on, coalesce(s.origin_region, ''), s.entry_year, s.major_id,
           coalesce(s.status, '01'), coalesce(s.phone, ''), coalesce(s.email, ''), c.cipher,
           coalesce(s.id_hash, ''), coalesce(s.id_last4, ''), 1
      FROM import_roster s
      JOIN import_match m USING (row_no)
      LEFT JOIN import_cipher c USING (row_no)
     WHERE m.student_id IS NULL
     ORDER BY s.row_no
"""

UPDATE_STUDENTS = f"""
    UPDATE students_student st
       SET name = coalesce(s.name, st.name),
           pinyin = CASE WHEN s.name = st.name THEN st.pinyin ELSE coalesce(s.pinyin, st.pinyin) END,
           initials = CASE WHEN s.name = st.name THEN st.initials ELSE coalesce(s.initials, st.initials) END,
           sex = coalesce(s.sex, st.sex),
           ethnic_group = coalesce(s.ethnic_group, st.ethnic_group),
           political_status = coalesce({_POLITICAL}, st.political_status),
           born_on = coalesce(s.born_on, st.born_on),
           origin_region = coalesce(s.origin_region, st.origin_region),
           entry_year = coalesce(s.entry_year, st.entry_year),
           major_id = coalesce(s.major_id, st.major_id),
           phone = coalesce(s.phone, st.phone),
           email = coalesce(s.email, st.email),
           id_cipher = coalesce(c.cipher, st.id_cipher),
           id_hash = coalesce(s.id_hash, st.id_hash),
           id_last4 = coalesce(s.id_last4, st.id_last4),
           version = st.version + 1
      FROM import_roster s
      JOIN import_match m USING (row_no)
      LEFT JOIN import_cipher c USING (row_no)
     WHERE st.id = m.student_id AND s.row_no IN (SELECT row_no FROM import_change)
"""

PLACE_NEW = f"""
    INSERT INTO students_placement (student_id, unit_id, tree, since)
    SELECT m.new_id, v.unit_id, v.tree, s.since
      FROM import_roster s
      JOIN import_match m USING (row_no)
     CROSS JOIN LATERAL {_UNITS}
     WHERE m.new_id IS NOT NULL AND m.stays AND v.unit_id IS NOT NULL
"""
STATUS_NEW = """
    INSERT INTO students_statusperiod (student_id, status, since, reason)
    SELECT m.new_id, coalesce(s.status, '01'), s.since, ''
      FROM import_roster s JOIN import_match m USING (row_no)
     WHERE m.new_id IS NOT NULL
"""

# Applied by students.domain.statuses, which knows what leaving ends.
NEW_STATUSES = """
    SELECT c.new, s.since, array_agg(c.student_id ORDER BY c.student_id)
      FROM import_change c JOIN import_roster s USING (row_no)
     WHERE c.field = 'status' GROUP BY 1, 2 ORDER BY 2, 1
"""

# As students.domain.placements does: a move dated the day the present placement began corrects
# that placement.
CORRECT_MOVES = """
    UPDATE students_placement p SET unit_id = v.new_unit FROM import_move v
     WHERE p.id = v.placement_id AND v.old_since = v.since
"""
END_MOVES = """
    UPDATE students_placement p SET until = v.since - 1 FROM import_move v
     WHERE p.id = v.placement_id AND v.old_since < v.since
"""
PLACE_MOVED = """
    INSERT INTO students_placement (student_id, unit_id, tree, since)
    SELECT student_id, new_unit, tree, since FROM import_move
     WHERE placement_id IS NULL OR old_since < since
"""
