"""The table of addresses: who gets what on the campus of tests/world.py.

``{case}`` is gu's open RED case, ``{talk}`` a general talk of zhou with gu, ``{note}`` one kept
to the task force, ``{lost}`` a talk that lu wrote about a student who is not his any more,
``{no_gu}`` a student number, ``{job}`` an import of han.

Parts of the portal bring their rows in modules of their own (``FURTHER``): ``ROWS``, the names of
``POST_ONLY`` among them, and ``known(world, found)`` with the records they need.
"""

from tests.web import (
    addresses_analysis,
    addresses_api,
    addresses_changes,
    addresses_crisis,
    addresses_early,
    addresses_exports,
    addresses_honours,
    addresses_keys,
    addresses_league,
    addresses_life,
    addresses_links,
    addresses_moves,
    addresses_party,
    addresses_picture,
    addresses_problems,
    addresses_records,
    addresses_requests,
    addresses_sealed,
    addresses_staff,
    addresses_study,
)
from tests.web.addresses import EVERYBODY, Address

CARE = "lin zhou he jiang"  # who reads cases of gu
CARD = f"{CARE} lu wang han gao"  # who sees gu at all
LOGS = f"{CARE} lu wang gao"  # who may log a talk with gu
STAFF = EVERYBODY.removesuffix(" gu_account")
# A code that the admin of the unit, the leader of the cohort and the school leader can open.
CHEM23 = "lin han gao jiang qian"
NO_STUDENTS = "qian psy sys sec aud nobody gu_account"
NO_UNITS = "wang psy sys sec aud nobody gu_account"
NO_TALKS = f"han {NO_STUDENTS}"
EMPTY: dict[str, str] = {}
TALK = {"student": "{no_gu}", "channel": "face", "content": "约定周五一起看课表与作业安排。"}

