"""The masked copy: what is hidden, what is not, and that hiding is final. All people and numbers are invented."""

from __future__ import annotations

import csv
import gzip
import random
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.stages.identity.masking import Hidden, find, mask
from shared_data import shared


def rows(table: str) -> list[tuple[str, str]]:
    pairs = [line.split(" → ") for line in table.strip().splitlines()]
    return [(text.strip(), masked.strip()) for text, masked in pairs]


NUMBERS = """
请打13800138000找我 → 请打〔电话〕找我
手机：１３８００１３８０００ → 手机：〔电话〕
+86 138-0013-8000，谢谢 → 〔电话〕，谢谢
008613800138000 → 〔电话〕
86-13800138000 → 〔电话〕
138 0013 8000 → 〔电话〕
138.0013.8000 → 〔电话〕
138－0013—8000 → 〔电话〕
1 3 8 0 0 1 3 8 0 0 0 → 〔电话〕
138****8000 → 〔电话〕
13800138000、13900139000 → 〔电话〕、〔电话〕
138001380002016年8月 → 〔电话〕2016年8月
010-12345678 → 〔电话〕
0591-87654321转123 → 〔电话〕
（0591）87654321 → 〔电话〕
059187654321 → 〔电话〕
0000-00000000 → 〔电话〕
联系电话：87654321 → 联系电话：〔电话〕
请致电8765432。 → 请致电〔电话〕。
电话13800138000、87654321 → 电话〔电话〕、〔电话〕
身份证号11010519491231002X → 身份证号〔身份证号〕
１１０１０５１９４９１２３１００２Ｘ → 〔身份证号〕
110105 19491231 002x → 〔身份证号〕
身份证：110105194912310021 → 身份证：〔身份证号〕
110105491231002 → 〔身份证号〕
车牌京A·12345 → 车牌〔车牌〕
闽AD12345违停 → 〔车牌〕违停
沪A D1234挂 → 〔车牌〕
一辆粤B12345的车 → 一辆〔车牌〕的车
4111111111111111 → 〔银行卡〕
4111 1111 1111 1111 → 〔银行卡〕
卡号6222020000000000123 → 卡号〔银行卡〕
账户：1234567890 → 账户：〔银行卡〕
邮箱xiao.ming@example.com → 邮箱〔邮箱〕
xiao＠example．com → 〔邮箱〕
QQ：12345678 → QQ：〔账号〕
微信号abc_12345 → 微信号〔账号〕
支付宝账号：xiaoming88 → 支付宝账号：〔账号〕
0731——0000-00000000 → 〔电话〕
0731—0000—00000000 → 〔电话〕
车牌号：楚mc**** → 车牌号：〔车牌〕
车牌号为闽A·1**45的车 → 车牌号为〔车牌〕的车
"""

