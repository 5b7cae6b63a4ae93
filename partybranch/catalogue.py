"""First rows of the rules: two versions of 25 steps, and the numbers of the party side.

Sources: 《中国共产党发展党员工作细则》 of 2014 and its revision of May 2026 (rulebook 1.1, 1.2). All that
was changed in 2026 still waits for the word of the Party office. Rows are added once; afterwards
the system administrator edits them within the bounds that stand beside each number.
"""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from cohorts.models import Parameter
from partybranch.domain.book import PROBATION_OVER, Book, StepRule
from partybranch.domain.facts import FIRST_NUMBERS
from partybranch.enums import Body, Stage
from partybranch.models import RuleVersion, Step

VERSIONS = {"2014": dt.date(2014, 5, 28), "2026.05": dt.date(2026, 5, 11)}
VERSION_NAMES = {"2014": "发展党员工作细则（2014）", "2026.05": "发展党员工作细则（2026年5月修订）"}


@dataclass(frozen=True)
class Bounds:
    """What a rule allows for the numbers of a step; None: no bound."""

    wait_min: int | None = None
    wait_max: int | None = None
    deadline_max: int | None = None
    notice_min: int | None = None


# number: bounds that both versions share (parameters of the domain)
BOUNDS: dict[int, Bounds] = {
    2: Bounds(deadline_max=1),
    6: Bounds(wait_min=12),
    7: Bounds(wait_min=12),
    17: Bounds(deadline_max=6),
    21: Bounds(wait_min=12, wait_max=12),
    22: Bounds(wait_min=12, wait_max=12),
    23: Bounds(wait_min=12, wait_max=12),
    24: Bounds(deadline_max=3),
}
BOUNDS_2026: dict[int, Bounds] = {7: Bounds(wait_min=12, notice_min=5), 15: Bounds(deadline_max=1)}


def _step(
    number: int, code: str, stage: Stage, name: str, short: str, needs: tuple[int, ...],
    responsible: str, article: str, papers: str, **more: Any,
) -> StepRule:  # fmt: skip
    return StepRule(
        version="2014", number=number, code=code, stage=int(stage), name=name, short=short,
        needs=needs, responsible=responsible, article=article, papers=tuple(papers.split("、")),
        **more,
    )  # fmt: skip