ADDRESSES = [
    Address("healthz", ok=EVERYBODY, is_public=True, free="says only that the process lives"),
    Address("set_language", away=EVERYBODY, post={"language": "en"}, is_public=True,
            free="sets a cookie"),
    Address("web:login", away=EVERYBODY, is_public=True, free="the log-in"),
    Address("web:logout", away=EVERYBODY, post=EMPTY, is_public=True, free="ends one's session"),
    Address("web:view_as", ok="he jiang sec", others=403, free="a door to an account, no records"),
    Address("web:view_as", bad="he jiang sec", others=403, post=EMPTY,
            free="a door to an account, no records"),
    Address("web:end_view_as", away=EVERYBODY, post=EMPTY, free="back to one's own account"),
    Address("web:styleguide", ok=EVERYBODY, free="invented samples, demo and tests only"),
    Address("web:me", ok=EVERYBODY, free="one's own name and posts"),
    Address("web:password", ok=EVERYBODY, free="one's own password"),
    Address("web:password", bad=EVERYBODY, post={"present": "?"}, free="one's own password"),
    Address("web:sessions", ok=EVERYBODY, free="one's own sessions"),
    Address("web:sessions", away=EVERYBODY, post={"mark": "?"}, free="one's own sessions"),
    Address("web:second_factor", ok=EVERYBODY, free="one's own second factor"),
    Address("web:second_factor", bad=EVERYBODY, post={"code": "1"}, free="one's own second factor"),
    Address("web:confirm", ok=EVERYBODY, free="asks for the own password or code"),
    Address("web:confirm", bad=EVERYBODY, post={"password": "?"}, free="asks for the own password"),
    Address("web:cas", is_public=True, free="campus log-in, off in tests"),
    Address("web:oidc", is_public=True, free="campus log-in, off in tests"),
    Address("web:oidc_callback", is_public=True, free="campus log-in, off in tests"),
    Address("web:notices", ok=EVERYBODY, free="one's own notices"),
    Address("web:notices", away=EVERYBODY, post={"upto": "1"}, free="one's own notices"),
    Address("web:tokens", ok=EVERYBODY, free="one's own tokens, without their secrets"),
    Address("web:tokens", bad=EVERYBODY, post={"name": "x"}, free="a form that is not filled in"),
    Address("web:revoke_token", "{token}", away="zhou", post=EMPTY, free="one's own token"),
    Address("api:schema", ok=EVERYBODY, free="describes the API, holds no rows"),
    Address("api:nothing", "x", free="names nothing"),
    Address("api:students", ok=f"{CARD} shen", denied=NO_STUDENTS,
            shows=dict.fromkeys(CARD.split(), "{no_gu}"),
            hides={"shen": "{no_gu}", "zhou": "{no_ye}", "lin": "{no_song}", "lu": "{no_cheng}"}),
    Address("api:students", query="?unit={room412}", ok=f"{CARD} shen", denied=NO_STUDENTS,
            shows={"zhou": "{no_gu}"}, hides={"gao": "{no_gu}"}),
    Address("api:students_one", "{gu}", ok=CARD, denied=NO_STUDENTS),
    Address("api:placements", query="?student={gu}", ok=f"{CARD} shen", denied=NO_STUDENTS,
            shows={"zhou": "E12-412", "gao": "{no_gu}"}, hides={"gao": "E12-412", "shen": "{no_gu}"}),
    Address("api:placements_one", "{bed}", ok="lin zhou he jiang lu wang han", denied=NO_STUDENTS),
    Address("api:cases", ok=f"{CARE} shen", denied=f"lu wang gao {NO_TALKS}",
            shows={"zhou": "{no_gu}"}, hides={"shen": "{no_gu}", "lin": "{no_song}"}),
    Address("api:cases_one", "{case}", ok=CARE, denied=f"lu wang gao {NO_TALKS}"),
    Address("api:units", ok="lin zhou shen lu han gao he jiang qian",
            denied=NO_UNITS,
            shows={"lin": "化工2301", "qian": "机械2301"}, hides={"lin": "机械2301"}),
    Address("api:units_one", "{c2301}", ok="lin lu han gao jiang qian", denied=NO_UNITS),
    Address("api:appointments", ok=EVERYBODY, shows={"lin": "陆怀远", "qian": "何静", "psy": "苏念"},
            hides={"lin": "何静", "wang": "陆怀远", "nobody": "陆怀远"}),
    Address("api:appointments_one", "{post_lu}", ok="lin lu han gao jiang qian sec"),
    Address("web:workbench", ok=STAFF, away="gu_account", shows={"zhou": "顾言川"},
            hides={"shen": "顾言川", "lu": "顾言川 程亦安", "qian": "顾言川"}),
    Address("web:search", query="?q={no_gu}", ok=EVERYBODY,
            shows=dict.fromkeys(CARD.split(), "顾言川"),
            hides=dict.fromkeys(("shen", *NO_STUDENTS.split()[:-1]), "顾言川")),
    Address("web:cohort", "{chem23}", ok=CHEM23, hides={"qian": "顾言川", "han": "顾言川"}),
    Address("web:cohort", "{chem24}", ok="han gao jiang qian"),
    Address("web:unit", "{chem}", ok="han gao jiang qian"),
    Address("web:unit", "{mech}", ok="qian"),
    Address("web:unit", "{mingde}", ok="he qian"),
    Address("web:unit", "{c2301}", ok="lin lu han gao jiang qian"),
    Address("web:unit", "{c2301}", "?screen=1", ok="lin lu han gao jiang qian",
            hides=dict.fromkeys(("lin", "lu", "jiang", "qian"), "顾言川")),
    Address("web:items", "{chem23}", ok="lin jiang", denied="han gao qian"),
    Address("web:contracts", ok=EVERYBODY, shows={"lin": "化工学院2023级"},
            hides=dict.fromkeys(("zhou", "wang", "nobody", "gu_account"), "化工学院2023级")),
    Address("web:contract", "{contract}", ok=CHEM23, hides={"qian": "顾言川"}),
    Address("web:members", "{contract}", ok=CHEM23),
    Address("web:account_word", "{contract}", away="lin jiang", denied="han gao qian", post=EMPTY),
    Address("web:account_word", "{contract}", ok="lin jiang", denied="han gao qian",
            post={"reason": "学院党政联席会"}),
    Address("web:renew", query="?year=2027-2028", ok="jiang sys",
            denied=" ".join(k for k in EVERYBODY.split() if k not in ("jiang", "sys")),
            shows={"jiang": "化工学院2023级", "sys": "化工学院2023级"},
            hides={"jiang": "机械学院2023级"}),
    Address("web:renew", post={"year": "2027-2028"}, bad="jiang sys",
            denied=" ".join(k for k in EVERYBODY.split() if k not in ("jiang", "sys"))),
    Address("web:remind", "{case}", away=CARE, post=EMPTY),
    Address("students:list", ok=f"{CARD} shen", denied=NO_STUDENTS,
            shows=dict.fromkeys(CARD.split(), "顾言川"),
            hides={"shen": "顾言川", "zhou": "叶知秋", "lin": "宋远", "lu": "程亦安", "wang": "罗嘉禾"}),
    Address("students:list", query="?part=filter", ok=f"{CARD} shen", denied=NO_STUDENTS,
            hides={"lin": "机械2301", "zhou": "化工2401"}),
    Address("students:list", query="?unit={chem24}", ok=f"{CARD} shen", denied=NO_STUDENTS,
            shows={"han": "叶知秋"}, hides={"zhou": "叶知秋", "lin": "叶知秋"}),
    Address("students:portrait", "{no_gu}", ok=CARD,
            shows={"lin": "{words} {note_words}", "zhou": "{words} {note_words}"},
            hides={"lu": "{words} {note_words} 13800001234", "gao": "{words} {note_words} 13800001234"}),
    Address("students:portrait", "{no_ye}", ok="han gao jiang"),
    Address("students:portrait", "{no_song}", ok="zhou he"),
    Address("students:field", "{no_gu} phone", ok=f"{CARE} lu wang", denied="han gao", post=EMPTY,
            shows={"zhou": "13800001234", "lu": "13800001234"}),
    Address("students:field", "{no_gu} id_number", ok=CARE, denied="lu wang han gao"),
    Address("students:field", "{no_gu} id_number", bad=CARE, denied="lu wang han gao", post=EMPTY),
    Address("students:field", "{no_gu} password"),
    Address("students:seen", "{no_gu}", ok="he jiang", denied="lin zhou lu wang han gao"),
    Address("students:my_seen", ok="gu_account"),
    Address("students:my", ok="gu_account", hides={"gu_account": "{words} {note_words} 红色"}),
    Address("cohorts:tasks", ok=EVERYBODY, free="one's own inbox; what is in it is asked of the rule"),
    Address("cohorts:task_new", ok=EVERYBODY, free="a form; whom one gives tasks is asked when sent"),
    Address("cohorts:task_new", bad=EVERYBODY, post=EMPTY, free="a form that is not filled in"),
    *(Address(f"cohorts:tasks_{act}", ok="lin lu jiang han gao", others=302,
              post={"selected": "{task}"}, hides={"shen": "核对考勤表"})
      for act in ("complete", "postpone", "reassign")),
    Address("cohorts:task", "{task}", ok="lin lu jiang han gao"),
    Address("cohorts:task_act", "{task} complete", ok="lu", denied="lin jiang han gao"),
    Address("cohorts:task_act", "{task} complete", bad="lu", denied="lin jiang han gao",
            post=EMPTY),
    Address("cohorts:task_act", "{task} drop", bad="lin jiang", denied="lu han gao", post=EMPTY),
    Address("casework:log", ok=f"{LOGS} shen", denied=NO_TALKS,
            shows={"zhou": "顾言川"}, hides={"lu": "程亦安"}),
    Address("casework:log", query="?student={no_gu}", ok=LOGS, denied=NO_TALKS,
            hides={"zhou": "红色", "lu": "红色"}),
    Address("casework:log", query="?q=gyc", ok=f"{LOGS} shen", denied=NO_TALKS,
            shows={"zhou": "顾言川"}, hides={"shen": "顾言川"}),
    Address("casework:log", post=EMPTY, bad=f"{LOGS} shen", denied=NO_TALKS),
    Address("casework:log", post=TALK, away=LOGS, denied=NO_TALKS),
    Address("casework:pick", query="?q=gyc", ok=f"{LOGS} shen", denied=NO_TALKS,
            shows=dict.fromkeys(LOGS.split(), "顾言川"), hides={"shen": "顾言川"}),
    Address("casework:next_chips", query="?student={no_gu}", ok=LOGS, denied="han",
            shows={"zhou": "{tomorrow}"}),
    Address("casework:cases", ok=f"{CARE} shen", denied=f"lu wang gao {NO_TALKS}",
            shows=dict.fromkeys(CARE.split(), "顾言川"), hides={"shen": "顾言川"}),
    Address("casework:cases", query="?entry_year=2023", ok=f"{CARE} shen",
            denied=f"lu wang gao {NO_TALKS}",
            shows=dict.fromkeys(CARE.split(), "顾言川"), hides={"shen": "顾言川"}),
    Address("casework:cases", query="?part=filter", ok=f"{CARE} shen",
            denied=f"lu wang gao {NO_TALKS}", hides={"lin": "机械2301"}),
    Address("casework:case", "{case}", ok=CARE,
            shows=dict.fromkeys(CARE.split(), "{words} {note_words}")),
    Address("casework:case", "{case_song}", ok="zhou he"),
    Address("casework:add_record", "{case}", bad=CARE, post=EMPTY),
    Address("casework:assign", "{case}", ok=CARE),
    Address("casework:assign", "{case}", bad=CARE, post=EMPTY),
    Address("casework:plan", "{case}", ok=CARE),
    Address("casework:plan", "{case}", away=CARE, post=EMPTY),
    Address("casework:plan_edit", "{case}", ok=CARE),
    Address("casework:plan_edit", "{case}", bad=CARE, post=EMPTY),
    Address("casework:plan_new_step", "{case}", ok=CARE),
    Address("casework:plan_new_step", "{case}", bad=CARE, post=EMPTY),
    Address("casework:plan_step", "{case} {step}", ok=CARE),
    Address("casework:plan_end_step", "{case} {step}", ok=CARE),
    Address("casework:force", "{case}", ok=CARE),
    Address("casework:force", "{case}", bad=CARE, post=EMPTY),
    Address("casework:force_propose", "{case}", away=CARE, post=EMPTY),
    Address("casework:seat", "{case} {seat}", ok=CARE),
    Address("casework:seat_end", "{case} {seat}", ok=CARE),
    Address("casework:force_letters", "{case} pdf", ok=CARE),
    Address("casework:raise", "{case}", ok=CARE),
    Address("casework:raise", "{case}", bad=CARE, post=EMPTY),
    Address("casework:glass", "{case}", ok="he jiang", denied="lin zhou"),
    Address("casework:glass", "{case}", bad="he jiang", denied="lin zhou", post=EMPTY),
    Address("casework:end_glass", "{case}", away=CARE, post=EMPTY),
    Address("casework:locks", "{case}", ok=CARE),
    Address("casework:locks", "{case}", bad=CARE, post=EMPTY),
    Address("casework:end_lock", "{case} {lock}", away=CARE, post=EMPTY),
    Address("casework:correct", "{talk}", ok="zhou"),
    Address("casework:correct", "{talk}", bad="zhou", post=EMPTY),
    Address("casework:correct", "{lost}"),
]  # fmt: skip

