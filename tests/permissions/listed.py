"""Everything behind which rows could be read: restricted models, admin classes, tasks, exporters.

Whoever adds one says here how it is kept; ``test_listed.py`` holds the list against the program.
Addresses stand in ``tests/web/address_table.py``, which asks every one of them as every person.
"""

# Model -> (its routes, in the order of registration; where they are proved):
#   "matrix NAME"   the object of that name in matrix.csv
#   "follows NAME"  seen exactly when its student or case is, for every action; row by row in
#                   test_listed.py where the campus has rows of it
#   else            the tests of its own
RESTRICTED = {
    "cohorts.Unit": ("post", "matrix unit"),
    "cohorts.Appointment": ("post own", "matrix post"),
    "cohorts.Contract": ("post", "tests/web/address_table.py"),
    "cohorts.Handover": ("post own", "tests/web/address_table.py"),
    "cohorts.Letter": ("post own", "matrix letter"),
    "cohorts.Export": ("own approver", "matrix export"),
    "cohorts.Task": ("own giver unit source", "matrix task"),
    "students.Student": ("post link own seat centre crisis", "matrix student"),
    "students.LinkRun": ("students", "tests/web/address_table.py"),
    "students.StudentLink": ("student", "follows student"),
    "students.Movement": ("student", "follows student"),
    "students.Placement": ("student", "follows student"),
    "students.CourseResult": ("student", "follows student"),
    "students.FamilyContact": ("student", "follows student"),
    "students.HealthNote": ("student", "follows student"),
    "students.AidRecognition": ("student", "follows student"),
    "students.AidGrant": ("student", "follows student"),
    "students.TeacherInput": ("record asked", "tests/students/test_inputs.py"),
    "casework.Case": ("student closed team seat glass economic", "matrix case"),
    "students.AcademicWarning": ("student confirm own", "tests/students/test_warnings.py"),
    "students.EarlyScore": ("student", "follows student"),
    "casework.FollowUp": ("general restricted author seat glass", "matrix talk"),
    "casework.Request": ("own first office desk guard", "matrix request"),
    "casework.KeyRequest": ("case opinion", "matrix key"),
    "casework.CaseReview": ("case", "follows case"),
    "casework.AfterCheck": ("case", "follows case"),
    "casework.HelpFeedback": ("case", "follows case"),
    "casework.Transition": ("case sender receiver unit", "matrix move"),
    "casework.Crisis": ("student seat part centre", "matrix crisis"),
    "casework.CommonProblem": ("post own", "matrix problem"),
    "partybranch.Development": ("student sponsor", "tests/partybranch/test_rights.py"),
    "partybranch.PartyMember": ("branch student", "tests/partybranch/test_rights.py"),
    "partybranch.PoliticalReview": ("student", "tests/partybranch/test_rights.py"),
    "partybranch.BranchEvent": ("branch partner called", "matrix event"),
    "partybranch.DuesPayment": ("branch", "matrix payment"),
    "partybranch.Election": ("branch", "matrix election"),
    "partybranch.Reorganization": ("committee", "matrix change"),
    "partybranch.PartyLink": ("branch student holder case", "matrix party link"),
    "partybranch.LinkRound": ("branch", "matrix round"),
    "partybranch.LinkWish": ("branch student", "tests/partybranch/test_links.py"),
    "partybranch.Nomination": ("branch", "matrix nomination"),
    "partybranch.Honour": ("student", "follows student"),
    "partybranch.LeagueRate": ("class", "matrix league rate"),
    "partybranch.LeagueTransfer": ("class student", "tests/partybranch/test_league.py"),
    # Sealed text itself has no route: it is opened through a record (casework/queries/sealed.py).
    "casework.SealedText": ("", "tests/casework/test_sealed.py"),
    "casework.SealedFile": ("centre", "matrix sealed file"),
    "casework.SealedNote": ("centre author glass", "matrix sealed note"),
    "casework.Screening": ("centre", "matrix screening"),
    "casework.Booking": ("centre own", "matrix hour"),
    "casework.ScreeningRound": ("centre", "tests/web/addresses_sealed.py"),
    "casework.Slot": ("centre", "tests/web/addresses_sealed.py"),
    "casework.Supervision": ("centre", "tests/casework/test_sealed.py"),
    "casework.Certificate": ("centre", "tests/web/addresses_sealed.py"),
}
# Kinds of unit have a table of their own and no route of their own: they are reached as units are.
KINDS_OF_UNIT = (
    "University College Academy Office Cohort SchoolClass Building Floor Room Group Studio"
)