NAMES = """
我叫王小明，住在这里 → 我叫〔姓名〕，住在这里
我是欧阳小明的邻居 → 我是〔姓名〕的邻居
本人李明，今年六十岁 → 本人〔姓名〕，今年六十岁
姓名：张三 → 姓名：〔姓名〕
联系人 王五 → 联系人 〔姓名〕
投诉人：赵小红，女 → 投诉人：〔姓名〕，女
举报人：于海 → 举报人：〔姓名〕
户主刘大柱不同意 → 户主〔姓名〕不同意
陈先生反映噪声 → 〔姓名〕先生反映噪声
尊敬的胡书记：您好 → 尊敬的〔姓名〕书记：您好
尊敬的向局长：您好 → 尊敬的〔姓名〕局长：您好
是高老师说的 → 是〔姓名〕老师说的
司马女士来过 → 〔姓名〕女士来过
校长王小明收费 → 校长〔姓名〕收费
村支书郭建国不管 → 村支书〔姓名〕不管
熊志强副局长 → 〔姓名〕副局长
张某某打人 → 〔姓名〕打人
业主何某 → 业主〔姓名〕
王总不接电话 → 〔姓名〕总不接电话
一个姓黄的老板 → 一个姓〔姓名〕的老板
老板叫陆晓琳 → 老板叫〔姓名〕
老陈说不行 → 老〔姓名〕说不行
张伟、李娜和王芳等人 → 〔姓名〕、〔姓名〕和〔姓名〕等人
原告：龙飞，男 → 原告：〔姓名〕，男
曾 彬 13800138000 → 〔姓名〕 〔电话〕
包工头黄俊不付钱，黄俊跑了 → 包工头〔姓名〕不付钱，〔姓名〕跑了
现场负责人（李工：13800138000） → 现场负责人（〔姓名〕工：〔电话〕）
彭某三次沟通未果 → 〔姓名〕三次沟通未果
后来李某（房东）又来了 → 后来〔姓名〕（房东）又来了
伍某及其母亲廖某 → 〔姓名〕及其母亲〔姓名〕
儿子阳某上学 → 儿子〔姓名〕上学
找龚某人理论 → 找〔姓名〕理论
趙某借走了钱 → 〔姓名〕借走了钱
罗某良被打 → 〔姓名〕被打
朱姓业主不同意 → 〔姓名〕业主不同意
股东何俊、何绢、栗永三人 → 股东〔姓名〕、〔姓名〕、〔姓名〕三人
举报：麻旭宗、谭礼永二人 → 举报：〔姓名〕、〔姓名〕二人
被陈波打了，村民陈波是邻居 → 被〔姓名〕打了，村民〔姓名〕是邻居
（田学明，今年62岁） → （〔姓名〕，今年62岁）
储吉永，电话不便公开 → 〔姓名〕，电话不便公开
尹红 身份证在我这里 → 〔姓名〕 身份证在我这里
周海波，男，45岁 → 〔姓名〕，男，45岁
包工头张建跑了 → 包工头〔姓名〕跑了
包工头石大军跑了 → 包工头〔姓名〕跑了
法人代表田大勇不管 → 法人代表〔姓名〕不管
老板龙伟强不给钱 → 老板〔姓名〕不给钱
邻居康建军打我 → 邻居〔姓名〕打我
导游易小玲强迫购物 → 导游〔姓名〕强迫购物
镇政府办公室田处长 → 镇政府办公室〔姓名〕处长
纪检组石科长 → 纪检组〔姓名〕科长
找这位万主席 → 找这位〔姓名〕主席
"""

DOORS = """
住3栋2单元501室 → 住〔门牌〕
12号楼漏水 → 〔门牌〕漏水
A3栋的电梯 → 〔门牌〕的电梯
G2栋320违建 → 〔门牌〕违建
3、5、7栋业主 → 〔门牌〕业主
十二栋业主 → 〔门牌〕业主
幸福小区一栋二单元 → 幸福小区〔门牌〕
幸福花园5-2-301 → 幸福花园〔门牌〕
和平路394号门前 → 和平路〔门牌〕门前
建设路12号、14号 → 建设路〔门牌〕
新村5弄12号 → 新村〔门牌〕
和平路394号3栋501 → 和平路〔门牌〕
501房开麻将馆 → 〔门牌〕开麻将馆
A座1203 → 〔门牌〕
a7栋5号漏水 → 〔门牌〕漏水
Ａ６栋 → 〔门牌〕
d05栋后面 → 〔门牌〕后面
A栋电梯房 → 〔门牌〕电梯房
新6栋的垃圾站 → 〔门牌〕的垃圾站
西7栋68户 → 〔门牌〕68户
住在六栋的人 → 住在〔门牌〕的人
十六栋架空层 → 〔门牌〕架空层
1、2、12栋 → 〔门牌〕
201、202、203、204四户 → 〔门牌〕四户
9栋106、108号门面 → 〔门牌〕门面
1栋101、12栋202 → 〔门牌〕、〔门牌〕
和平桥二号的房子 → 和平桥〔门牌〕的房子
解放街二十三号 → 解放街〔门牌〕
"""

