"""Sample values for the style guide; people, classes and figures are invented."""

from __future__ import annotations

from typing import Any

from portal.core.ui.icons import ICONS


def _nav() -> list[dict[str, Any]]:
    def item(label: str, icon: str, count: int | None = None, active: bool = False) -> dict:
        return {"label": label, "url": "#", "icon": icon, "count": count, "active": active}

    return [
        {
            "label": "",
            "items": [
                item("工作台", "workbench"),
                item("年级看板", "cohort", active=True),
                item("包干账户", "account", 31),
            ],
        },
        {
            "label": "学生",
            "items": [
                item("学生", "users"),
                item("重点台账", "ledger", 47),
                item("个案", "case"),
                item("记录", "pencil"),
                item("学业预警", "warning", 29),
            ],
        },
        {
            "label": "协同",
            "items": [
                item("双院联席会", "calendar", 6),
                item("任务", "task", 16),
                item("学生诉求", "request", 4),
            ],
        },
        {"label": "党建", "items": [item("发展党员", "flag"), item("党支部", "branch")]},
    ]


def _tiles() -> list[dict[str, Any]]:
    return [
        {"label": "学生", "url": "#", "value": 412, "denominator": "在籍 415",
         "delta_text": "较上月末 −1", "delta_note": "（休学）", "split": "彭康 286 · 文治 126"},
        {"label": "重点关注", "url": "#", "value": 47, "denominator": "412", "rate": "11.4%",
         "delta_text": "较上月末 +3", "delta_tone": "worse", "delta_note": "（新增 5，销号 2）",
         "split": [{"label": "学业", "value": 24}, {"label": "心理", "value": 13},
                   {"label": "经济", "value": 15}, {"label": "特殊", "value": 6}]},
        {"label": "逾期跟进", "url": "#", "value": 9, "denominator": "应跟进 47",
         "delta_text": "较上月末 −5", "delta_tone": "better", "split": "最长 11 天 · 4 位责任人"},
        {"label": "红色个案", "url": "#", "value": 2, "denominator": "47",
         "delta_text": "较上月末 +1", "delta_tone": "worse", "split": "昨日已联系 2 / 2"},
        {"label": "学业预警", "url": "#", "value": 29, "denominator": "412", "rate": "7.0%",
         "delta_text": "较上月末 −2", "delta_tone": "better", "delta_note": "（补考后解除）",
         "split": [{"level": "RED", "value": 3}, {"level": "ORANGE", "value": 7},
                   {"level": "YELLOW", "value": 19}]},
        {"label": "联席会未办结", "url": "#", "value": 6, "denominator": "本学期 21",
         "delta_text": "较上月末 +1", "split": "按期办结 14 / 到期 17 = 82.4%"},
    ]  # fmt: skip


def _heat() -> dict[str, Any]:
    def cells(*pairs: tuple[int, int] | None) -> list[dict[str, Any] | None]:
        return [pair and {"n": pair[0], "total": pair[1], "url": ""} for pair in pairs]

    return {
        "columns": ["化工 | 原理(下)", "化工 | 热力学", "化学反应 | 工程", "概率论与 | 数理统计",
                    "过程设备 | 设计", "仪器 | 分析"],
        "rows": [
            {"label": "化学工程与工艺",
             "cells": cells((21, 178), (34, 177), (16, 178), (12, 176), None, (7, 178))},
            {"label": "过程装备与控制工程",
             "cells": cells((19, 118), None, None, (13, 117), (25, 118), None)},
            {"label": "制药工程", "cells": cells((6, 61), (9, 61), (4, 61), (3, 61), None, (2, 61))},
            {"label": "全年级", "total": True,
             "cells": cells((54, 412), (56, 293), (25, 294), (32, 409), (25, 118), (11, 294))},
        ],
    }  # fmt: skip


