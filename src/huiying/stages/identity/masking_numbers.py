"""Numbers that tell who somebody is or how to reach them, and the numbers of doors.

A rule is written so that a search rejects most places by a look at one character: no case-folding, no leading
look-around, every alternative with a plain first character. Repetitions are bounded, so work grows with the length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from huiying.stages.identity.masking_spans import FILLED, NUMBER, Hidden, Span

#: Something that every rule for numbers needs: five letters or digits, or a sign of an e-mail address.
_ANY = re.compile(r"[0-9A-Za-z](?:(?:[^\w\n]|_){0,2}[0-9A-Za-z*×]){4}|@")
_RUN = re.compile(r"\d[\d \-.·•_()（）*×xX]{5,}")
#: Characters that a rule may look at beyond a run.
_MARGIN = 12
_SEPARATOR = r"[ \-.·•_]"
_YEAR = r"(?=(?:19|20)\d\d[年.\-/])"
_GAP = rf"[^\d\n,，。；;！？!?{FILLED}]"
_MOBILE = re.compile(
    r"1(?:(?<!\d1)|(?<=861))(?:(?<![A-Za-z].)[3-9]\d[*×xX]{4}\d{4}|[3-9]\d{9}(?:1[3-9]\d{9})*"
    rf"|{_SEPARATOR}?[3-9]{_SEPARATOR}?\d(?:{_SEPARATOR}{{0,2}}\d){{8}})(?:(?!\d)|{_YEAR})"
)
_COUNTRY = re.compile(r"(?:\+|00|(?<!\d))86[ \-]{0,2}$")
_LANDLINE = re.compile(
    r"0(?<![\d.]0)(?:(?:\d{3}-{1,3}0)?\d{2,3}(?:[)）][ \-]?|[ \-]{1,3})(?:\d{7,8}|\d{3,4}[ \-]\d{4})"
    r"|(?:10|2\d|[3-9]\d\d)\d{7,8})(?:-\d{1,4}(?![\d\-])|\s?转(?:分机)?\s?\d{1,6})?"
    rf"(?:(?!\d)|{_YEAR})(?![A-Za-z])"
)
_LOCAL = (
    r"(?![48]00|(?:19|20)\d\d[ \-]?(?:19|20)\d\d|20[012]\d[01]\d[0-3]\d)[2-9]\d{2,3}[ \-]?\d{4}(?!\d|[年元万亩平米%])"
)
_LISTED = r"[、/,，或:：（( ]"
_AFTER_CALL = re.compile(
    rf"(?:(?:电话|座机|固话|拨打|致电|来电|热线|手机|号码|联系|TEL|Tel|tel){_GAP}{{0,8}}|{NUMBER}{_LISTED}{{0,2}})"
    rf"(?P<n>{_LOCAL}(?:{_LISTED}{{1,2}}{_LOCAL})*)"
)
_LONG = re.compile(r"\d(?<![\dA-Za-z.]\d)(?:[ \-]{0,2}\d){13,24}(?:[ \-]?[Xx])?(?![\dA-Za-z])")
_UNBROKEN = re.compile(r"\d{14,18}[\dXx]")
_AFTER_ID = re.compile(rf"身份证{_GAP}{{0,10}}(?P<n>\d(?:[ \-]?\d){{13,16}}[ \-]?[\dXx])(?!\d)")
_AFTER_CARD = re.compile(
    rf"(?:卡号|银行卡|存折|账号|账户|帐号|帐户){_GAP}{{0,12}}(?P<n>\d(?:[ \-]{{0,2}}\d){{8,24}})(?!\d)"
)
_ACCOUNT = re.compile(
    r"(?:QQ|qq|Qq|扣扣|微信|薇信|V信|v信|WeChat|Wechat|wechat|vx|VX|wx|WX|支付宝|抖音|快手|微博)"
    r"(?:群号?|号码?|[账帐]号|ID|id)?[是为叫:： “\"(（]{0,3}"
    r"(?P<n>[A-Za-z][A-Za-z0-9_\-]{5,19}|[1-9]\d{4,11}|0{4}-0{8})(?![\dA-Za-z]|[年月元块万])"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+*\-])[A-Za-z0-9._%+*\-]{1,64} ?@ ?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_PLATE = re.compile(
    rf"[A-Za-z](?:(?<=[{_PROVINCES}].)[ ·•.\-]?(?=[A-Za-z]*\d)[A-Za-z0-9]{{4,5}}[A-Za-z0-9挂学警港澳]"
    # Any character may stand for the province (军队, 民航, a slip of the pen), but not before the number of a standard.
    r"|(?<=[一-龥][A-Z])(?<!为.)[ ·•]?(?=(?:[A-Z]*\d){3})(?![BSJGC]\d{4})[A-Z0-9]{5,6})(?![A-Za-z0-9\-])"
)
_AFTER_PLATE = re.compile(
    rf"(?:车牌|牌照|号牌|车号)[^A-Za-z0-9\n，。；{FILLED}]{{0,6}}(?P<n>(?=[A-Z]*\d)[A-Z0-9]{{5,7}})(?![A-Za-z0-9])"
)
#: A plate cut short by stars: what is left of it.
_STARRED_PLATE = re.compile(
    r"(?:车牌|牌照|号牌|车号)号?码?(?:[为是]|[：: ]){0,3}"
    r"(?P<n>[一-龥]?[A-Za-z](?=[A-Za-z0-9·•.\- ]{0,6}[*×])[A-Za-z0-9·•.\- *×]{0,8}[A-Za-z0-9*×][*×]{0,30})"
)
_SERIAL = re.compile(r"(?:编号|编码|单号|订单|发票|文号|注册号|案号|备)[号为是:： ]{0,3}$")
#: Two-digit codes of GB/T 2260.
_PROVINCE_CODES = {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71}
_ID, _OLD_ID, _CARD = 18, 15, range(16, 20)


def numbers(view: str) -> Iterator[Span]:
    """Telephones, identity numbers, cards, accounts, e-mail addresses and plates; spans may overlap."""
    if not _ANY.search(view):
        return
    for rule, kind in (
        (_ACCOUNT, Hidden.ACCOUNT),
        (_AFTER_ID, Hidden.ID_NUMBER),
        (_AFTER_CARD, Hidden.BANK_CARD),
        (_AFTER_CALL, Hidden.PHONE),
        (_AFTER_PLATE, Hidden.PLATE),
        (_STARRED_PLATE, Hidden.PLATE),
    ):
        yield from (Span(*match.span("n"), kind) for match in rule.finditer(view))
    yield from (Span(match.start() - 1, match.end(), Hidden.PLATE) for match in _PLATE.finditer(view))
    if "@" in view:
        yield from (Span(*match.span(), Hidden.EMAIL) for match in _EMAIL.finditer(view))
    for run in _RUN.finditer(view):
        window = max(0, run.start() - 1), run.end() + _MARGIN
        yield from _long_numbers(view, *window)
        yield from _telephones(view, *window)


def _telephones(view: str, start: int, end: int) -> Iterator[Span]:
    for match in _MOBILE.finditer(view, start, end):
        at = match.start()
        country = _COUNTRY.search(view, max(0, at - 7), at)
        if _is_grouped(match[0]) and (country or not view[max(0, at - 1) : at].isdigit()):
            yield Span(country.start() if country else at, match.end(), Hidden.PHONE)
    for match in _LANDLINE.finditer(view, start, end):
        at = match.start()
        if not _SERIAL.search(view, max(0, at - 8), at):
            yield Span(at - (view[at - 1 : at] in {"(", "（"}), match.end(), Hidden.PHONE)


def _is_grouped(number: str) -> bool:
    """Whether the separators part it as people part a telephone number, and not as a row of figures (13.5 14.2)."""
    groups = [len(group) for group in re.split(rf"{_SEPARATOR}+", number)]
    return len(groups) == 1 or max(groups) == 1 or (len(groups) <= 4 and min(groups) >= (3 if "." in number else 2))  # noqa: PLR2004


def _long_numbers(view: str, start: int, end: int) -> Iterator[Span]:
    for match in _LONG.finditer(view, start, end):
        if _SERIAL.search(view, max(0, match.start() - 8), match.start()):
            continue
        for piece in (match, *_UNBROKEN.finditer(view, *match.span())):
            digits = re.sub(r"[ \-]", "", piece[0]).upper()
            if _is_id(digits):
                yield Span(*piece.span(), Hidden.ID_NUMBER)
            elif len(digits) in _CARD and _passes_luhn(digits):
                yield Span(*piece.span(), Hidden.BANK_CARD)


def _is_id(digits: str) -> bool:
    """Whether it is an identity number: a real date and the checksum of GB 11643, or 15 digits with place and date."""
    if len(digits) == _OLD_ID and digits.isdigit():
        return int(digits[:2]) in _PROVINCE_CODES and _is_date("19" + digits[6:12])
    if len(digits) != _ID or not _is_date(digits[6:14]):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
    return "10X98765432"[total % 11] == digits[17]


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _passes_luhn(digits: str) -> bool:
    doubled = (sum(divmod(int(digit) * (1 + at % 2), 10)) for at, digit in enumerate(reversed(digits)))
    return digits.isdigit() and sum(doubled) % 10 == 0


_CELL = "0-9A-Za-z一二三四五六七八九十"
_SEGMENT = re.compile(rf"[{_CELL}][{_CELL}、，,/\-~至和及栋幢棟座单元楼层室房号#弄 负]{{1,80}}")
_SIGNS = frozenset("栋幢棟座楼元室房弄-")
_N = r"(?:[A-Za-z]?\d{1,4}[A-Za-z]?|[一二三四五六七八九十]{1,3})"
_LIST = r"[、，,/\-~至和及]"
_BUILDING = rf"(?:{_N}|[A-Za-z])(?:{_LIST}(?:{_N}|[A-Za-z])){{0,12}}号?(?:[栋幢棟]|#?楼(?<=[号#]楼)|#[栋幢])"
_UNIT = rf" ?{_N}单元"
_FLOOR = rf" ?负?{_N}(?:楼|层(?!的|住|楼|高|电|及|以|为|共|至|、|，))"
_ROOM = r" ?[A-Za-z]?\d{2,5}[A-Za-z]?(?:号?[室房]|号)?(?![\d年月日元户人万平多余㎡米个名层楼%.]|[A-Za-z])"
_SMALL_ROOM = r" ?\d{1,4}号(?![\d楼栋线机电门井])"
_ROOMS_OF_IT = rf"{_ROOM}(?:、{_ROOM}(?![栋幢棟单#\-])){{0,30}}"
_ESTATE = "第区园苑庄城寓府厦村邸墅院里座期家都湾景"
_DOOR = re.compile(
    rf"(?<![{_CELL}])(?:(?P<building>{_BUILDING}|[A-Za-z]\d?座)"
    rf"(?P<more>(?:{_UNIT})?(?:{_FLOOR})?(?:{_ROOMS_OF_IT}|{_SMALL_ROOM})?)"
    rf"|{_UNIT}(?:{_FLOOR})?(?:{_ROOM})?"
    r"|[A-Za-z]?\d{1,2}(?:-\d{1,2}){1,2}-\d{3,4}(?![\d\-年.])"
    rf"|[A-Za-z]?\d{{3,4}}(?:{_LIST}[A-Za-z]?\d{{3,4}})*(?:号?室|号?房(?![型价源产贷款屋地租]))"
    r"|\d{1,5}弄(?:\d{1,4}号)?"
    rf"|(?<=[{_ESTATE}])[A-Za-z]?\d{{1,3}}-\d{{3,4}}(?![\d\-年元平.]))"
)
_STREET = re.compile(
    r"[路街巷弄里道村坊段屯庄苑城府同院区园寓厦场桥冲湾岭组坡][东西南北中]? ?"
    r"(?P<n>附?[A-Z]?\d{1,5}(?:[\-之]\d{1,4})?号(?:附?\d{1,3}号|之[一二三四五六七八九十\d]{1,2})?"
    r"(?:[、，,和及]\d{1,5}号)*)(?![线令文公台机出楼栋])"
)
_STREET_IN_WORDS = re.compile(
    r"[路街巷弄坊桥][东西南北中]?(?P<n>[一二三四五六七八九十]{1,3}号)(?![线令文公台机出楼栋桥井门坑泵闸站地工标路干墩支])"
)
#: Rooms told one after another, without a word for room.
_ROOMS = re.compile(
    r"[1-9](?<![\dA-Za-z.、:：路线]\d)\d{0,2}(?:0[1-9]|[12]\d)(?:、[1-9]\d{0,2}(?:0[1-9]|[12]\d)){2,60}"
    r"(?!\d|、\d|[路线元年米平亩户人万国省县乡条]|公交|[A-Za-z.])"
)
_YEARS = re.compile(r"(?:(?:19|20)\d\d、?)+")
_COUNTED = re.compile("(?:[共有建盖约近达仅余多拆造剩含计总几变每][了的为]?|变成)$")
_COUNTS = re.compile(
    "房(?![顶东主间号])|楼(?![上下顶道梯层间栋宇])|别墅|厂房|宿舍|民房|安置|电梯房|步梯|建筑|独|联排"
    "|(?P<kind>住宅|高层|公寓|多层|洋房|小高|办公|危)"
)
_COUNT = re.compile(r"(?:\d+|[一二三四五六七八九十]+)[栋幢棟]")
#: Numerals that count more often than they name: 一栋, 三四栋.
_FEW = re.compile(r"(?:一|[一二三四五六七八九]{2})[栋幢棟]")
_OF_RESIDENTS = re.compile("(?:全体|的)?(?:业主|居民|住户|楼[上下顶])")
_BEFORE_FEW = frozenset("这那哪前后占起修卖租供给数两半整的了")
_AFTER_FEW = re.compile(r"[高近几为组塘屋村\d一二三四五六七八九十]")
#: A part of the estate, said before the building's number: 新6栋.
_PART = re.compile("[新东西南北](?<![最重全更创城河江湖山海广路街].)$")


def doors(view: str) -> Iterator[Span]:
    """House, building, unit and room numbers; not counts of buildings, lines of the underground, dates or notices."""
    for rule in (_STREET, _STREET_IN_WORDS):
        yield from (Span(*match.span("n"), Hidden.DOOR) for match in rule.finditer(view))
    for rooms in _ROOMS.finditer(view) if "、" in view else ():
        if not _YEARS.fullmatch(rooms[0]):
            yield Span(*rooms.span(), Hidden.DOOR)
    for segment in _SEGMENT.finditer(view):
        if _SIGNS.isdisjoint(segment[0]):
            continue
        for match in _DOOR.finditer(view, segment.start(), segment.end() + 2):
            start, end = match.span()
            if not match["building"] or match["more"] or not _is_count(view, start, end):
                part = match["building"] and _PART.search(view, max(0, start - 1), start)
                yield Span(start - bool(part), end, Hidden.DOOR)


def _is_count(view: str, start: int, end: int) -> bool:
    """Whether a bare 3栋 says how many: 共3栋, 3栋别墅, 一栋."""
    if _COUNTED.search(view, max(0, start - 2), start):
        return True
    before = view[start - 1] if start else ""
    if not _COUNT.fullmatch(view, start, end):
        return False
    names_one = (before and before in _ESTATE) or view[max(0, start - 2) : start] == "栋和"
    counts = _COUNTS.match(view, end)
    if counts and before != "第" and (counts["kind"] or not names_one):
        return True
    if view[start].isdecimal() or names_one or _OF_RESIDENTS.match(view, end):
        return False
    if _FEW.fullmatch(view, start, end):
        return True
    return before in _BEFORE_FEW or bool(_AFTER_FEW.match(view, end))
