"""Columns of a staff file: one row per post, several rows for a person with several posts."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.catalogue import ROLES
from portal.core.sheets import Column, Fault, as_date, as_name, as_number, as_text

_STAFF_NO = re.compile(r"^[0-9A-Za-z_.-]{2,20}$")
_PHONE = re.compile(r"^\+?[0-9][0-9 -]{4,28}$")


def read_staff_no(raw: Any) -> "str | Fault":
    text = as_number(raw)
    if type(text) is str and text and not _STAFF_NO.match(text):
        return Fault(_("A staff number has 2 to 20 letters or digits."))
    return text


def read_phone(raw: Any) -> "str | Fault":
    text = as_number(raw)
    if type(text) is str and text and not _PHONE.match(text):
        return Fault(_("This is not a telephone number."))
    return text


COLUMNS = (
    Column("staff_no", "工号", read_staff_no, ("职工号", "教工号", "人员编号", "staff number", "staff no"),
           is_required=True, width=14, example="1002017",
           help=gettext_lazy("Staff are recognised by it. Format the column as text.")),
    Column("name", "姓名", as_name, ("name", "教师姓名"), is_required=True, example="周启文"),
    Column("title", "职称", as_text, ("职务职称", "专业技术职务", "title"), example="讲师"),
    Column("phone", "电话", read_phone, ("联系电话", "手机", "手机号", "办公电话", "phone"), width=14, example="029-88880000"),
    Column("role", "角色", as_text, ("岗位", "任职", "职务", "role", "post"), width=16, example="辅导员",
           choices=tuple(name for _code, name, *_rest in ROLES),
           help=gettext_lazy("Blank role and unit: the account only.")),
    Column("unit", "单位", as_text, ("任职单位", "所在单位", "部门", "unit"), width=20, example="明德书院2023级",
           help=gettext_lazy("Name or code of the unit on which the post is held.")),
    Column("starts_on", "聘期起", as_date, ("任期起", "开始日期", "起始日期", "聘期开始", "from", "starts on"), example="2026-09-01",
           help=gettext_lazy("First day of the post; blank: the day of the import.")),
    Column("ends_on", "聘期止", as_date, ("任期止", "结束日期", "截止日期", "聘期结束", "to", "ends on"), example="2027-08-31",
           help=gettext_lazy("Last day of the post, included; blank: no end.")),
    Column("letter_no", "聘书号", as_text, ("聘书编号", "文号", "letter number"), width=18, example="〔2026〕12号"),
)  # fmt: skip
