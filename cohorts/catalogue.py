"""First rows that every installation needs: actions as permissions, roles, kinds of link.

Runs after each migration. Actions follow the code; roles and links are only added, never
overwritten, since the security administrator edits them. An action that is new to the portal comes
to the roles that carry it here.
"""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import override

from cohorts.domain.reconcile import reconcile
from cohorts.enums import Side, UnitKind
from cohorts.models import Appointment, LinkKind, Role, Unit
from portal.core.access import actions

# What the rulebook calls "scope R": opened field by field, each opening logged (8.3).
_FIELDS = "see_masked see_phone see_contact see_identity see_health see_aid_tier see_aid"
_READ = f"see_unit see_card see_record see_results see_talks see_case see_care_hint {_FIELDS}"
# Class advisers and tutors: particulars masked, telephone on click, hardship tier alone, and the
# advice that care is asked for, without level or category.
_NEAR = "see_masked see_phone see_aid_tier see_care_hint"
# Heads of a college or academy may break the glass of a red case, see who has read what, and keep
# sight of closed cases (3.5).
_HEAD = "break_glass see_readers see_closed"
# The party file of a branch: its own steps, papers and the cultivation book.
_FILE = "see_party_file write_party_file"
# Meetings, attendance and dues of a branch: kept by its secretary, deputy and organisation member,
# read by those above it.
_LIFE = "see_branch_life write_branch_life see_dues write_dues"
# Counsellors keep health notes, hardship and aid. Whoever appoints them holds it too: nobody appoints
# to a role wider than the own.
_KEEPS = "write_health write_aid"
_CARE = f"{_READ} log_talk write_case do_task"
# Clearance for task-force notes is given to a post by name; rank alone never confers it. Of what
# they write to a psychological file these posts read their own notes only.
_CLEARED = f"{_CARE} clear_restricted manage_case direct_task log_sealed"
# Files of persons leave with a purpose; lists of focus students when somebody else agrees (8.2).
_EXPORT = "export_students export_cases"

