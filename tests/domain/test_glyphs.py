"""Rare characters of names and places: each is drawn by a font of the document, or named before anybody prints.

No list of 3,000 rare surnames and places was at hand, so this one is made: characters of surnames and places written down here, then
what GB 2312 of 1980 lacks in Unicode's basic block, every eighth, then Extension A, every fifth, up to 3,000.
"""

import shutil

import pytest

from documents.glyphs import bundled, fallback, missing_glyphs
from documents.printer import ASSETS

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not all(path.exists() for path in ASSETS.values()), reason="static/vendor is not filled"),
    pytest.mark.skipif(not shutil.which("fc-match"), reason="there is no fontconfig"),
]

# Characters of surnames and places that registries and maps really use, many of them found in no font of the nineties.
NAMES = "䶮㛃㙍㭎㸆㺄㻬㽏䁖䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
PLACES = (
    "邨垟坔埗堽塝墉岜岽峁崾崄崀嵊嵖嶅巯浉浬浭涠涢淏淯渌湉湜滆滍漷潏潕潟濉灞犍珲璧甪畈畲盱眙砀碶硚"
    "筇筼箐綦羑耒芷茌荥莒菏菪蓥薳虒蜊蠡衢貤赉跶逯邛邳郃郓郫郯鄄鄞鄢鄱酂酃铚闫阌隰雒霅颍鮀鲘黟黾"
)
BEYOND = (0x20000, 0x2CEA2)  # Extensions B to E


def the_list():
    basic = [chr(code) for code in range(0x4E00, 0x9FA6) if not chr(code).encode("gb2312", "ignore")]
    extension_a = [chr(code) for code in range(0x3400, 0x4DB6)]
    return list(dict.fromkeys([*NAMES, *PLACES, *basic[::8], *extension_a[::5]]))[:3_000]


def test_three_thousand_rare_characters_are_drawn():
    if not fallback():
        pytest.skip("fonts-noto-cjk is not installed")
    assert len(the_list()) == 3_000
    assert missing_glyphs("".join(the_list())) == []


def test_of_the_extensions_beyond_each_character_is_drawn_or_named():
    drawn, asked = bundled() | fallback(), [chr(code) for code in range(*BEYOND)]
    assert missing_glyphs("".join(asked)) == [character for character in asked if ord(character) not in drawn]
    assert not fallback() or len([character for character in asked if ord(character) in drawn]) > 2_000
