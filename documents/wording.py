"""The printed words of a document, in Chinese, in English, or in both beside each other."""

from functools import cache

from flask_babel import force_locale, pgettext
from flask_babel import gettext as _
from markupsafe import Markup

from models import DocumentTemplate, Tax

LOCALES = {DocumentTemplate.CHINESE: "zh_Hans_CN", DocumentTemplate.ENGLISH: "en"}


def words():
    """{name: words} in the language that is spoken at the moment."""
    return {
        "title": pgettext("document", "Quote"), "picking_list": pgettext("document", "Picking list"), "draft": pgettext("document", "Draft"),
        "file": pgettext("file name", "Quote"),
        "page": _("Page %(page)s of %(pages)s"), "number": pgettext("document", "No."), "version": _("Version"), "date": _("Date"),
        "valid_until": _("Valid until"), "currency": _("Currency"), "cny": _("CNY"), "cny_with_tax": _("CNY, incl. VAT %(rates)s"),
        Tax.EXEMPT: _("exempt"), Tax.UNTAXED: _("not taxed"),
        "customer": _("Customer"), "supplier": _("Supplier"), "contact": _("Contact"), "email": _("Email"), "address": _("Address"),
        "tax_id": _("Tax ID"), "position": pgettext("document", "#"), "picture": pgettext("document", "Picture"),
        "product": _("Product and specification"), "quantity": _("Quantity"), "price": _("Unit price incl. tax"),
        "price_without_tax": _("Unit price excl. tax"), "discount": _("Discount"), "tax_rate": _("Tax rate"),
        "amount": pgettext("document", "Amount"), "optional": _("(optional, not in the total)"), "free": pgettext("document", "(free)"),
        "in_words": _("Total (in words)"), "of_which": _("Of which tax %(tax)s, without tax %(net)s"),
        "rmb": pgettext("in words", "RMB"), "subtotal": _("Subtotal"), "order_discount": _("Order discount"), "tax": _("Tax"),
        "total": _("Total (incl. tax)"), "terms": _("Terms"), "bank": _("Bank account"), "seal": _("Company seal"), "logo": _("Logo"),
        "customer_signs": _("Confirmed by the customer (signature and seal)"), "supplier_signs": _("Supplier (signature and seal)"),
        "packed_by": pgettext("document", "Packed by"), "received_by": pgettext("document", "Received by"),
        "year": pgettext("signed on", "Y"), "month": pgettext("signed on", "M"), "day": pgettext("signed on", "D"),
        "check": _("Scan to check this quote and to see its newest version."), "check_code": _("Check code"),
    }


@cache
def spoken(language):
    with force_locale(LOCALES[language]):
        return words()


class Wording:
    """words.title; words.fill("page", page=1) where something stands in it. In both languages it is Chinese and, in an element of its
    own, English."""

    def __init__(self, language):
        both = language == DocumentTemplate.BOTH
        self.languages = tuple(LOCALES) if both else (language,)

    def __getattr__(self, name):
        return self.fill(name)

    def fill(self, name, **values):
        return self.in_each(lambda said: said[name] % values if values else said[name])

    def tax(self, shown):
        """13%, or the words of what has no rate; as domain.taxes shows it."""
        return self.in_each(lambda said: said.get(shown, shown))

    def currency_and_tax(self, shown):
        """CNY, incl. VAT 13% / exempt; CNY · exempt"""
        has_rate = any("%" in each for each in shown)

        def speak(said):
            rates = " / ".join(said.get(each, each) for each in shown)
            return said["cny_with_tax"] % {"rates": rates} if has_rate else " · ".join(filter(None, (said["cny"], rates)))

        return self.in_each(speak)

    def in_each(self, speak):
        texts = [speak(spoken(language)) for language in self.languages]
        if len(texts) == 1 or texts[0] == texts[1]:
            return texts[0]
        return Markup('{} <span class="en" lang="en">{}</span>').format(*texts)  # noqa: S704 (format escapes)

    def plain(self, name, language=None, **values):
        """As text alone, in the first language or the one named."""
        text = spoken(language or self.languages[0])[name]
        return text % values if values else text
