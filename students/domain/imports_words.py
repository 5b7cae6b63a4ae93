"""Words of the school offices and the codes they stand for (rulebook 6.1, 6.4)."""

from portal.core.sheets import Choice

# Code → its words, the one to show first.
Words = dict[str, tuple[str, ...]]

SEX: Words = {"1": ("男", "男性", "male", "m"), "2": ("女", "女性", "female", "f"),
       "0": ("未知", "未知的性别"), "9": ("未说明", "未说明的性别")}  # fmt: skip

# GB/T 3304-1991 in the order of its numbers 01 to 56.
_GROUPS = (  # noqa: SIM905
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 "
    "东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 "
    "俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
).split()
ETHNIC_GROUPS: Words = {
    **{f"{number:02}": (f"{short}族", short) for number, short in enumerate(_GROUPS, start=1)},
    "97": ("其他", "未识别民族"),
    "98": ("外国血统中国籍人士", "外国血统"),
}

POLITICAL: Words = {
    "01": ("中共党员", "中国共产党党员", "党员", "正式党员"),
    "02": ("中共预备党员", "中国共产党预备党员", "预备党员"),
    "03": ("共青团员", "中国共产主义青年团团员", "团员"),
    "04": ("民革党员", "民革会员", "中国国民党革命委员会会员"),
    "05": ("民盟盟员", "中国民主同盟盟员"),
    "06": ("民建会员", "中国民主建国会会员"),
    "07": ("民进会员", "中国民主促进会会员"),
    "08": ("农工党党员", "中国农工民主党党员"),
    "09": ("致公党党员", "中国致公党党员"),
    "10": ("九三学社社员",),
    "11": ("台盟盟员", "台湾民主自治同盟盟员"),
    "12": ("无党派人士", "无党派民主人士"),
    "13": ("群众", "普通公民"),
}

STATUS: Words = {
    "01": ("在读", "在校", "在籍", "正常", "注册", "延长学习年限", "退学警告", "未注册"),
    "02": ("休学",),
    "03": ("退学",),
    "04": ("停学",),
    "05": ("复学",),
    "06": ("流失",),
    "07": ("毕业",),
    "08": ("结业",),
    "09": ("肄业",),
    "10": ("转学", "转学（转出）", "转出"),
    "11": ("死亡",),
    "12": ("保留入学资格", "应征入伍新生保留入学资格"),
    "13": ("公派出国", "保留学籍（交流学习）"),
    "14": ("开除", "开除学籍"),
    "15": ("下落不明",),
    "99": ("其他", "保留学籍", "保留学籍（参军）"),
}

# GB/T 2260, first two digits.
PROVINCES = {
    "北京": "11", "天津": "12", "河北": "13", "山西": "14", "内蒙古": "15", "辽宁": "21",
    "吉林": "22", "黑龙江": "23", "上海": "31", "江苏": "32", "浙江": "33", "安徽": "34",
    "福建": "35", "江西": "36", "山东": "37", "河南": "41", "湖北": "42", "湖南": "43",
    "广东": "44", "广西": "45", "海南": "46", "重庆": "50", "四川": "51", "贵州": "52",
    "云南": "53", "西藏": "54", "陕西": "61", "甘肃": "62", "青海": "63", "宁夏": "64",
    "新疆": "65", "台湾": "71", "香港": "81", "澳门": "82",
}  # fmt: skip

read_sex = Choice(SEX)
read_ethnic_group = Choice(ETHNIC_GROUPS, width=2)
read_political_status = Choice(POLITICAL, width=2)
read_status = Choice(STATUS, width=2)

_SHOWN: dict[str, Words] = {
    "sex": SEX,
    "ethnic_group": ETHNIC_GROUPS,
    "political_status": POLITICAL,
    "status": STATUS,
}


def shown(field: str, code: str | None) -> str:
    """The word for a code in previews; the value itself for fields without codes."""
    words = _SHOWN.get(field, {}).get(code or "")
    return words[0] if words else (code or "—")


def names_of(words: Words) -> tuple[str, ...]:
    """First names, for drop-downs."""
    return tuple(one[0] for one in words.values())
