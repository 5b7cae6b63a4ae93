"""Columns of a roster (rulebook 6.1 to 6.3, 9.1)."""

from django.utils.translation import gettext_lazy as _

from portal.core.sheets import Column, as_date, as_name, as_text
from students.domain import imports_cells as cells
from students.domain import imports_words as words

COLUMNS = (
    Column("student_no", "学号", cells.read_student_no, ("学生学号", "学籍号", "student number", "student id", "xh"),
           is_required=True, width=14, example="2230514127",
           help=_("Students are recognised by it. Format the column as text.")),
    Column("name", "姓名", as_name, ("学生姓名", "name", "xm"), is_required=True, example="顾言川"),
    Column("sex", "性别", words.read_sex, ("sex", "gender", "性别码"), choices=("男", "女"), width=8, example="男"),
    Column("ethnic_group", "民族", words.read_ethnic_group, ("ethnic group",),
           choices=words.names_of(words.ETHNIC_GROUPS), example="汉族"),
    Column("political_status", "政治面貌", words.read_political_status, ("political status", "zzmm"),
           choices=words.names_of(words.POLITICAL), width=14, example="共青团员",
           help=_("Party members' status of students already known follows the party record, not the file.")),
    Column("born_on", "出生日期", as_date, ("出生年月日", "生日", "date of birth", "born on", "出生年月"), example="2005-03-18"),
    Column("id_number", "身份证号", cells.read_citizen_id,
           ("身份证号码", "身份证", "证件号码", "公民身份号码", "id number"), width=22, is_secret=True,
           help=_("18 characters, kept encrypted. Format the column as text.")),
    Column("college", "学院", as_text, ("所在学院", "院系", "学院名称", "college"), width=20, example="化学工程学院"),
    Column("entry_year", "年级", cells.read_entry_year,
           ("入学年份", "入学年级", "entry year", "cohort", "所在年级"), width=9, example="2023级",
           help=_("Entry year, such as 2023级.")),
    Column("major", "专业", as_text, ("专业名称", "专业代码", "major"), width=20, example="化学工程与工艺",
           help=_("Name or national code.")),
    Column("school_class", "班级", as_text, ("行政班", "行政班级", "班级名称", "class", "所在班级"), width=14, example="化工2301",
           help=_("Name or code of the class. New students need it.")),
    Column("academy", "书院", as_text, ("所在书院", "书院名称", "academy"), width=14, example="明德书院"),
    Column("building", "宿舍楼", as_text, ("楼栋", "宿舍楼栋", "公寓楼", "building"), example="东12舍"),
    Column("room", "房间", as_text, ("宿舍", "寝室", "房间号", "寝室号", "宿舍号", "room"), width=9, example="412"),
    Column("phone", "手机号", cells.read_phone, ("手机", "手机号码", "联系电话", "电话", "phone", "mobile"), width=14,
           example="13800001234"),
    Column("email", "电子邮箱", cells.read_email, ("邮箱", "email", "e-mail"), width=22),
    Column("origin_region", "生源地", cells.read_region, ("生源地代码", "生源地区", "origin place", "origin region"),
           example="610103", help=_("Six digits of GB/T 2260, or a place that begins with its province.")),
    Column("status", "学籍状态", words.read_status, ("状态", "学生状态", "status"),
           choices=words.names_of(words.STATUS), example="在读"),
    Column("moved_on", "异动日期", as_date, ("生效日期", "since", "effective date", "入学日期"), example="",
           help=_("From this day a change of class, academy, room or status counts; blank: the day of the import.")),
)  # fmt: skip

HEADINGS = {column.code: column.heading for column in COLUMNS}