# Tutors, advisers and counsellors: for those who appoint over students.
LINKERS = "jiang he"
UNIT_PEOPLE = "lin zhou shen lu han gao he jiang qian"
NO_UNIT = " ".join(key for key in EVERYBODY.split() if key not in UNIT_PEOPLE.split())
FORM = "a form without records, for those who appoint; the domain asks for the right on each"
NO_LINKERS = " ".join(key for key in EVERYBODY.split() if key not in LINKERS.split())
ADDRESSES += [
    Address("students:links", ok=LINKERS, denied=NO_LINKERS, shows={"jiang": "程亦安", "he": "宋远"},
            hides={"jiang": "宋远", "he": "程亦安"}),
    Address("students:links", query="?kind=counsellor", ok=LINKERS, denied=NO_LINKERS,
            shows={"jiang": "叶知秋"}, hides={"he": "叶知秋"}),
    Address("students:ratios", ok=UNIT_PEOPLE, denied=NO_UNIT, shows={"he": "明德", "qian": "致远"},
            hides={"he": "致远", "zhou": "致远", "jiang": "致远"}),
    Address("students:ratios", query="?plan_role=counsellor&plan_unit={mingde23}", ok=UNIT_PEOPLE,
            denied=NO_UNIT),
    Address("students:ratio_people", "counsellor {mingde}", ok="he qian"),
    Address("students:ratio_people", "none {mingde}"),
    Address("students:link_share", query="?kind=tutor", ok=LINKERS, denied=NO_LINKERS,
            shows={"jiang": "程亦安"}, hides={"jiang": "宋远", "he": "程亦安"}),
    Address("students:link_share", query="?kind=none", denied=NO_LINKERS),
    Address("students:link_share", post={"kind": "tutor"}, bad=LINKERS, denied=NO_LINKERS,
            hides={"he": "程亦安"}),
    Address("students:link_run", "{run}", ok="jiang"),
    Address("students:link_undo", "{run}", away="jiang", post=EMPTY),
    Address("students:link_person", "{wang}", "?kind=tutor", ok=LINKERS, denied=NO_LINKERS),
    Address("students:link_person", "{lu}", "?kind=tutor", ok="jiang", denied=NO_LINKERS),
    Address("students:link_end", "{link}", away=LINKERS, denied="lin zhou lu wang han", post=EMPTY),
    Address("students:link_end", "{link_run}", away="jiang", denied="lin shen lu han", post=EMPTY),
    Address("students:link_cover", ok=LINKERS, denied=NO_LINKERS, free=FORM),
    Address("students:link_cover", post=EMPTY, bad=LINKERS, denied=NO_LINKERS, free=FORM),
    Address("students:link_cover_end", post=EMPTY, denied=NO_LINKERS, free=FORM),
    Address("students:link_posts", ok=LINKERS, denied=NO_LINKERS, shows={"he": "东12舍"},
            hides={"jiang": "东12舍"}, free=FORM),
    Address("students:link_posts", post=EMPTY, bad=LINKERS, denied=NO_LINKERS, free=FORM),
]  # fmt: skip

