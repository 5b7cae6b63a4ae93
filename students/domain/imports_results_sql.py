"""The statements of a results import, over its temporary tables (see imports_roster_sql)."""

STAGED = [
    ("row_no", "integer"), ("student_no", "text"), ("course_code", "text"),
    ("course_name", "text"), ("credits", "numeric(4,1)"), ("term", "text"), ("attempt", "text"),
    ("sequence", "integer"), ("grade", "text"), ("score", "numeric(6,2)"), ("special", "text"),
    ("passed", "boolean"), ("is_required", "boolean"),
]  # fmt: skip

MATCH = """
    CREATE TEMPORARY TABLE import_match ON COMMIT DROP AS
    SELECT s.row_no, st.id AS student_id, st.name, c.id AS course_id, r.id AS result_id,
           r.grade AS old_grade, r.credits AS old_credits, r.is_required AS old_required,
           coalesce(s.credits, r.credits, c.credits) AS credits,
           c.credits AS course_credits,
           coalesce(s.is_required, r.is_required, true) AS is_required,
           r.id IS NOT NULL AND (r.grade, r.credits, r.is_required) IS DISTINCT FROM
              (s.grade, coalesce(s.credits, r.credits), coalesce(s.is_required, r.is_required))
              AS is_changed
      FROM import_results s
      LEFT JOIN students_student st ON st.student_no = s.student_no
      LEFT JOIN students_course c ON c.code = s.course_code
      LEFT JOIN students_courseresult r ON r.student_id = st.id AND r.course_id = c.id
            AND r.term_id = s.term AND r.attempt = s.attempt AND r.sequence = s.sequence
"""

PROBLEMS = """
    SELECT row_no, 'no_student' FROM import_match m JOIN import_results s USING (row_no)
     WHERE student_id IS NULL AND s.student_no IS NOT NULL
    UNION ALL
    SELECT row_no, 'no_credits' FROM import_match m JOIN import_results s USING (row_no)
     WHERE course_id IS NULL AND NOT EXISTS (
           SELECT 1 FROM import_results o WHERE o.course_code = s.course_code AND o.credits IS NOT NULL)
    UNION ALL
    SELECT row_no, 'no_name' FROM import_match m JOIN import_results s USING (row_no)
     WHERE course_id IS NULL AND NOT EXISTS (
           SELECT 1 FROM import_results o WHERE o.course_code = s.course_code AND o.course_name IS NOT NULL)
    UNION ALL
    -- A resit (补考) repeats a sitting of the same course, in the file or among the records.
    SELECT s.row_no, 'no_first' FROM import_results s
     WHERE s.attempt = 'resit' AND NOT EXISTS (
           SELECT 1 FROM import_results o WHERE o.student_no = s.student_no
              AND o.course_code = s.course_code AND o.attempt <> 'resit' AND o.term <= s.term)
       AND NOT EXISTS (
           SELECT 1 FROM import_match m JOIN students_courseresult r
               ON r.student_id = m.student_id AND r.course_id = m.course_id
            WHERE m.row_no = s.row_no AND r.attempt <> 'resit' AND r.term_id <= s.term)
     ORDER BY 1
     LIMIT 2000
"""

# Students of the file whose major changed after the term of a result of theirs.
OTHER_MAJOR = """
    SELECT count(DISTINCT m.student_id) FROM import_match m JOIN import_results s USING (row_no)
      JOIN cohorts_term t ON t.code = s.term
      JOIN students_movement v ON v.student_id = m.student_id AND v.major_id IS NOT NULL
       AND v.withdrawn_at IS NULL AND v."on" > t.starts_on
"""

COUNTS = """
    SELECT count(*) FILTER (WHERE result_id IS NULL),
           count(*) FILTER (WHERE is_changed),
           count(*) FILTER (WHERE result_id IS NOT NULL AND NOT is_changed),
           (SELECT count(DISTINCT s.course_code) FROM import_results s JOIN import_match k USING (row_no)
             WHERE k.course_id IS NULL),
           count(*) FILTER (WHERE credits <> course_credits)
      FROM import_match
"""

SHOW_CHANGES = """
    SELECT m.row_no, s.student_no, m.name, concat_ws(' ', s.course_code, s.course_name, s.term),
           concat_ws(' · ', m.old_grade, m.old_credits), concat_ws(' · ', s.grade, m.credits)
      FROM import_match m JOIN import_results s USING (row_no)
     WHERE m.is_changed ORDER BY m.row_no LIMIT %s
"""

FINGERPRINT = """
    SELECT 'new', md5(string_agg(row_no::text, ',' ORDER BY row_no)) FROM import_match WHERE result_id IS NULL
    UNION ALL
    SELECT 'change', md5(string_agg(concat_ws('|', row_no, result_id, old_grade, old_credits, old_required),
           ',' ORDER BY row_no)) FROM import_match WHERE is_changed
"""

# Returns a row when a result changed between comparison and lock.
LOCK = """
    WITH locked AS (
        SELECT r.id, r.grade, r.credits FROM students_courseresult r
         WHERE r.id IN (SELECT result_id FROM import_match WHERE is_changed) FOR UPDATE
    )
    SELECT l.id FROM locked l JOIN import_match m ON m.result_id = l.id
     WHERE (m.old_grade, m.old_credits) IS DISTINCT FROM (l.grade, l.credits) LIMIT 1
"""

INSERT_COURSES = """
    INSERT INTO students_course (code, name, credits)
    SELECT course_code, (array_agg(course_name ORDER BY row_no) FILTER (WHERE course_name IS NOT NULL))[1],
           coalesce((array_agg(credits ORDER BY row_no) FILTER (WHERE credits IS NOT NULL))[1], 0)
      FROM import_results
     WHERE course_code NOT IN (SELECT code FROM students_course)
     GROUP BY course_code
        ON CONFLICT (code) DO NOTHING
"""

UPDATE_RESULTS = """
    UPDATE students_courseresult r
       SET grade = s.grade, score = s.score, special = coalesce(s.special, ''), passed = s.passed,
           credits = m.credits, is_required = m.is_required
      FROM import_match m JOIN import_results s USING (row_no)
     WHERE r.id = m.result_id AND m.is_changed
"""

INSERT_RESULTS = """
    INSERT INTO students_courseresult
           (student_id, course_id, term_id, attempt, sequence, grade, score, special, passed, credits, is_required)
    SELECT m.student_id, c.id, s.term, s.attempt, s.sequence, s.grade, s.score, coalesce(s.special, ''),
           s.passed, coalesce(m.credits, c.credits), m.is_required
      FROM import_match m
      JOIN import_results s USING (row_no)
      JOIN students_course c ON c.code = s.course_code
     WHERE m.result_id IS NULL
     ORDER BY s.row_no
"""
