"""Words that company names (企业名称) are put together from: places, trades and legal forms; signs that say nothing."""

import re
from functools import cache
from pathlib import Path

PLACES = Path(__file__).with_name("places.txt")  # of the administrative divisions: short names, counties, full name:short name
LONGEST_PLACE = 15
SHORT_PLACES = set("京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤川琼藏青宁深穗杭甬蓉")
ZONES = (
    "经济技术开发区", "高新技术产业开发区", "高新技术开发区", "经济开发区", "高新区", "开发区", "保税区", "自贸区", "工业园区", "新区",
)

FORM = re.compile(r"(?:股份)?(?:有限)?(?:责任)?(?<![分支])总?公司")
FORM_WORDS = {"有限合伙", "普通合伙", "特殊普通合伙", "个人独资", "有限责任", "股份", "有限公司"}
PARTNERSHIP = re.compile(r"合伙企业(?:有限合伙|普通合伙)?$")
GROUP = re.compile(r"(?:控股)?集团(?:控股)?$")
LOOSE = re.compile(r"(?:股份|集团|公司)$")  # what a short name ends with in place of its form
BRANCH = re.compile(
    r"(?:分公司|支公司|办事处|分店|分部|分校|分行|支行|分院|分厂|营业部|营业厅|营业所|门市部|经营部|服务部|代办所|项目部)$"
)
LISTED = re.compile(r"^(?:\*?st|s\*?st|xd|dr|n)(?=[\u3400-\u9fff])|[-]?[abuwr]$|退$")  # what an exchange adds to a short name
ENGLISH_FORM = re.compile(r"(?:co\.?,?\s*)?(?:ltd|limited|inc|llc|corp|corporation|company|group)\b\.?", re.IGNORECASE)
SPOKEN_FORM = re.compile(r"(?:jituan)?(?:(?:gufen)?(?:youxian)?(?:zeren)?gongsi)?$")
SPOKEN_LEVELS = ("", "sheng", "shi", "xian", "qu", "zhou", "meng")
NUMERALS = set("0123456789〇一二三四五六七八九十百千万壹贰叁甲乙丙丁东西南北中上下新老大小")

TRADES = set(Path(__file__).with_name("trades.txt").read_text(encoding="utf-8").split())  # words of 行业, as names use them
LONGEST_TRADE = max(map(len, TRADES))


@cache
def places():
    """{a place as it is written at the beginning of a name: its short name}"""
    short, counties, full = PLACES.read_text(encoding="utf-8").splitlines()
    written = dict.fromkeys(ZONES, "")
    for place in short.split():
        written |= {place + suffix: place for suffix in ("", "市", "省", "地区", "盟", "州")}
    written |= {county: county[:-1] for county in counties.split()}
    return written | dict(pair.split(":") for pair in full.split())


def is_trade(words):
    """Whether a piece of a name is made of trade words and nothing else."""
    if not words:
        return False
    ends = {0}
    for start in range(len(words)):
        if start in ends:
            ends |= {end for end in range(start + 1, min(start + LONGEST_TRADE, len(words)) + 1) if words[start:end] in TRADES}
    return len(words) in ends


def begins_trade(words):
    return any(words[:length] in TRADES for length in range(2, min(LONGEST_TRADE, len(words)) + 1))