# The organisation: tree, college × academy, column and row.
SEES_UNITS = "lin zhou shen lu han gao he jiang qian"
SEES_NAMES = f"{CARD} shen"
NO_UNITS = " ".join(key for key in EVERYBODY.split() if key not in SEES_UNITS.split())
NO_NAMES = " ".join(key for key in EVERYBODY.split() if key not in SEES_NAMES.split())
ADDRESSES += [
    Address("web:tree", ok=SEES_UNITS, denied=NO_UNITS, shows={"lin": "化工学院2023级"},
            hides={"lin": "化工学院2024级 机械工程学院", "he": "致远书院"}),
    Address("web:tree", query="?at={chem}", ok="han gao jiang qian", denied=NO_UNITS,
            shows={"jiang": "化工学院2024级"}),
    Address("web:tree", query="?at={c2301}&on=2024-01-01", denied=NO_UNITS,
            ok="lin lu han gao jiang qian", shows={"lin": "化工学院2023级"}),
    Address("web:matrix", ok=f"{SEES_NAMES} qian", denied="psy sys sec aud nobody gu_account",
            shows={"zhou": "化工学院 机械学院"}, hides={"lin": "机械学院", "shen": "机械学院"}),
    Address("web:crossing", ok=SEES_NAMES, denied=NO_NAMES, shows={"zhou": "机械学院 东12舍"},
            hides={"lin": "机械学院", "gao": "东12舍"}),
    Address("web:crossing", query="?line={c2301}", ok=SEES_NAMES, denied=NO_NAMES,
            shows={"lin": "顾言川 罗嘉禾", "shen": "罗嘉禾"},
            hides={"zhou": "罗嘉禾", "shen": "顾言川"}),
    Address("web:crossing", query="?block={room412}", ok="lin zhou lu wang han he jiang",
            denied=NO_NAMES, shows={"lin": "顾言川"}),
]  # fmt: skip