# code, name, duty, side, kinds of unit, actions, one holder only
ROLES: list[tuple[str, str, str, Side, list[str], str, bool]] = [
    ("school_leader", "学校领导", "联系学院书院，掌握全校数据", Side.SCHOOL,
     [UnitKind.UNIVERSITY], "see_unit see_counts approve_export", False),
    ("party_secretary", "党委书记", "学院书院育人工作第一责任人", Side.COLLEGE,
     [UnitKind.COLLEGE, UnitKind.ACADEMY],
     f"{_CARE} direct_task manage_case appoint manage_contract {_EXPORT} "
     f"approve_export handle_request {_HEAD}", True),
    ("dean", "院长", "本科人才培养", Side.COLLEGE, [UnitKind.COLLEGE], f"{_CARE} direct_task appoint see_closed", True),
    ("deputy_secretary", "党委副书记", "分管学生工作", Side.COLLEGE,
     [UnitKind.COLLEGE, UnitKind.ACADEMY],
     f"{_CLEARED} appoint manage_contract {_EXPORT} approve_export handle_request "
     f"{_HEAD} {_KEEPS} view_as", False),
    ("academy_director", "院务主任", "书院日常教育管理与宿舍安全", Side.ACADEMY,
     [UnitKind.ACADEMY],
     f"{_CLEARED} appoint {_EXPORT} approve_export edit_student handle_request "
     f"{_HEAD} {_KEEPS} view_as", False),
    ("contract_leader", "包干领导", "谁包干、谁牵头、谁负责、谁落实", Side.COLLEGE,
     [UnitKind.COHORT], f"{_CLEARED} {_EXPORT} see_closed", True),
    ("counsellor", "辅导员", "学生日常教育管理与关心", Side.ACADEMY,
     [UnitKind.ACADEMY, UnitKind.COHORT, UnitKind.CLASS, UnitKind.BUILDING, UnitKind.FLOOR],
     f"{_CLEARED} handle_request {_KEEPS}", False),
    ("class_adviser", "班主任", "班级建设与学业指导", Side.COLLEGE,
     [UnitKind.CLASS], f"see_unit see_card see_record see_results log_talk do_task {_NEAR}", False),
    ("organiser", "组织员", "发展党员材料审核", Side.COLLEGE,
     [UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.COHORT, UnitKind.PARTY],
     f"see_unit see_card see_masked log_talk {_FILE} approve_party_file see_political_review do_task "
     "see_branch_life see_dues",
     False),
    ("party_tutor", "党建指导教师", "指导学生党支部", Side.COLLEGE,
     [UnitKind.COHORT, UnitKind.PARTY], "see_unit see_card log_talk see_party_file see_branch_life do_task",
     False),
    ("branch_secretary", "党支部书记", "支部工作", Side.COLLEGE,
     [UnitKind.PARTY], f"see_unit see_card {_FILE} {_LIFE} do_task", True),
    ("clerk", "教务员", "成绩、预警与学籍", Side.COLLEGE, [UnitKind.COLLEGE],
     "see_unit see_card see_masked see_record see_results import_roster import_results "
     "import_courses edit_warning_rules confirm_warnings edit_student do_task handle_request",
     False),
    ("registrar", "学籍管理员", "转专业、分流、休学复学与毕业等学籍异动", Side.SCHOOL,
     [UnitKind.UNIVERSITY], "see_unit see_card see_record edit_student import_roster "
     "import_courses edit_warning_rules do_task", False),
    ("psych_teacher", "心理教师", "心理健康教育与咨询", Side.SCHOOL,
     [UnitKind.OFFICE, UnitKind.UNIVERSITY], "clear_psychological do_task", False),
    # Tier and sums of all students of the unit; of cases the economic ones alone (rulebook 8.3).
    ("aid_officer", "资助专员", "家庭经济困难学生认定与资助", Side.SCHOOL,
     [UnitKind.UNIVERSITY, UnitKind.COLLEGE, UnitKind.ACADEMY],
     "see_card see_record see_masked see_phone see_contact see_identity see_aid_tier see_aid "
     "write_aid import_aid see_economic log_talk do_task", False),
    ("office_staff", "部处工作人员", "办理转来的事项", Side.SCHOOL,
     [UnitKind.OFFICE], "see_unit do_task handle_request", False),
    ("request_desk", "诉求分办员", "学生诉求集中受理、分办与跟踪", Side.SCHOOL,
     [UnitKind.UNIVERSITY, UnitKind.OFFICE], "sort_requests do_task", False),
    ("rights_officer", "权益维护专员", "独立办理受保护的投诉", Side.SCHOOL,
     [UnitKind.UNIVERSITY], "handle_protected do_task", False),
    ("sysadmin", "系统管理员", "组织架构与参数，不看业务数据", Side.SCHOOL,
     [UnitKind.UNIVERSITY], "manage_unit manage_contract import_staff import_roster", False),
    ("secadmin", "安全管理员", "账号、角色与任职，不看业务数据", Side.SCHOOL,
     [UnitKind.UNIVERSITY], "grant_roles view_as", False),
    ("auditor", "审计管理员", "只看日志", Side.SCHOOL, [UnitKind.UNIVERSITY], "", False),
    # Part-time counsellors look after students like full-time ones; the ratio leaves them out.
    ("part_counsellor", "兼职辅导员", "协助学生日常教育管理", Side.ACADEMY,
     [UnitKind.ACADEMY, UnitKind.COHORT, UnitKind.CLASS, UnitKind.BUILDING, UnitKind.FLOOR],
     _CARE, False),
    # The committee of a branch, and members of the committee above it (rulebook 1.5, 8.3).
    ("branch_deputy", "党支部副书记", "协助书记工作", Side.COLLEGE,
     [UnitKind.PARTY], f"see_unit see_card {_FILE} {_LIFE} do_task", False),
    ("branch_organisation", "组织委员", "发展党员与党员管理", Side.COLLEGE,
     [UnitKind.PARTY], f"see_unit see_card {_FILE} {_LIFE} do_task", True),
    ("branch_publicity", "宣传委员", "学习教育与宣传", Side.COLLEGE,
     [UnitKind.PARTY], "see_unit see_card see_branch_life do_task", True),
    ("branch_discipline", "纪检委员", "纪律监督", Side.COLLEGE,
     [UnitKind.PARTY], "see_unit see_card see_branch_life see_dues do_task", True),
    ("committee_member", "党委委员", "审批发展党员等重要事项", Side.SCHOOL,
     [UnitKind.PARTY],
     "see_unit see_card see_party_file approve_party_file see_political_review see_branch_life "
     "see_dues do_task", False),
    # Posts that are counted and open nothing.
    ("teacher", "专任教师", "教学与本科生导师人选", Side.COLLEGE,
     [UnitKind.COLLEGE, UnitKind.OFFICE], "", False),
    ("ideology_teacher", "思政课教师", "思想政治理论课教学", Side.SCHOOL,
     [UnitKind.COLLEGE, UnitKind.OFFICE, UnitKind.UNIVERSITY], "", False),
    ("political_staff", "专职思政与党务人员", "思想政治与党务工作", Side.SCHOOL,
     [UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.OFFICE, UnitKind.UNIVERSITY], "", False),
]  # fmt: skip

LINKS: list[tuple[str, str, str, int | None]] = [
    ("tutor", "本科生导师", f"see_card see_record see_results log_talk {_NEAR}", None),
]


def write_catalogue(using: str = "default", **_kwargs: Any) -> None:
    """Bring permissions, roles and kinds of link up to the code. Safe to run again."""
    content_type = ContentType.objects.db_manager(using).get_for_model(Unit)
    known: dict[str, Permission] = {}
    fresh: set[str] = set()
    with override("en"):
        for one in actions():
            known[one.code], is_new = Permission.objects.using(using).update_or_create(
                content_type=content_type,
                codename=one.code,
                defaults={"name": str(one.label)[:255]},
            )
            fresh.update({one.code} if is_new else ())
    widened = []
    for order, (code, name, duty, side, kinds, codes, is_single) in enumerate(ROLES):
        role, made = Role.objects.using(using).get_or_create(
            code=code,
            defaults={
                "name": name,
                "description": duty,
                "side": side,
                "unit_kinds": [str(kind) for kind in kinds],
                "is_single": is_single,
                "order": order * 10,
            },
        )
        if made:
            role.permissions.set([known[c] for c in codes.split()])
        elif new := fresh.intersection(codes.split()):
            # An action that did not exist before nobody could have taken from the role.
            role.permissions.add(*(known[code] for code in new))
            widened.append(role.pk)
    for code, name, codes, limit in LINKS:
        kind, made = LinkKind.objects.using(using).get_or_create(
            code=code, defaults={"name": name, "load_limit": limit}
        )
        if made:
            kind.permissions.set([known[c] for c in codes.split()])
    if widened:
        posts = Appointment.objects.using(using).filter(role_id__in=widened, revoked_at=None)
        reconcile(list(posts.values_list("person_id", flat=True).distinct()))