# Admin class -> which of the three administrators may do what; nobody else opens the admin at all.
_SYS, _SYS_KEPT = "sysadmin: view add change", "sysadmin: view change"
_SEC, _SEC_READ = "secadmin: view add change", "secadmin: view"
ADMIN = {
    **dict.fromkeys((f"cohorts.{kind}" for kind in KINDS_OF_UNIT.split()), _SYS),
    "cohorts.Unit": f"{_SYS_KEPT}; secadmin: view",
    "cohorts.Contract": _SYS, "cohorts.GroupMember": _SYS, "cohorts.Major": _SYS,
    "cohorts.Ratio": _SYS, "cohorts.SpecialDay": _SYS, "cohorts.Term": _SYS,
    "cohorts.Parameter": _SYS_KEPT,
    "cohorts.Appointment": _SEC, "cohorts.LinkKind": _SEC, "cohorts.PostBlock": _SEC,
    "cohorts.RequiredPost": _SEC, "cohorts.Role": _SEC, "cohorts.RoleRhythm": _SYS,
    "cohorts.Handover": _SEC_READ, "cohorts.Letter": _SEC_READ,
    "partybranch.PartyOrganization": _SYS, "partybranch.AdmissionPlan": _SYS,
    "partybranch.RuleVersion": "sysadmin: view", "partybranch.Step": _SYS_KEPT,
    "partybranch.EventKind": _SYS, "partybranch.HonourKind": _SYS,
    "students.AidTier": _SYS, "students.AidKind": _SYS,
    "students.Course": _SYS, "students.Programme": _SYS, "students.GradeScale": _SYS,
    "students.PlanCourse": _SYS_KEPT,
    "casework.PlanTemplate": _SYS,
    "casework.CaseCategory": _SYS, "casework.CaseLevel": _SYS_KEPT, "casework.CauseCode": _SYS,
    "casework.RequestKind": _SYS, "casework.OfficeDuty": _SYS,
    "casework.CallLine": _SYS, "casework.TalkType": _SYS,
    "casework.Scale": _SYS_KEPT, "casework.ScaleLine": _SYS,
    "core.User": _SEC, "core.ApiToken": _SEC_READ, "core.AuditEntry": "auditor: view",
    "core.Job": "sysadmin: view", "core.OutMail": "sysadmin: view",
}  # fmt: skip

# Task -> whose rights count while it runs.
NOBODY = "nobody's: it shows rows to no one"
TASKS = {
    "portal.core.tasks.run_job": "its owner's, asked row by row when it runs",
    "portal.core.tasks.resume_stranded_jobs": "the owners' of the jobs it sends again",
    "portal.core.tasks.forget_ended_sessions": NOBODY,
    "portal.core.tasks.seal_audit": NOBODY,
    "portal.core.tasks.tend_audit": NOBODY,
    "portal.core.tasks.pull_platform": "the platform account's, as an import of the same file",
    "portal.core.tasks.send_mails": "the reader's at this moment: numbers by restrict, no names",
    "cohorts.tasks.plan_digests": "nobody's: it promises mails whose words are written later",
    "cohorts.tasks.remind_tasks": "the owner's, who gets numbers of his own tasks",
    "cohorts.tasks.reconcile_grants": NOBODY,
    "cohorts.tasks.end_exports": "nobody's: it deletes files, and shows rows to no one",
    "students.tasks.turn_day": NOBODY,
    "partybranch.tasks.refresh_developments": NOBODY,
    "casework.tasks.watch_crises": "the call list's, who get an address and no name",
    "students.tasks.renew_early": NOBODY,
    "casework.tasks.turn_requests": "the handlers' and senders', who get counts and no names",
    "casework.tasks.remind_overdue": "the responsible person's, who gets a count and no names",
}

# Module of exporters -> how the rows came that it writes.
EXPORTERS = {
    "cohorts.exporters.letters": "letters by restrict(see_unit) in cohorts.views.letters",
    "casework.exporters_force": "the case by get_for, its seats, without the student",
    "casework.exporters_ledger": "cases by restrict(see_case), students by restrict(export_cases)",
    "students.exporters.student_list": "restrict(export_students), fields by students.fields",
    "students.exporters.office_paper": "layout alone, shows no rows of its own",
    "students.exporters.study_charts": "layout alone, shows no rows of its own",
    "students.exporters.study_report": "numbers of students.queries.analysis for the owner of the job",
    "students.exporters.warning_papers": "one warning by get_for in students.views.warning",
    "partybranch.exporters.nomination": "one nomination by get_for in partybranch.views.awards",
    "partybranch.exporters.step_form": "one development by get_for(write_party_file or "
    "approve_party_file) in partybranch.views.files",
    "partybranch.exporters.minutes": "one event by get_for(see_branch_life) in partybranch.views.life",
    "partybranch.exporters.signs": "links of one branch by get_for(see_branch_life), names alone",
    "partybranch.exporters.lists": "members of the branches on which write_party_file or write_dues is held",
    "portal.web.exporters.account": "the contract by get_for, its items as on the page",
}
