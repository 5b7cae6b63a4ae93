"""What the columns of the ledger read: one value each over the case ``c`` and its student ``s``.

Of a psychological category others see the level and the advice (rulebook 8.3): its ground and cause
are left out of every text, and where one stands open neither the steps of the plan nor the next step
are told, which would say the same.
"""

from casework.enums import KeySide

# Entries that count: the open ones, those of a closed case as they were.
_COUNTS = "(e.left_at IS NULL OR c.closed_at IS NOT NULL)"
_ENTRY = """casework_ledgerentry e JOIN casework_casecategory k ON k.code = e.category_id
     JOIN casework_caselevel el ON el.code = e.level_id
     LEFT JOIN casework_casecategory kp ON kp.code = k.parent_id"""
_IS_PSYCH = "(k.asks_counselling OR coalesce(kp.asks_counselling, false))"
IS_PSYCH = f"EXISTS (SELECT 1 FROM {_ENTRY} WHERE e.case_id = c.id AND {_COUNTS} AND {_IS_PSYCH})"


def entries(value: str, more: str = "") -> str:
    """Texts of the entries without the psychological ones; ``{of}`` narrows to one ledger."""
    return f"""(SELECT string_agg(DISTINCT {value}, '；') FROM {_ENTRY} {more}
         WHERE e.case_id = c.id AND {_COUNTS} AND NOT {_IS_PSYCH} AND {value} <> '' {{of}})"""


OF_LEDGER = "AND e.category_id = ANY(%s::text[])"
_LEVELS = "casework_ledgerentry e JOIN casework_caselevel el ON el.code = e.level_id"
LEVEL_HERE = f"""(SELECT el.code FROM {_LEVELS}
     WHERE e.case_id = c.id AND {_COUNTS} {OF_LEDGER} ORDER BY el.rank LIMIT 1)"""
REASON = entries("e.reason")
CAUSE = entries("cc.name", "JOIN casework_causecode cc ON cc.code = e.cause_id")
_STEPS = """casework_planstep t JOIN casework_plan p ON p.id = t.plan_id
     WHERE p.case_id = c.id AND t.dropped_on IS NULL"""
# (psychological, steps, please do, please do not)
MEASURES = f"""json_build_array({IS_PSYCH},
    (SELECT string_agg(t.text, '；' ORDER BY t."order", t.id) FROM {_STEPS}),
    c.advice_do, c.advice_dont)"""
ADVICE = "json_build_array(c.advice_do, c.advice_dont)"
PROGRESS = f"(SELECT json_build_array(count(*) FILTER (WHERE t.done_on IS NOT NULL), count(*)) FROM {_STEPS})"
# (psychological, the next open step, its day)
NEXT_STEP = f"""(SELECT json_build_array({IS_PSYCH}, t.text, t.due_on) FROM {_STEPS}
     AND t.done_on IS NULL ORDER BY t.due_on, t."order", t.id LIMIT 1)"""
LAST_STEP = f"(SELECT max(t.due_on) FROM {_STEPS})"
CONTACTS = """(SELECT string_agg(w.name, '、' ORDER BY t.starts_on, t.id)
     FROM casework_seat t JOIN core_user w ON w.id = t.person_id
    WHERE t.case_id = c.id AND w.id IS DISTINCT FROM c.owner_id
      AND (c.closed_at IS NOT NULL OR (t.starts_on <= %s AND (t.ends_on IS NULL OR t.ends_on >= %s))))"""
MAJOR = "(SELECT m.name FROM cohorts_major m WHERE m.id = s.major_id)"
_OFFICES = f"ARRAY['{KeySide.COLLEGE.value}', '{KeySide.ACADEMY.value}']::varchar[]"
# The request for keys that counts: an open one, else the last; its sides with what each has said.
KEYS = f"""(SELECT json_build_array(q.sides,
        (SELECT json_object_agg(t.side, t.verdict) FROM casework_keyturn t WHERE t.request_id = q.id))::text
     FROM casework_keyrequest q
    WHERE q.case_id = c.id AND q.withdrawn_at IS NULL AND q.sides && {_OFFICES}
    ORDER BY q.settled_at IS NOT NULL, q.asked_at DESC LIMIT 1)"""