def _records() -> dict[str, Any]:
    done = ("发现", "研判", "建档", "制定方案")
    return {
        "stages": [
            *({"label": name, "date": f"4月{12 + i}日", "state": "done"} for i, name in enumerate(done)),
            {"label": "帮扶中", "date": "4月17日起，第 42 天", "state": "current"},
            {"label": "跟踪", "state": "later"},
            {"label": "评估", "date": "预定 5月29日", "state": "later"},
            {"label": "销号", "state": "later"},
        ],
        "steps": [
            {"text": "重修报名：化工热力学、概率统计", "owner": "韩知行", "owner_role": "教务员",
             "due": "5月15日", "done": 2, "total": 2, "state": "5月14日完成", "tone": "ok"},
            {"text": "宿舍走访，每月 2 次", "owner": "陆怀远", "owner_role": "班主任",
             "due": "5月25日", "done": 1, "total": 2, "state": "逾期 3 天", "tone": "late"},
            {"text": "周二集中答疑，到课 8 次", "owner": "王怀瑾", "owner_role": "本科生导师",
             "due": "6月16日", "done": 5, "total": 8, "state": "进行中"},
        ],
        "events": [
            {"icon": "change", "kind": "降级申请：橙色 → 黄色", "meta": "林致远 · 学院已同意，待书院确认",
             "time": "5月26日 16:20"},
            {"icon": "talk", "kind": "面谈 36 分钟", "meta": "陆怀远 · 班主任 · 东12舍活动室",
             "time": "5月25日 19:30",
             "text": "热力学作业已补交 3 / 4 次，愿意继续参加周二答疑；作息比上月规律。"},
            {"icon": "visit", "kind": "走访打卡", "meta": "周启文 · 辅导员 · 无内容，不计入真实联系",
             "time": "5月23日 21:00", "tick": True},
            {"icon": "lock", "sealed": {"title": "心理记录 3 条 · 仅心理中心可读", "last": "最近 5月20日",
             "text": "您能看到等级和“宜 / 忌”提示；正文不进入检索、导出和通知。"}},
        ],
        "kinds": [{"value": "face", "label": "面谈", "checked": True}, {"value": "phone", "label": "电话"},
                  {"value": "visit", "label": "走访"}, {"value": "family", "label": "家校"}],
        "keys": [
            {"side": "学院", "state": "agreed", "state_label": "已同意", "note": "林致远 · 5月26日"},
            {"side": "书院", "state": "waiting", "state_label": "待确认", "note": "何静 · 限 5月29日",
             "action_url": "#", "action_label": "提醒"},
            {"side": "心理中心", "state": "agreed", "state_label": "已出意见", "note": "5月20日"},
        ],
        "dos": ["提前一天约时间；先问近况，再谈成绩。"],
        "donts": ["当众提重修；临时叫到办公室谈话。"],
        "facts": [{"label": "等级", "value": "橙色，4月13日起，45 天"},
                  {"label": "评估", "value": "5月29日 周五 · 明天", "strong": True}],
    }  # fmt: skip


def _lists() -> dict[str, Any]:
    people = (("程亦安", "化工2304", "ORANGE", "5月25日", 2, "周启文"),
              ("罗嘉禾", "过控2302", "YELLOW", "5月21日", 4, "沈若兰"),
              ("乔以宁", "制药2302", "BLUE", "5月26日", 0, ""))  # fmt: skip
    keys = ("name", "class_name", "level", "on", "late", "owner")
    roles = [
        {"label": "包干领导", "have": 1, "want": 1, "names": "林致远"},
        {"label": "辅导员", "have": 3, "want": 3, "names": "周启文、顾婷、沈若兰",
         "note": "师生比 1 : 137，要求 1 : 200"},
        {"label": "班主任", "have": 14, "want": 14, "names": "陆怀远、邵文清 等", "note": "每班 1 人"},
        {"label": "组织员", "have": 1, "want": 1, "names": "高敏"},
        {"label": "党建指导教师", "have": 1, "want": 2, "gap": 1, "names": "陈鹤鸣",
         "cause": "苏云舟 4月30日聘期届满", "action_url": "#", "action_label": "去续聘"},
    ]  # fmt: skip
    return {
        "people": [dict(zip(keys, row, strict=True)) for row in people],
        "roles": roles,
        "ages": [("周启文", "辅导员 · 彭康书院", 4, 3, 1, 1, 9), ("韩知行", "教务员", 2, 2, 0, 0, 4)],
        "duties": [
            {"label": "联系班级，每学期 2 个", "done": 2, "total": 2, "state": "完成", "tone": "ok"},
            {"label": "讲党课，每学期 1 次", "done": 0, "total": 1, "state": "未做", "tone": "due"},
            {"label": "谈心谈话，每学期 12 人", "done": 7, "total": 12, "state": "剩 5"},
        ],
        "items": [
            {"title": "每两周面谈一次：林晓晨（化工2305）", "meta": "跟进 · 周启文 辅导员 · 期限 5月17日",
             "side": "11 天", "side_tone": "late", "action_url": "#", "action_label": "催办"},
            {"title": "过控专业学困生一对一结对 8 / 12", "meta": "陆怀远 · 化工学院", "side": "6月5日"},
        ],
        "bars": [{"label": "高等数学", "n": 31, "total": 412}, {"label": "大学物理", "n": 18, "total": 405}],
    }  # fmt: skip