_S = Stage
STEPS_2014: list[StepRule] = [
    _step(1, "APPLY", _S.APPLICATION, "递交入党申请书", "递交 | 申请", (), "本人", "第5、6条", "入党申请书"),
    _step(2, "TALK", _S.APPLICATION, "党组织派人谈话", "派人 | 谈话", (1,), "书记、副书记或组织委员", "第7条",
          "入党申请人谈话记录", deadline=1, deadline_from=1),
    _step(3, "ACTIVIST", _S.ACTIVIST, "推荐和确定入党积极分子", "确定 | 人选", (2,), "支部委员会", "第8条",
          "推荐材料、支委会记录、入党积极分子登记表", wait_months=0, wait_from=1, body=Body.BRANCH),
    _step(4, "ACTIVIST_FILED", _S.ACTIVIST, "积极分子报上级党委备案", "上级 | 备案", (3,),
          "党支部、党总支、党委组织员", "第8条", "入党积极分子备案表", deadline=1, deadline_from=3,
          is_local=True, is_committee=True),
    _step(5, "CONTACTS", _S.ACTIVIST, "指定培养联系人", "指定 | 联系人", (3,), "党支部", "第9条",
          "培养联系人登记", deadline=1, deadline_from=3, is_local=True),
    _step(6, "CULTIVATE", _S.ACTIVIST, "培养教育考察", "培养 | 考察", (5,), "培养联系人、党支部", "第10—12条",
          "培养教育考察登记表、思想汇报、党校结业证", wait_months=12, wait_from=3),
    _step(7, "TARGET", _S.TARGET, "确定发展对象", "确定 | 对象", (4, 6), "支部委员会", "第13条",
          "征求意见记录、支委会记录", wait_months=12, wait_from=3, body=Body.BRANCH),
    _step(8, "TARGET_FILED", _S.TARGET, "发展对象报上级党委备案", "上级 | 备案", (7,), "党支部、基层党委",
          "第13条", "发展对象备案报告及批复", deadline=1, deadline_from=7, is_local=True, is_committee=True),
    _step(9, "INTRODUCERS", _S.TARGET, "确定入党介绍人", "确定 | 介绍人", (8,), "党支部", "第14、15条",
          "入党介绍人登记"),
    _step(10, "POLITICAL_REVIEW", _S.TARGET, "进行政治审查", "政治 | 审查", (8,), "党支部、基层党委", "第16条",
          "政治审查报告、函调材料、本人自述"),
    _step(11, "TRAINING", _S.TARGET, "开展集中培训", "集中 | 培训", (8,), "基层党委、党校", "第17条",
          "发展对象培训结业证"),
    _step(12, "BRANCH_REVIEW", _S.ADMISSION, "支部委员会审查", "支委 | 审查", (9, 10, 11), "支部委员会",
          "第19条", "支委会审查记录、发展对象材料清单", body=Body.BRANCH),
    _step(13, "PRE_REVIEW", _S.ADMISSION, "上级党委预审", "党委 | 预审", (12,), "基层党委、组织员", "第19条",
          "预审请示、预审意见", deadline=30, deadline_unit="day", deadline_from=12, is_local=True,
          is_committee=True),
    _step(14, "ADMISSION_FORM", _S.ADMISSION, "填写入党志愿书", "填志 | 愿书", (13,), "本人、介绍人",
          "第19、20条", "入党志愿书"),
    _step(15, "BRANCH_VOTE_IN", _S.ADMISSION, "支部大会讨论", "支部 | 大会", (14,), "支部大会", "第20—22条",
          "支部大会记录、票决情况、支部大会决议", deadline=1, deadline_from=13, is_local=True,
          body=Body.MEETING),
    _step(16, "COMMITTEE_TALK", _S.ADMISSION, "上级党委派人谈话", "派人 | 谈话", (15,), "党委委员或组织员",
          "第24条", "志愿书谈话栏", is_committee=True),
    _step(17, "APPROVE_IN", _S.ADMISSION, "上级党委审批", "党委 | 审批", (16,), "基层党委", "第23—26条",
          "党委会记录、志愿书审批意见", deadline=3, deadline_from=15, is_committee=True,
          body=Body.COMMITTEE),
    _step(18, "ORG_FILED", _S.ADMISSION, "报再上一级党委组织部门备案", "组织 | 备案", (17,), "党委组织部",
          "第26条", "备案表", deadline=1, deadline_from=17, is_local=True, is_committee=True),
    _step(19, "ASSIGNED", _S.PROBATION, "编入党支部和党小组", "编入 | 支部", (17,), "党支部", "第29条",
          "编入通知", deadline=1, deadline_from=17, is_local=True),
    _step(20, "OATH", _S.PROBATION, "入党宣誓", "入党 | 宣誓", (17,), "基层党委、党支部", "第30条", "宣誓记录",
          deadline=1, deadline_from=17, is_local=True),
    _step(21, "PROBATION", _S.PROBATION, "继续教育考察", "继续 | 考察", (19,), "党支部、介绍人", "第31、32条",
          "预备党员教育考察登记表、思想汇报", wait_months=12, wait_from=15),
    # Handed in shortly before the end date; the step before it then only has to be running.
    _step(22, "APPLY_FULL", _S.PROBATION, "提出转正申请", "转正 | 申请", (21,), "预备党员本人", "第33条",
          "转正申请书", wait_months=12, wait_from=15, early_days=14, deadline=1,
          deadline_from=PROBATION_OVER, is_local=True),
    _step(23, "BRANCH_VOTE_FULL", _S.PROBATION, "支部大会讨论转正", "支部 | 大会", (21, 22), "支部大会",
          "第32、33条", "征求意见记录、支委会审查、支部大会决议", wait_months=12, wait_from=15, deadline=1,
          deadline_from=21, is_local=True, notice_days=0, body=Body.MEETING),
    _step(24, "APPROVE_FULL", _S.PROBATION, "上级党委审批转正", "党委 | 审批", (23,), "基层党委", "第34条",
          "党委会记录、志愿书审批意见、谈话记录", deadline=3, deadline_from=23, is_committee=True,
          body=Body.COMMITTEE),
    _step(25, "ARCHIVE", _S.PROBATION, "材料归档", "材料 | 归档", (24,), "党支部、党委", "第37条",
          "入党志愿书、入党申请书、政治审查材料、转正申请书、培养教育考察材料", deadline=3, deadline_from=24,
          is_local=True),
]  # fmt: skip
# Articles after 18 move up by one; what else is new (rulebook 1.1).
_ARTICLES_2026 = {
    12: "第18条", 13: "第18条", 14: "第18、19条", 15: "第19—21条", 16: "第23条", 17: "第22—25条",
    18: "第25条", 19: "第28条", 20: "第29条", 21: "第30、31条", 22: "第32条", 23: "第31、32条",
    24: "第33条", 25: "第36条",
}  # fmt: skip
_NEW_2026: dict[int, dict[str, Any]] = {
    7: {"notice_days": 5, "papers": ("征求意见记录", "支委会记录", "公示及公示结果")},
    15: {"is_local": False},
    20: {"is_local": False},
}
STEPS_2026 = [
    replace(
        step, version="2026.05", article=_ARTICLES_2026.get(step.number, step.article),
        **_NEW_2026.get(step.number, {}),
    )
    for step in STEPS_2014
]  # fmt: skip
STEPS = [*STEPS_2014, *STEPS_2026]