# Orders about students: for those who may move them (han in Chem, he in Mingde).
MOVERS = "han he"
NO_MOVERS = " ".join(key for key in EVERYBODY.split() if key not in MOVERS.split())
ORDER = {"what": "transfer", "on": "{tomorrow}", "reason": "调整", "school_class": "化工2302"}
LIST = {"on": "{tomorrow}", "reason": "分流", "order_no": "〔2026〕1号", "rows": "{no_gu} 化工2302"}
ADDRESSES += [
    Address("students:movements", ok=MOVERS, denied=NO_MOVERS, shows={"han": "叶知秋"},
            hides={"he": "叶知秋"}),
    Address("students:movements", query="?show=done", ok=MOVERS, denied=NO_MOVERS),
    Address("students:move", "{no_gu}", ok=MOVERS, denied="lin zhou lu wang gao jiang"),
    Address("students:move", "{no_gu}", bad=MOVERS, denied="lin zhou lu wang gao jiang",
            post={"what": "transfer"}),
    Address("students:move", "{no_gu}", away="han", bad="he", post=ORDER,
            denied="lin zhou lu wang gao jiang"),
    Address("students:split", ok=MOVERS, denied=NO_MOVERS, free=FORM),
    Address("students:split", ok="han", bad="he", denied=NO_MOVERS, post=LIST,
            shows={"han": "顾言川"}, free=FORM),
    Address("students:graduation", ok=MOVERS, denied=NO_MOVERS),
    Address("students:graduation", ok="han", bad="he", denied=NO_MOVERS,
            post=LIST | {"rows": "{no_luo}", "status": "07"}, shows={"han": "罗嘉禾"},
            hides={"he": "罗嘉禾"}),
    Address("students:graduation", bad=MOVERS, denied=NO_MOVERS, post=EMPTY),
    Address("students:withdraw", "{movement}", away="han", denied="jiang", post=EMPTY),
]  # fmt: skip

