"""What an import says to people: the names of our columns, examples, and the sentence of every rule."""

from domain import _
from domain.import_fields import LEAD


def label(what, name):
    return (lead_labels() if what == LEAD else product_labels())[name]


def lead_labels():
    return {
        "name": _("Company"),
        "contact_name": _("Contact"),
        "contact_title": _("Job title"),
        "phone": _("Phone"),
        "wechat": _("WeChat"),
        "email": _("E-mail"),
        "credit_code": _("Credit code"),
        "registered_on": _("Registered on"),
        "province": _("Province"),
        "city": _("City"),
        "address": _("Address"),
        "website": _("Website"),
        "industry": _("Industry"),
        "source": _("Source"),
        "budget": _("Budget"),
        "need": _("Need"),
    }


def product_labels():
    return {
        "sku": _("Product code"),
        "name": _("Product name"),
        "price": _("List price with tax"),
        "cost": _("Cost with tax"),
        "tax_rate": _("Tax rate"),
        "category": _("Category"),
        "spec": _("Specification"),
        "unit": _("Unit"),
        "active": _("On sale"),
    }


EXAMPLES = {
    "name": "苏州恒立精密机械制造有限公司", "contact_name": "张经理", "contact_title": "采购经理", "phone": "13812905678",
    "wechat": "hengli-zhang", "email": "zhang@example.com", "credit_code": "91320505MA1WABCD0X", "registered_on": "2026-01-05",
    "province": "江苏", "city": "苏州", "address": "工业园区星湖街 218 号", "website": "www.example.com", "industry": "机械设备",
    "source": "展会", "budget": "20 万", "need": "LD-200 雷达液位计 24 台", "sku": "LD-200", "price": "4,800.00",
    "cost": "3,120.00", "tax_rate": "13%", "category": "液位计", "spec": "0–20 m, 4–20 mA", "unit": "台", "active": "是",
}
PRODUCT_NAME_EXAMPLE = "雷达液位计"


def example(what, name):
    return PRODUCT_NAME_EXAMPLE if what != LEAD and name == "name" else EXAMPLES[name]


def sentence(problem):
    """What a problem says to people. A rule is stored as its name, and after a colon the fact that goes with it."""
    name, _colon, fact = problem.rule.partition(":")
    if name == "taken":
        known, _colon, fact = fact.partition(":")
        return _("Taken all the same. %(reason)s", reason=knowns(fact)[known])
    if name in (told := knowns(fact)):
        return _("Passed over. %(reason)s", reason=told[name])
    if name in (told := remarks(fact)):
        return told[name]
    reason = reasons(fact)[name]
    return reason if problem.refused else _("Left empty: %(reason)s", reason=reason)


def reasons(fact):
    """Why a row was refused."""
    return {
        "required": _("This column may not be empty."),
        "too_many_cells": _("The row has more cells than the header: %(n)s. A text with a comma stands there without quotation marks.",
                            n=fact),
        "too_long": _("Longer than %(n)s characters.", n=fact),
        "control_sign": _("It holds signs that cannot be shown."),
        "scientific": _("Excel turned the number into %(value)s; its last digits are lost.", value=fact),
        "mobile_length": _("A mobile number has 11 digits; this one has %(n)s.", n=fact),
        "phone": _("This is neither a mobile number nor a landline with area code. Foreign numbers start with +."),
        "credit_code_length": _("A credit code has 18 places; this one has %(n)s.", n=fact),
        "credit_code": _("The check digit of the credit code is wrong: a digit is mistyped."),
        "email": _("This is not an e-mail address."),
        "date": _("This is not a date. Write 2026-01-05."),
        "date_order": _("Day or month first? No row of this column proves it. Write 2026-01-05."),
        "money": _("This is not an amount. Write 1234.50."),
        "tax_rate": _("This is not a tax rate. Write 13%%."),
        "yes_or_no": _("Write yes or no."),
        "double_code": _("The same product code stands in row %(n)s already.", n=fact),
    }


def knowns(fact):
    """By what a row is known already: passed over, or taken all the same, as the import has it."""
    return {
        "double": _("The same name stands in row %(n)s.", n=fact),
        "known_lead": _("There is a lead of this name."),
        "known_customer": _("There is a customer of this name."),
        "known_pinyin": _("A lead or customer has this name, one of the two in pinyin."),
        "known_phone": _("A lead or customer has this telephone number."),
        "known_credit_code": _("A lead or customer has this credit code."),
        "known_email": _("A lead or customer has this e-mail address."),
        "known_website": _("A lead or customer has this website."),
    }


def remarks(fact):
    """What was taken with a remark, or left as it was."""
    return {
        "gaps": _("Several blanks in a row became one."),
        "currency": _("The amount has the sign %(sign)s; the figure was taken as yuan, not converted.", sign=fact),
        "unit": _("The shortened amount was written out as %(amount)s.", amount=fact),
        "rounded": _("More than two decimals; rounded to %(amount)s.", amount=fact),
        "usual_rate": _("It says only that tax is due; %(rate)s was taken.", rate=fact),
        "price_is_cost": _("Price and cost come from the same column, so these products have no margin."),
        "double_name": _("The same name stands in row %(n)s, under another code.", n=fact),
        "unchanged": _("Passed over: the product says all this already."),
    }