LEFT_ALONE = """
各位老师 班主任没来 物业经理不管 村书记 市长您好 提高老师待遇 提高工资 由于老师不在 对于老师 向局长反映 一张票 两张表
嚣张的气焰 在黄河边 万元户 高中老师 任何主任 过马路 周边居民 何时解决 全体业主 安全隐患 公安局长 方便群众 常年积水
从不处理 应该管 为何不管 有关部门 和谐社会 明明说好 成立业委会 江边散步 白天施工 文明城市 平时停水 强烈要求 金额巨大
经常停电 那时候 黄兴路上 刘家湾 陈家桥小学 习近平总书记 感谢政府 师傅说 工程师 许多人 曾经来过 其余住户 项目经理
双方校长 共32栋 有3栋 一栋楼 几栋房子 地铁8号线 5月3号 10号公告 国道319 12号台风 中山路3号线 2019-01-02 2015-2018年
8栋别墅 12345热线 拨打110 投资87654321元 编号：0000-00000000 4111111111111112 110105194912310021
共有12345678人 GB50096-2011 第3章 3.5元 13.5,14.2 微信公众号xiaoming8 QQ群里 2018年12月 1234567890123 400-123-4567
两栋 每栋 每一栋楼顶 共六栋 六栋住宅 这三栋 三四栋 二栋二层楼房 小区10栋住宅业主 小区4栋高层 1栋公寓变2栋 建筑共为5栋
2015、2016、2017年 乘201、202、203路 和平路二号线 长江路二号桥 某人 某公司 许多某某小区 钱根本拿不到 海林馨香雅苑
司马昭之心 巴黎春天小区长期停水 盛世花园长期停水 开发商某位领导 我是万润滨江业主 销售顾问花言巧语 麦德龙超市
白沙、春华、高桥、福临 上岭桥、阳山观、石桥 市长盛庭岚小区
"""


@pytest.mark.parametrize(("text", "masked"), rows(NUMBERS) + rows(NAMES) + rows(DOORS))
def test_what_tells_who_somebody_is_becomes_a_token(text: str, masked: str) -> None:
    assert mask(text).text == masked
    assert mask(masked).text == masked


@pytest.mark.parametrize("text", LEFT_ALONE.split())
def test_ordinary_words_and_figures_stay(text: str) -> None:
    assert mask(text).text == text


def test_spans_are_in_the_original_text() -> None:
    text = "我叫王小明，手机１３８００１３８０００，住3栋501。"
    shown = [(text[span.start : span.end], span.kind) for span in find(text)]
    assert shown == [("王小明", Hidden.NAME), ("１３８００１３８０００", Hidden.PHONE), ("3栋501", Hidden.DOOR)]
    assert mask(text).spans == find(text)


def test_nothing_is_found_in_nothing() -> None:
    assert mask("") == mask("", [""])
    assert mask("路灯坏了。", ["", "无", " ", "匿名"]).text == "路灯坏了。"


KNOWN = [
    ("于晓来过", "于晓", "〔联系信息〕来过"),
    ("于 晓 来过", "于晓", "〔联系信息〕 来过"),
    ("找于老师", "于晓", "找〔姓名〕老师"),
    ("由于老师不在", "于晓", "由于老师不在"),
    ("和于某吵架", "于晓先生", "和〔姓名〕吵架"),
    ("于女士", "于先生", "〔姓名〕女士"),
    ("请回1380-013-8000", "13800138000", "请回〔联系信息〕"),
    ("138，0013，8000", "138-0013-8000", "〔联系信息〕"),
    ("打８７６５４３２１", "87654321", "打〔联系信息〕"),
    ("0591-87654321", "87654321", "〔电话〕"),
    ("打87654321或13900139000", "13900139000、87654321", "打〔联系信息〕或〔联系信息〕"),
    ("我家在某镇幸福里 三排东头", "某镇幸福里三排东头", "我家在〔联系信息〕"),
    ("楼上3栋501和4栋501吵", "幸福小区3栋501", "楼上〔联系信息〕和〔门牌〕吵"),
    ("13栋501", "幸福小区3栋501", "〔门牌〕"),
    ("MING@Example.com", "ming@example.com", "〔联系信息〕"),
    ("拨打12345", "12345", "拨打12345"),
    ("仓山区的路灯", "仓山区", "仓山区的路灯"),
    ("于副局长", "于晓", "〔姓名〕副局长"),
]


