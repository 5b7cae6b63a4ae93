"""Names as they are heard among people born about 2003-2008; drawn from parts, never whole."""

import random
from itertools import accumulate

from portal.core.names import surname_of

# Rough shares per ten thousand of the population.
_SURNAMES = """
王715 李708 张675 刘538 陈453 杨308 黄223 赵206 吴205 周202 徐166 孙154 马129 朱126 胡131 郭114
何117 林118 高100 罗95 郑93 梁87 谢76 宋73 唐69 许66 邓62 韩61 冯60 曹57 彭56 曾55 肖54 田50
董49 潘48 袁47 蔡46 蒋45 余44 于43 杜42 叶41 程41 魏40 苏40 吕39 丁37 任36 卢35 姚35 沈34
钟33 姜32 崔31 谭31 陆30 范29 汪28 廖28 石27 金27 韦26 贾26 夏25 付25 方24 邹24 熊24 白23
孟23 秦22 邱22 侯21 江21 尹20 薛20 闫20 雷19 龙19 史19 陶18 贺18 毛18 郝17 顾17 龚17 邵16
万16 覃15 武15 钱15 戴15 严14 莫14 孔14 向13 常13 汤12 康12 易12 乔11 赖11 文11 庞10 樊10
兰10 殷9 施9 洪9 翟8 安8 倪8 颜8 牛7 温7 芦6 季6 俞6 章6 鲁6 葛6 伍6 申5 尤5 毕5 聂5 柳5
欧阳6 上官2 司马1 诸葛1 皇甫1 慕容1 夏侯1 令狐1 尉迟1 东方1
"""
_BOTH_FIRST = "子思文一雨晨嘉佳宇天若铭书明清安乐景知星梓世可新家亦春启以"
_MALE_FIRST = _BOTH_FIRST + "浩俊博志建泽皓宏伟鹏振国永少承凯昊瑞旭锦钰立君逸奕鸿云向海"
_MALE_LAST = "轩宇杰豪涛浩然辉鹏飞龙凯阳晨哲霖航睿博文斌强伟超翔洋磊毅峰铭远恒瑞川楠源成泽安康宁"
_FEMALE_FIRST = _BOTH_FIRST + "欣雅诗婉静梦晓语芷依怡悦心婷美慧玉雪秋淑紫冰艺馨娅羽巧月"
_FEMALE_LAST = "涵怡萱婷琪妍雯欣悦彤瑶娜洁颖蕾琳莹慧雪静茹倩薇菲蓉然宁晴媛佳敏钰玥芸岚溪竹"
_MALE_ONE = "浩杰伟鹏磊涛超斌凯帅宇翔阳晨俊峰毅睿博哲"
_FEMALE_ONE = "婷静悦颖娜琳雪倩莹洁敏璐瑶欣慧妍雯蕾丹萌"
_STAFF_MALE = "建国志强文军明伟德海永峰立新宏民华平卫东春林振兴学庆少波"
_STAFF_FEMALE = "丽敏静秀英红霞玲燕芳兰萍梅晓云淑慧娟文琴雅洁艳华"
# Dotted names: own name and father's name (rulebook 6.3).
_DOT_MALE = [
    "艾力",
    "吐尔逊",
    "阿迪力",
    "玉素甫",
    "艾尼瓦尔",
    "库尔班",
    "伊力亚斯",
    "阿里木江",
    "凯撒尔",
]
_DOT_FEMALE = [
    "阿依古丽",
    "古丽娜尔",
    "热依拉",
    "帕提古丽",
    "米热古丽",
    "祖丽皮亚",
    "迪丽努尔",
    "夏依旦",
]
_DOT_FATHER = [
    "买买提",
    "吐尔逊",
    "艾山",
    "玉山",
    "卡迪尔",
    "依明",
    "阿不力孜",
    "热合曼",
    "司马义",
    "托合提",
]


def _surnames() -> tuple[list[str], list[int]]:
    names, weights = [], []
    for word in _SURNAMES.split():
        name = word.rstrip("0123456789")
        names.append(name)
        weights.append(int(word[len(name) :]))
    return names, list(accumulate(weights))


_NAMES, _CUMULATED = _surnames()


class NameMaker:
    """Draws names of 2 to 4 characters, and dotted ones."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def surname(self) -> str:
        return self._rng.choices(_NAMES, cum_weights=_CUMULATED)[0]

    def student(self, is_male: bool) -> str:
        rng = self._rng
        surname = self.surname()
        if rng.random() < (0.12 if len(surname) == 1 else 0.3):
            return surname + rng.choice(_MALE_ONE if is_male else _FEMALE_ONE)
        first = rng.choice(_MALE_FIRST if is_male else _FEMALE_FIRST)
        last = rng.choice(_MALE_LAST if is_male else _FEMALE_LAST)
        # 宇宇 is a pet name; the second character moves on.
        while last == first:
            last = rng.choice(_MALE_LAST if is_male else _FEMALE_LAST)
        return surname + first + last

    def staff(self, is_male: bool) -> str:
        given = self.given(is_male)
        return self.surname() + given

    def given(self, is_male: bool) -> str:
        """As given to people who have grown-up children or posts by now."""
        rng = self._rng
        pool = _STAFF_MALE if is_male else _STAFF_FEMALE
        given = rng.choice(pool)
        if rng.random() < 0.72:
            given += rng.choice(pool.replace(given, ""))
        return given

    def parent(self, child: str, is_male: bool) -> str:
        """A father shares the surname of ``child``; a dotted name ends with the father's own."""
        _own, dot, father = child.partition("\u00b7")
        if dot:
            older = self._rng.choice([name for name in _DOT_FATHER if name != father])
            return f"{father}\u00b7{older}" if is_male else self.dotted(False)
        if not is_male:
            return self.staff(False)
        return surname_of(child) + self.given(True)

    def dotted(self, is_male: bool) -> str:
        own = self._rng.choice(_DOT_MALE if is_male else _DOT_FEMALE)
        father = self._rng.choice([name for name in _DOT_FATHER if name != own])
        return f"{own}\u00b7{father}"
