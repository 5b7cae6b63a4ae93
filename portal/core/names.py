"""Chinese personal names: normal form, sort keys and masking (rulebook 6.3)."""

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict

# Middle dots that people type or that other systems export; the normal form is U+00B7.
_DOTS = "\u2022\u30fb\uff0e\u2027\u2219\u22c5\u25cf\uff65"
_DOT_TABLE = {ord(dot): "\u00b7" for dot in _DOTS}
# One Han character, or a run of anything else such as a Latin word.
_PIECES = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]|[^\u3400-\u9fff\U00020000-\U0003ffff]+")
COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "皇甫",
        "慕容",
        "夏侯",
        "东方",
        "尉迟",
        "长孙",
        "南宫",
        "令狐",
        "公孙",
        "宇文",
        "司徒",
        "独孤",
    ]
)
# Readings that differ when the character is a surname.
_SURNAME_READINGS = {
    "单": "shan", "解": "xie", "任": "ren", "曾": "zeng", "查": "zha", "仇": "qiu", "区": "ou",
    "朴": "piao", "盖": "ge", "缪": "miao", "覃": "qin", "尉迟": "yu chi", "长孙": "zhang sun",
    "翟": "zhai", "乐": "yue", "召": "shao", "卜": "bu", "万俟": "mo qi", "冼": "xian",
}  # fmt: skip
load_phrases_dict({"令狐": [["líng"], ["hú"]]})


def normal_name(raw: str) -> str:
    """Trimmed NFKC form with U+00B7 as the only middle dot and no inner runs of spaces."""
    text = unicodedata.normalize("NFKC", raw.translate(_DOT_TABLE)).translate(_DOT_TABLE)
    return " ".join(text.split())


@lru_cache(maxsize=65536)
def _reading(text: str) -> tuple[str, ...]:
    return tuple(part for part in lazy_pinyin(text, style=Style.NORMAL) if part.strip())


def _readings(text: str) -> list[str]:
    """Character by character: a given name is no phrase, and 50,000 names share few characters."""
    if text.isascii():
        return list(_reading(text))
    return [part for piece in _PIECES.findall(text) for part in _reading(piece)]


def surname_of(name: str) -> str:
    """Family name: compound surnames kept whole; the first part of a dotted name."""
    if "\u00b7" in name:
        return name.split("\u00b7", 1)[0]
    return name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[:1]


def name_keys(name: str) -> tuple[str, str]:
    """(pinyin with spaces, initials) for sorting and search, both lower case."""
    surname = surname_of(name)
    if name[:1].isascii():
        pinyin, initials = _keys(name)
        return pinyin[:120], initials[:40]
    head, rest = _surname_keys(surname), _keys(name[len(surname) :])
    both = f"{head[0]} {rest[0]}" if rest[0] else head[0]
    return both[:120], (head[1] + rest[1])[:40]


@lru_cache(maxsize=4096)
def _surname_keys(surname: str) -> tuple[str, str]:
    known = _SURNAME_READINGS.get(surname)
    return _joined(_readings(surname) if known is None else known.split())


@lru_cache(maxsize=65536)
def _keys(text: str) -> tuple[str, str]:
    """Given names repeat far more often than whole names."""
    return _joined(_readings(text))


def _joined(parts: list[str]) -> tuple[str, str]:
    words = [part.lower() for part in parts if part not in {"\u00b7", " "}]
    return " ".join(words), "".join(word[0] for word in words)


def masked_name(name: str) -> str:
    """张* · 欧阳** · first part of a dotted name (rulebook 6.3)."""
    surname = surname_of(name)
    return (
        surname + "*" * max(1, len(name) - len(surname)) if "\u00b7" not in name else surname + "·*"
    )


def masked_phone(phone: str) -> str:
    """138****1234 (rulebook 8.2)."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "*" * len(phone)


def masked_email(address: str) -> str:
    """g***@example.edu.cn: first letter and domain."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}" if address else ""


def masked_id_number(number: str) -> str:
    """610***********1234 (rulebook 8.2)."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