# Imports: whose they are is asked of posts and owner; which rows a file touches, row by row.
BY_POST, OWN = "opens by a post that may import", "one's own import"
ADDRESSES += [
    Address("imports:list", ok=EVERYBODY, free=OWN, shows={"han": "han.xlsx"},
            hides={"sys": "han.xlsx", "jiang": "han.xlsx"}),
    Address("imports:start", "roster", ok="han sys", free=BY_POST),
    Address("imports:start", "roster", bad="han sys", post={"since": "?"}, free=BY_POST),
    Address("imports:start", "results", ok="han", free=BY_POST),
    Address("imports:start", "staff", ok="sys", free=BY_POST),
    Address("imports:start", "units", ok="sys", free=BY_POST),
    Address("imports:start", "passwords", free=BY_POST),
    Address("imports:template", "roster", ok="han sys", free=BY_POST),
    Address("imports:job", "{job}", ok="han", free=OWN),
    Address("imports:progress", "{job}", ok="han", free=OWN),
    Address("imports:errors", "{job}", ok="han", free=OWN),
    Address("imports:confirm", "{job}", away="han", post=EMPTY, free=OWN),
    Address("imports:discard", "{job}", away="han", post=EMPTY, free=OWN),
]  # fmt: skip

# Posts: read by whoever reads the unit's page, given and taken by whoever appoints there.
SEES_LU, GIVES_LU = "lin lu han gao jiang qian sec", "jiang sec"
ONLY_SEES_LU = "lin lu han gao qian"
ON_PAPER = "nobody zhou sec he"
ADDRESSES += [
    Address("cohorts:posts", ok=EVERYBODY, shows={"sec": "陆怀远", "lin": "陆怀远"},
            hides=dict.fromkeys(("shen", "he", "nobody", "gu_account", "sys"), "陆怀远")),
    Address("cohorts:posts", query="?state=ended&q=x", ok=EVERYBODY, free="an empty list"),
    Address("cohorts:post", "{post_lu}", ok=SEES_LU),
    Address("cohorts:post_new", ok="jiang he sec", others=403, hides={"jiang": "何静"}),
    Address("cohorts:post_new", bad="jiang he sec", others=403, post=EMPTY, hides={"jiang": "何静"}),
    Address("cohorts:post_end", "{post_lu}", away=GIVES_LU, denied=ONLY_SEES_LU,
            post={"ends_on": "?"}),
    Address("cohorts:post_deputy", "{post_lu}", ok=GIVES_LU, denied=ONLY_SEES_LU),
    Address("cohorts:post_deputy", "{post_lu}", bad=GIVES_LU, denied=ONLY_SEES_LU, post=EMPTY),
    Address("cohorts:posts_renew", ok=EVERYBODY, post={"selected": "{post_lu}"},
            shows={"sec": "陆怀远"}, hides={"lin": "陆怀远", "he": "陆怀远"}),
    Address("cohorts:vacancies", ok=EVERYBODY, free="units of the reader's own posts",
            hides={"jiang": "机械2301", "nobody": "化工2301"}, shows={"sec": "化工2302"}),
    Address("cohorts:letters", ok="jiang he sec", others=403, shows={"sec": "沈若兰"},
            hides={"jiang": "沈若兰", "he": "沈若兰"}),
    Address("cohorts:letters_issue", ok="sec", others=302, post={"selected": "{post_shen}"},
            free="asked again by the domain, row by row"),
    Address("cohorts:letters_print", "pdf", "?letter={letter}", ok="sec shen"),
    Address("cohorts:letters_print", "docx", "?letter={letter}", ok="sec shen"),
    Address("cohorts:handover", "{post_lu}", ok="lu jiang sec", denied="lin han gao qian"),
    Address("cohorts:handover", "{post_lu}", bad="lu jiang sec", denied="lin han gao qian",
            post=EMPTY),
    Address("cohorts:handovers", ok=EVERYBODY, shows={"nobody": "周启文", "he": "周启文"},
            hides=dict.fromkeys(("shen", "lu", "jiang", "qian", "gu_account"), "周启文")),
    Address("cohorts:paper", "{paper}", ok=ON_PAPER),
    Address("cohorts:sign", "{paper}", away=ON_PAPER, post=EMPTY),
    Address("cohorts:decline", "{paper}", bad=ON_PAPER, post=EMPTY),
    Address("cohorts:withdraw", "{paper}", away=ON_PAPER, post=EMPTY),
]  # fmt: skip