# key, name, unit, not below, not above, set by rule, source, note; the value is FIRST_NUMBERS'
_SCHOOL = "校内规定"
_BRANCH = "支部工作条例"
NUMBERS: list[tuple[str, str, str, str | None, str | None, bool, str, str]] = [
    ("party.min_age", "申请入党最低年龄", "周岁", "18", None, True, "党章第一条", ""),
    ("party.age_next_day", "生日次日起算满十八周岁", "0或1", "0", "1", True, _SCHOOL, "0：生日当天即可"),
    ("party.league_age", "须经团组织推优的团员年龄", "周岁", "0", "28", True, f"细则第8条、{_SCHOOL}",
     "不超过此年龄；说明理由可由党员推荐；0：不作要求"),
    ("party.contacts", "培养联系人数", "人", "1", "2", True, "细则第9条", "须为正式党员"),
    ("party.introducers", "入党介绍人数", "人", "2", "2", True, "党章第五条、细则第14条", ""),
    ("party.introducer_load", "每名介绍人同时介绍人数", "人", "1", None, False, _SCHOOL, ""),
    ("party.contact_load", "每名联系人同时联系人数", "人", "1", None, False, _SCHOOL, ""),
    ("party.assess_every", "积极分子考察周期", "月", "1", "6", True, "细则第11条", ""),
    ("party.thought_report_every", "思想汇报周期", "月", "1", None, False, _SCHOOL, "只提醒次数，不看内容"),
    ("party.mass_meeting", "确定发展对象前听取意见人数", "人", "1", None, False, _SCHOOL, ""),
    ("party.training_days", "集中培训天数", "天", "3", None, True, "细则第17条", "与学时满足其一"),
    ("party.training_hours", "集中培训学时", "学时", "24", None, True, "细则第17条", "与天数满足其一"),
    ("party.certificate_months", "培训结业证有效期", "月", "1", None, False, _SCHOOL, ""),
    ("party.leave_block_months", "离校前不办理接收", "月", "3", None, True, "细则（2014）第19条", "说明理由可办"),
    ("party.target_reply", "发展对象须经党委同意", "0或1", "0", "1", True, _SCHOOL, "0：备案；1：同意"),
    ("party.extend", "延长预备期（建议值）", "月", "6", "12", True, "细则（2014）第32条", "只能延长一次"),
    ("party.postpone_full", "转入预备党员推迟讨论", "月", "0", "6", True, "细则（2014）第36条", ""),
    ("party.probation", "预备期", "月", "12", "12", True, "党章第七条", ""),
    ("party.entry_days", "超过几天补录须说明", "天", "0", "31", False, _SCHOOL, ""),
    ("branch.min_full", "成立支部正式党员数", "人", "3", None, True, f"{_BRANCH}第4条", ""),
    ("branch.max_members", "支部党员人数上限", "人", None, "50", False, f"{_BRANCH}第4条", "一般"),
    ("branch.committee_from", "设支委会的正式党员数", "人", "7", None, True, f"{_BRANCH}第六章", ""),
    ("branch.committee_size", "支委会人数", "人", "3", "7", True, f"{_BRANCH}第六章", "一般3至5人"),
    ("branch.term", "支委会任期", "月", "1", "36", True, f"{_BRANCH}第六章", ""),
    ("branch.joint_units", "联合支部覆盖单位", "个", None, "5", False, f"{_BRANCH}第4条", "一般"),
    ("branch.election_present", "选举到会比例", "%", "80", "100", True, "基层组织选举工作条例", "有选举权的到会人数"),
    ("branch.election_extra", "选举差额比例", "%", "20", None, True, "基层组织选举工作条例", "候选人多于应选人数"),
    ("branch.general_from", "设立党总支的党员数", "人", "1", None, False, "高校基层组织条例", "50至100人"),
    ("branch.basic_from", "设立基层党委的党员数", "人", "1", None, False, "高校基层组织条例", "经批准可少于此数"),
    ("branch.life_green", "组织生活完成率：正常", "%", "0", "100", True, _SCHOOL, "不低于此值为正常"),
    ("branch.life_yellow", "组织生活完成率：关注", "%", "0", "100", True, _SCHOOL, "低于此值为滞后"),
    ("dues.remind_months", "欠交党费：提醒本人", "月", "1", "6", True, "党章第九条", ""),
    ("dues.secretary_months", "欠交党费：书记谈话", "月", "1", "6", True, "党章第九条", ""),
    ("dues.exit_months", "欠交党费：按自行脱党研究", "月", "6", "6", True, "党章第九条", "没有正当理由，连续六个月"),
]  # fmt: skip


