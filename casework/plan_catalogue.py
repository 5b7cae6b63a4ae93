"""First templates of plans: every category in use × every level (rulebook 3.1, 3.2, 10). Added
once, then the school's own rows."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS

from casework.models import CaseCategory, CaseLevel, PlanTemplate, PlanTemplateStep

# level → days of the plan, contacts in it, days until the first talk, days until the family knows
RHYTHM = {
    "RED": (28, 20, 0, 0),
    "ORANGE": (42, 6, 1, 3),
    "YELLOW": (56, 4, 3, 14),
    "BLUE": (112, 4, 7, 112),
}
# category → goal, causes, family, resources, exit, steps of its own: text, helper, share of the
# plan's days until due in percent, times, counted records
_Own = tuple[str, str, int, int, str]
TEMPLATES: dict[str, tuple[str, str, str, str, str, list[_Own]]] = {
    "ACADEMIC": (
        "第16周前重修并通过所欠课程，每周到课不缺席，欠学分降至4以内",
        "缺课与作业情况；基础薄弱课程；学习方法与时间安排；专业兴趣",
        "家长知悉成绩与重修安排，每两周通一次话，不因成绩责罚",
        "任课教师答疑、学业辅导室、结对同学、教务员",
        "所欠课程通过或学分达到当年要求，连续两次评估为蓝色或以下",
        [("完成重修报名，核对培养方案与欠学分", "adviser", 15, 1, ""),
         ("与任课教师商定补习与答疑安排", "tutor", 25, 1, ""),
         ("导师学业谈话", "tutor", 90, 2, "face"),
         ("班主任核对到课与作业", "adviser", 90, 2, "any")],
    ),
    "PSYCH": (
        "每周有固定的谈话与陪伴，作息与上课恢复规律，按约到心理中心",
        "近期重大应激；作息与睡眠；人际与宿舍；是否已就诊（不作诊断，不追问细节）",
        "家长知悉关注安排，保持联系畅通，必要时来校陪同",
        "心理健康教育中心、校医院、宿舍长与心理委员",
        "心理中心意见为可转一般关注，六十日内无新情况",
        [("陪同预约心理中心，建议就诊时陪同前往", "counsellor", 10, 1, ""),
         ("宿舍走访，了解作息", "counsellor", 60, 2, "visit"),
         ("任课教师与班主任知会“宜忌”提示", "adviser", 15, 1, "")],
    ),
    "ECONOMIC": (
        "学费与生活费落实，每周兼职不超过8小时，不因经济原因影响学业",
        "家庭收入变化；突发变故；欠费情况；兼职时间",
        "家长提供认定所需材料，知悉资助政策",
        "资助中心、勤工助学岗位、临时困难补助、国家助学贷款",
        "资助到位且一个学期内无新增困难",
        [("办理缓缴与助学贷款", "counsellor", 30, 1, ""),
         ("推荐校内勤工助学岗位", "counsellor", 50, 1, ""),
         ("学期中回访生活与学习情况", "adviser", 90, 1, "any")],
    ),
    "SPECIAL": (
        "情况核清并有专人跟进，按时返校，每周主动联系一次",
        "情况的起因与经过；本人意愿；需要哪些部门配合",
        "家长知悉情况与安排，保持联系畅通",
        "相关职能部处、宿舍管理",
        "两个月内无新情况，本人与家长均表示无需继续",
        [("当面核实情况，形成书面说明", "counsellor", 15, 1, ""),
         ("宿舍走访", "counsellor", 60, 1, "visit")],
    ),
    "EMPLOYMENT": (
        "完成简历并参加三场以上招聘，毕业前落实去向",
        "求职意愿；能力与期望差距；家庭期待",
        "家长支持求职安排，不代替本人决定",
        "就业中心、校友单位、导师推荐",
        "签约、升学或自主择业去向落实",
        [("修改简历并完成一次模拟面试", "adviser", 30, 1, ""),
         ("推荐三个以上岗位", "tutor", 50, 3, ""),
         ("导师谈升学与求职方向", "tutor", 40, 1, "face")],
    ),
    "INTERPERSONAL": (
        "宿舍关系缓和，每月参加一次集体活动",
        "矛盾的起因；各方说法；沟通方式",
        "家长知悉，不参与宿舍争执",
        "宿舍长、心理委员、班级与社团",
        "室友与本人均表示无碍，六十日内无新矛盾",
        [("分别听取室友与本人意见", "counsellor", 20, 1, "visit"),
         ("邀请参加班级或社团活动", "adviser", 60, 2, "")],
    ),
    "MOTIVATION": (
        "每周出勤达到九成，作业按时提交",
        "作息与上网时间；学习目标；同伴影响",
        "家长配合作息约定，每两周通一次话",
        "班级学习小组、结对同学、导师课题",
        "连续两个月出勤达标，作业无缺交",
        [("共同制定作息表与周计划", "adviser", 15, 1, ""),
         ("导师谈专业与目标", "tutor", 40, 1, "face"),
         ("每两周复盘一次出勤与作业", "adviser", 90, 3, "any")],
    ),
    "HEALTH": (
        "复诊与课业安排互不影响，请假与补课手续齐全",
        "复诊时间；饮食起居与宿舍条件；课业负担（病情不扩散）",
        "家长告知复诊安排与注意事项",
        "校医院、教务员、宿舍管理",
        "医嘱不再需要特别安排",
        [("办理体育免修或缓考", "adviser", 25, 1, ""),
         ("按需要调整宿舍楼层", "counsellor", 25, 1, ""),
         ("任课教师知会缺课安排", "adviser", 20, 1, "")],
    ),
    "FAMILY": (
        "恢复正常学习，每周联系一次，补齐缺课",
        "变故经过；经济影响；本人情绪与支持人",
        "与家中主要联系人约定联系方式与频次",
        "资助中心、心理中心、班级同学",
        "本人表示不再需要，六十日内无新情况",
        [("返校当天见面", "counsellor", 5, 1, "face"),
         ("任课教师沟通补课", "adviser", 25, 1, "")],
    ),
    "DISCIPLINE": (
        "处分期内无新违纪，按时申请解除",
        "违纪经过；本人认识；同伴影响",
        "家长知悉处分与解除条件",
        "学工部、公益服务岗位",
        "处分解除",
        [("讲清处分期限与解除条件", "counsellor", 10, 1, "face"),
         ("公益服务20小时", "adviser", 90, 1, "")],
    ),
    "BEHAVIOUR": (
        "通讯畅通，按时归宿，事实核清",
        "失联或异常的经过；交往与借贷情况；是否涉及安全",
        "家长知悉情况，约定每日报平安",
        "保卫处、宿舍管理、反诈宣传",
        "一个月内联系正常，无夜不归宿",
        [("当面核实情况", "counsellor", 5, 1, "face"),
         ("宿舍走访", "counsellor", 50, 2, "visit"),
         ("保卫处协助核查（如涉及）", "counsellor", 20, 1, "")],
    ),
    "RETURN": (
        "首学期课程全部通过，融入新班级",
        "课程衔接；新班级关系；复学条件",
        "家长知悉复学安排",
        "教务员、新班级班委、结对同学",
        "首学期课程通过且无新情况",
        [("核对课程替代与补修", "adviser", 15, 1, ""),
         ("新班级介绍与结对", "adviser", 15, 1, ""),
         ("导师谈课程衔接", "tutor", 40, 1, "face")],
    ),
}  # fmt: skip


def steps_of(category: str, level: str) -> list[tuple[str, str, int, int, str]]:
    """(text, helper, due after days, times, counted records), in order of their last day."""
    days, contacts, first, family = RHYTHM[level]
    found = [("首次面谈，听取本人说法，商定目标", "counsellor", first, 1, "face")]
    own = [
        (text, helper, max(1, days * share // 100), times, counting)
        for text, helper, share, times, counting in TEMPLATES[category][5]
    ]
    found += [
        ("与家长联系，说明情况与帮扶安排（先告知本人）", "counsellor", family, 1, "family"),
        *own,
        (f"按等级要求联系，共{contacts}次", "counsellor", days, contacts, "any"),
        ("组织评估，提出降级、销号或继续的意见", "responsible", days, 1, ""),
    ]
    if level in ("RED", "ORANGE"):
        found.append(("召集专班碰头，核对分工与进展", "leader", max(1, days // 4), 1, ""))
    return sorted(found, key=lambda step: step[2])


def write_templates(using: str = DEFAULT_DB_ALIAS, **_kwargs: Any) -> None:
    """Add the templates whose category and level exist and have none yet."""
    kept = set(PlanTemplate.objects.using(using).values_list("category_id", "level_id"))
    categories = set(CaseCategory.objects.using(using).values_list("pk", flat=True))
    levels = dict(CaseLevel.objects.using(using).values_list("pk", "review_every_days"))
    wanted = [
        (category, level)
        for category in TEMPLATES
        for level in RHYTHM
        if (category, level) not in kept and category in categories and level in levels
    ]
    made = PlanTemplate.objects.using(using).bulk_create(
        PlanTemplate(
            category_id=category, level_id=level, goal=goal, causes=causes,
            family_agreement=family, resources=resources, exit_condition=leave,
            check_every_days=levels[level],
        )
        for category, level in wanted
        for goal, causes, family, resources, leave, _own in [TEMPLATES[category]]
    )  # fmt: skip
    PlanTemplateStep.objects.using(using).bulk_create(
        PlanTemplateStep(
            template=template, order=place * 10, text=text, helper=helper, due_after_days=days,
            wanted=times, counting=counting,
        )
        for template in made
        for place, (text, helper, days, times, counting) in enumerate(
            steps_of(template.category_id, template.level_id), 1
        )
    )  # fmt: skip