def _filters() -> dict[str, Any]:
    return {
        "tabs": [{"label": "全部", "url": "#", "count": 47, "active": True},
                 {"label": "学业", "url": "#", "count": 24}, {"label": "心理", "url": "#", "count": 13}],
        "saved": [{"label": "橙色及以上", "url": "#", "count": 10}, {"label": "本周到期", "url": "#", "count": 8}],
        "active": [{"field": "年级", "value": "2023级", "remove_url": "#"},
                   {"field": "等级", "value": "红色、橙色", "remove_url": "#"}],
        "bulk": [{"label": "指派", "url": "#", "icon": "user-plus"},
                 {"label": "导出", "url": "#", "icon": "download", "note": "需审批"}],
        "figures": [{"value": 4, "label": "逾期跟进", "url": "#", "tone": "late"},
                    {"value": 3, "label": "今天到期", "url": "#"}, {"value": 2, "label": "新列入", "url": "#"}],
        "picks": [{"value": "1", "name": "顾言川", "class_name": "化工2303", "pinyin": "gu yan chuan",
                   "side": "3 天前", "checked": True},
                  {"value": "2", "name": "高一辰", "class_name": "化工2301", "pinyin": "gao yi chen",
                   "side": "41 天前"}],
    }  # fmt: skip


def _chart() -> dict[str, Any]:
    now = [3.0, 10.0, 16.5, 21.0, 26.0, 33.0, 37.0, 42.0, 49.0, 54.0, 60.0, 66.0, 72.1]
    before = [2.0 + 5.3 * week for week in range(18)]
    return {
        "x": [f"{week}" for week in range(1, 19)],
        "x_label": "周",
        "unit": "%",
        "series": [
            {"name": "本学期", "values": now + [None] * 5,
             "n": [round(rate * 4.12) for rate in now] + [None] * 5, "total": [412] * 18},
            {"name": "上学期", "values": [round(value, 1) for value in before]},
        ],
    }  # fmt: skip


def _board() -> dict[str, Any]:
    def card(name: str, text: str, tag: str, tone: str, active: bool = False) -> dict[str, Any]:
        return {"name": name, "class_name": "化工2301", "url": "#", "tag": tag, "tone": tone,
                "text": text, "active": active}  # fmt: skip

    names = ("申请入党", "积极分子", "发展对象", "接收预备党员", "预备期与转正")
    ranges = ("1–2 步", "3–6 步", "7–11 步", "12–18 步", "19–25 步")
    lanes = [
        {"label": label, "range": steps, "total": 9 + 4 * index, "more_label": "另 5 人", "more_url": "#",
         "cards": [card("白若溪", "第 2 步 · 谈话，应 5月24日前", "逾期 4 天", "late"),
                   card("许知意", "第 15 步 · 支部大会，6月20日前", "剩 23 天", "due", index == 3)]}
        for index, (label, steps) in enumerate(zip(names, ranges, strict=True))
    ]  # fmt: skip
    states = ["done", "done", "done", "late", *["done"] * 10, "now", *["later"] * 10]
    bounds = (0, 2, 6, 11, 18, 25)
    phases = [
        {"label": names[i], "steps": [
            {"no": no + 1, "name": "支部 | 大会" if no == 14 else "派人 | 谈话", "state": states[no],
             "date": "2025 | 11.06" if states[no] in {"done", "late"} else ""}
            for no in range(bounds[i], bounds[i + 1])]}
        for i in range(5)
    ]  # fmt: skip
    return {"lanes": lanes, "phases": phases}


def sample_context() -> dict[str, Any]:
    """Everything ``styleguide.html`` shows, in plain values."""
    return {
        "nav_sections": _nav(),
        "current_unit": {"label": "化工学院 · 2023级"},
        "unit_choices": [{"label": "化工学院 · 2023级", "url": "#", "active": True},
                         {"label": "彭康书院 · 2023级", "url": "#"}],
        "today_line": "5月28日 周四 · 第13周",
        "user_posts_line": "副院长 · 包干领导",
        "data_as_of": "5月28日 07:30",
        "school_name": "示范大学",
        "unread_count": 2,
        # Samples stand in the frame too, not the reader's own.
        "frame": None,
        "tiles": _tiles(),
        "heat": _heat(),
        "chart_data": _chart(),
        "icon_names": list(ICONS),
        **_records(),
        **_lists(),
        **_filters(),
        **_board(),
    }  # fmt: skip