def bounds_of(version: str, number: int) -> Bounds:
    own = BOUNDS_2026.get(number) if version == "2026.05" else None
    return own or BOUNDS.get(number, Bounds())


def first_book() -> Book:
    """The rules as they are first written, without a database."""
    return Book.of(VERSIONS, STEPS)


SAME = (
    "number", "code", "stage", "name", "wait_months", "wait_from", "early_days", "deadline",
    "deadline_unit", "deadline_from", "is_local", "notice_days", "body", "is_committee",
    "responsible", "article",
)  # fmt: skip


def first_row(rule: StepRule) -> Step:
    """The row of a rule as it is first written, with the bounds of the law beside it."""
    bounds = bounds_of(rule.version, rule.number)
    return Step(
        version_id=rule.version, short_name=rule.short, needs=list(rule.needs),
        papers=list(rule.papers), wait_min=bounds.wait_min, wait_max=bounds.wait_max,
        deadline_max=bounds.deadline_max, notice_min=bounds.notice_min,
        **{name: getattr(rule, name) for name in SAME},
    )  # fmt: skip


def write_rules(using: str = "default", **_kwargs: Any) -> None:
    """Add what is missing after a migration. Safe to run again."""
    for code, first in VERSIONS.items():
        RuleVersion.objects.using(using).get_or_create(
            code=code, defaults={"name": VERSION_NAMES[code], "valid_from": first}
        )
    known = set(Step.objects.using(using).values_list("version_id", "number"))
    Step.objects.using(using).bulk_create(
        first_row(rule) for rule in STEPS if (rule.version, rule.number) not in known
    )
    for key, name, unit, low, high, is_fixed, source, note in NUMBERS:
        Parameter.objects.using(using).get_or_create(
            key=key,
            defaults={
                "name": name,
                "value": Decimal(FIRST_NUMBERS[key]),
                "unit": unit,
                "legal_min": None if low is None else Decimal(low),
                "legal_max": None if high is None else Decimal(high),
                "is_fixed": is_fixed,
                "source": source,
                "note": note,
            },
        )