@pytest.mark.parametrize(("text", "field", "masked"), KNOWN)
def test_the_contents_of_the_contact_fields_are_hidden(text: str, field: str, masked: str) -> None:
    assert mask(text, [field]).text == masked
    assert mask(masked, [field]).text == masked


@pytest.mark.parametrize(
    "unit", ["1", "王", "刘明", "1-", "1、", "电话", "3栋", "路1号", "a", "@", "13800138000", " ", "村民陈", "〔"]
)
def test_long_monotonous_text_is_no_trouble(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    known = ["13800138000", "王小明", "幸福路1号3栋"]
    masked = mask(text, known).text
    assert mask(masked, known).text == masked


def test_ten_thousand_different_names_are_no_trouble() -> None:
    given_names = [chr(code) + chr(code + 1) for code in range(0x4E00, 0x4E00 + 10_000)]
    assert "〔姓名〕" in mask("，".join(f"村民陈{name}" for name in given_names)).text


PIECES = [
    *(
        "王小明",
        "陈先生",
        "刘建国",
        "欧阳",
        "于海",
        "张",
        "书记",
        "老师",
        "某",
        "总",
        "副",
        "工",
        "我叫",
        "姓名",
        "村民",
        "姓",
        "老",
        "小",
    ),
    *(
        "13800138000",
        "1380013",
        "0591-87654321",
        "87654321",
        "转12",
        "电话",
        "拨打",
        "QQ",
        "卡号",
        "身份证",
        "110105194912310021",
    ),
    *(
        "3栋",
        "2单元",
        "501室",
        "12号",
        "号楼",
        "路",
        "小区",
        "A",
        "二",
        "共",
        "月",
        "线",
        "京A12345",
        "a.b@example.com",
        "@",
        "86",
        "+",
    ),
    *(
        "〔电话〕",
        "〔姓名〕",
        "〔门牌〕",
        "〔联系信息〕",
        "〔",
        "〕",
        "：",
        "、",
        "，",
        " ",
        "。",
        "和",
        "（",
        "）",
        "-",
        "—",
        "·",
        "*",
        "0",
        "１",
        "\n",
    ),
]
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=16).map("".join), st.text(max_size=60))
FIELDS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=3)


@given(TEXTS, FIELDS)
@settings(max_examples=400, deadline=None)
def test_masking_again_changes_nothing(text: str, known: list[str]) -> None:
    masked = mask(text, known)
    assert mask(masked.text, known).text == masked.text
    ends = [0, *(span.end for span in masked.spans)]
    assert all(end <= span.start < span.end <= len(text) for end, span in zip(ends, masked.spans, strict=False))


PHONES = st.from_regex(r"1[3-9][0-9]{9}|[2-9][0-9]{6,7}|0[1-9][0-9]{9}", fullmatch=True)
GAPS = st.sampled_from(["", "", "-", " ", "—", "·", ". ", "（", "，", " - "])


@given(TEXTS, TEXTS, PHONES, st.lists(GAPS, min_size=11, max_size=11), st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_known_phone_survives(before: str, after: str, phone: str, gaps: list[str], wide: bool) -> None:  # noqa: FBT001
    digits = [chr(ord(digit) + 0xFEE0) if wide else digit for digit in phone]
    written = "".join(digit + gap for digit, gap in zip(digits, gaps, strict=False))
    masked = unicodedata.normalize("NFKC", mask(f"{before}{written}{after}", [phone]).text)
    assert not re.search(r"[^\w〔〕]{0,3}".join(phone), masked)


def test_masking_real_messages_is_final() -> None:
    with gzip.open(shared("data/tipdm_c/hot_messages.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        messages = [row["title"] + "\n" + row["body"] for row in csv.DictReader(file)]
    for text in random.Random(7).sample(messages, 300):  # noqa: S311
        masked = mask(text).text
        assert mask(masked).text == masked
