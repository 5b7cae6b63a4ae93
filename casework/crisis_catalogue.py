"""First rows of the call list and of the types of talks (rulebook 3.6, 3.7). Added once, then the
school's own."""

from typing import Any

from casework.crisis_enums import Part
from casework.models import CallLine, TalkType
from students.enums import Tree

# part, order, roles, tree, name on the list, phone, note
LINES: list[tuple[str, int, str, str, str, str, str]] = [
    (Part.COUNSELLOR, 10, "counsellor part_counsellor", "", "", "", ""),
    (
        Part.ACADEMY,
        10,
        "academy_director deputy_secretary party_secretary",
        Tree.ACADEMY,
        "",
        "",
        "",
    ),
    (Part.COLLEGE, 10, "contract_leader deputy_secretary party_secretary", Tree.CLASS, "", "", ""),
    (Part.CENTRE, 10, "psych_teacher", "", "", "", ""),
    (Part.CENTRE, 20, "", "", "全国统一心理援助热线", "12356", "24 小时"),
    (Part.FAMILY, 10, "", "", "家长", "", "尚未登记家庭联系人，先问本人或室友"),
    (Part.SECURITY, 10, "", "", "校园 110（保卫处值班室）", "", "号码由系统管理员填写"),
    (Part.AFFAIRS, 10, "", "", "党委学生工作部值班室", "", "号码由系统管理员填写"),
    (Part.HOSPITAL, 10, "", "", "急救电话", "120", "有危险时先打，再登记"),
    (Part.HOSPITAL, 20, "", "", "公安报警", "110", "失联、有伤害他人危险"),
]
# code, name, asked for by, within days, who talks
TALK_TYPES: list[tuple[str, str, str, int, str]] = [
    ("T01", "新生入学谈话", "入学", 30, "辅导员"),
    ("T02", "学业谈话", "学业预警或挂科", 14, "班主任/导师/辅导员"),
    ("T03", "心理谈话", "测评异常或异常上报", 1, "辅导员（专业人员跟进）"),
    ("T04", "经济资助谈话", "困难认定或突发变故", 14, "辅导员"),
    ("T05", "违纪谈话", "违纪或处分", 3, "辅导员/副书记"),
    ("T06", "休复学谈话", "休学、复学、转专业", 7, "辅导员/教务员"),
    ("T07", "毕业就业谈话", "毕业学年", 60, "班主任/辅导员"),
    ("T08", "党员发展谈话", "递交申请书等", 30, "支部书记/组织委员/组织员"),
    ("T09", "家校沟通", "红橙预警、重大事项", 1, "辅导员/副书记"),
    ("T10", "宿舍走访", "定期", 30, "班主任/辅导员/领导"),
    ("T11", "日常谈心", "定期", 180, "各育人力量"),
    ("T12", "领导联系学生", "联系制度", 120, "学院/学校领导"),
]


def write_lines(using: str = "default", **_kwargs: Any) -> None:
    """The school's own list where it has none yet: a school that removed a line keeps it removed."""
    for order, (code, name, trigger, days, talkers) in enumerate(TALK_TYPES):
        TalkType.objects.using(using).get_or_create(
            code=code,
            defaults={"name": name, "trigger": trigger, "due_days": days, "talkers": talkers,
                      "order": order * 10},
        )  # fmt: skip
    if CallLine.objects.using(using).exists():
        return
    CallLine.objects.using(using).bulk_create(
        CallLine(part=part, order=order, roles=roles.split(), tree=tree, label=label, phone=phone,
                 note=note)
        for part, order, roles, tree, label, phone, note in LINES
    )  # fmt: skip
