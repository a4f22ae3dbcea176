"""Rare characters of names and places: each is drawn by a font of the document, or named before anybody prints.

No list of 3,000 rare surnames and places was at hand, so this one is made: characters of surnames, places and companies written down
here, then what GB 2312 of 1980 lacks in Unicode's basic block, every eighth, then Extension A, every fifth, up to 3,000.
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
# What GB 2312 lacks of the names of some 180,000 companies, as they were registered.
COMPANIES = (
    "乂伈伝侶俍俫俵倧倻偀偲億冨劦劼勍卬叆咁咡咥唻啓啟啰喆嘚嚞嚟囍囧囷坣坲垚垟垵埇埗埫埼堃堉堌堽塆塭墡壵奧奭妘妧婄婳婼媂媄媞嬛嬢孖宬尨屾岞"
    "岦岼峖峘峯崀崑崟崯嵿嶒弎彧徍徤徳忞忶恏惇愽憶戉扐拤採旲旸旻旼昇昉昘昜晅晞暘曌朤杍杙杤東栢桯椑楍楟楪業槃槺樑樣橞氿汭汼沄沨沺泃泇洣洸洺"
    "浉浐浛浤浭涢淏淩淯渼湉湑湧湲溙滘潽澋澔澛澥澴濛瀍炘炟烜烺焜煋煕燊燚燿牁牂牤犇猇玒玙玥玬玹珅珣珪珮珰珵珹珺琇琍琎琒琓琞琭琯琸琻瑀瑄瑑瑢"
    "瑧璂璗璟甪當疍發皊皕眀瞭砡砳硚碁碶祎祐禛秝秾穂竑竜筜筼箎粿縢纮義羴翀翃翙翺聖脩興艅艎芃芶苪苸苼莊菓華萓萬葉蓆蘭號褀訸豐赑赟車辻逹郃鄠"
    "醖鈊鈺銘鋆錩鍇锜锳镈镕陞雲靑韻順飏餸馫驲骉鮀鱻鳯鹍龍"
)
BEYOND = (0x20000, 0x2CEA2)  # Extensions B to E


def the_list():
    basic = [chr(code) for code in range(0x4E00, 0x9FA6) if not chr(code).encode("gb2312", "ignore")]
    extension_a = [chr(code) for code in range(0x3400, 0x4DB6)]
    return list(dict.fromkeys([*NAMES, *PLACES, *COMPANIES, *basic[::8], *extension_a[::5]]))[:3_000]


def test_three_thousand_rare_characters_are_drawn():
    if not fallback():
        pytest.skip("fonts-noto-cjk is not installed")
    assert len(the_list()) == 3_000
    assert missing_glyphs("".join(the_list())) == []


def test_of_the_extensions_beyond_each_character_is_drawn_or_named():
    drawn, asked = bundled() | fallback(), [chr(code) for code in range(*BEYOND)]
    assert missing_glyphs("".join(asked)) == [character for character in asked if ord(character) not in drawn]
    assert not fallback() or len([character for character in asked if ord(character) in drawn]) > 2_000