FURTHER = [
    addresses_analysis, addresses_api, addresses_crisis, addresses_early, addresses_exports,
    addresses_keys, addresses_moves, addresses_party, addresses_life, addresses_links,
    addresses_changes, addresses_honours, addresses_league, addresses_picture, addresses_problems,
    addresses_records, addresses_requests, addresses_sealed, addresses_staff, addresses_study,
]  # fmt: skip
for _part in FURTHER:
    ADDRESSES += _part.ROWS

# Answers to a wrong method: nothing is read and nothing is written.
POST_ONLY = {*(name for part in FURTHER for name in part.POST_ONLY),
             "web:logout", "web:remind", "students:withdraw", "web:account_word", "web:end_view_as",
             "casework:add_record", "casework:force_propose",
             "students:link_undo", "students:link_end", "students:link_cover_end",
             "casework:end_glass", "casework:end_lock",
             "imports:confirm", "imports:discard", "cohorts:post_end", "cohorts:posts_renew",
             "cohorts:letters_issue", "cohorts:sign", "cohorts:decline", "cohorts:withdraw"}  # fmt: skip
# Asks each server in turn and waits for those that are away: tests/core looks at it.
SLOW = {"readyz"}
# Places of the admin that are not pages of a registered model (tests/core walks those).
ADMIN = {"index", "login", "logout", "password_change", "password_change_done", "jsi18n",
         "autocomplete", "view_on_site", "app_list", "auth_user_password_change"}  # fmt: skip
