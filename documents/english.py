"""An amount in English words, as it stands on a bilingual quote: Say RMB One Hundred and 05/100 Only."""

SMALL = (
    "", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve", "Thirteen", "Fourteen",
    "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
)
TENS = ("", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
GROUPS = ((10**12, "Trillion"), (10**9, "Billion"), (10**6, "Million"), (1_000, "Thousand"))


def amount_in_words(fen):
    """Say RMB One Hundred Forty-Eight Thousand Four Hundred Only"""
    yuan, cents = divmod(abs(fen), 100)
    minus = "Minus " if fen < 0 else ""
    return f"Say RMB {minus}{whole_number(yuan) or 'Zero'}{f' and {cents:02}/100' if cents else ''} Only"


def whole_number(number):
    """Words for a whole number; none for 0."""
    words = []
    for size, name in GROUPS:
        count, number = divmod(number, size)
        words += [whole_number(count), name] if count else []
    return " ".join(filter(None, [*words, below_thousand(number)]))


def below_thousand(number):
    hundreds, rest = divmod(number, 100)
    words = [SMALL[hundreds], "Hundred"] if hundreds else []
    if rest < 20:
        return " ".join(filter(None, [*words, SMALL[rest]]))
    return " ".join([*words, "-".join(filter(None, [TENS[rest // 10], SMALL[rest % 10]]))])
