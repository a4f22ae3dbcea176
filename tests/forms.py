"""The forms of a page as a browser would send them, with something sensible in every field that must not be empty."""

from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

FILLED = {  # what a person would write, by the end of the field's name
    "phone": "13800000001", "email": "a@example.cn", "amount": "100", "price": "12.50", "cost": "8", "quantity": "2", "limit": "30",
    "capacity": "200", "days": "30", "rate": "13", "login": "newcomer", "password": "seven green maps", "new": "nine blue rivers",
    "old": "seven green maps", "credit_code": "", "tax_id": "", "wechat": "wx", "website": "example.cn", "floor": "30", "discount": "",
    "sku": "N-1", "q": "", "step": "1", "customer_text": "客户 mine", "timeout_hours": "",
}
SENT = ("text", "search", "tel", "url", "email", "password", "hidden", "number", "date", "datetime-local", "", "color")


class Form:
    def __init__(self, attributes):
        self.action, self.method = attributes.get("action"), (attributes.get("method") or "get").lower()
        self.fields, self.names = [], set()


class Forms(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.forms, self.form, self.select, self.area = [], None, None, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.form = Form(given)
            self.forms.append(self.form)
        elif self.form is not None and tag in ("input", "select", "textarea", "button", "option"):
            getattr(self, f"take_{tag}")(given)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select:
            name, options = self.select
            self.add(name, next((value for value, chosen in options if chosen), next((value for value, _c in options if value), "")))
            self.select = None
        elif tag == "textarea" and self.area:
            self.add(self.area[0], self.area[1].strip() or "聊过")
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.area[1] += data

    def add(self, name, value):
        self.form.names.add(name)
        self.form.fields.append((name, value))

    def take_input(self, given):
        name, kind, value = given.get("name"), given.get("type") or "", given.get("value") or ""
        if not name or "disabled" in given:
            return
        if kind in ("radio", "checkbox"):
            self.form.names.add(name)
            if "checked" in given:
                self.form.fields.append((name, value or "y"))
        elif kind in SENT:
            self.add(name, value or ("" if kind == "hidden" else sensible(name, kind)))

    def take_select(self, given):
        self.select = (given["name"], []) if given.get("name") else None

    def take_option(self, given):
        if self.select:
            self.select[1].append((given.get("value") or "", "selected" in given))

    def take_textarea(self, given):
        self.area = [given["name"], ""] if given.get("name") else None

    def take_button(self, given):
        """Which button is pressed is part of what a form can say."""
        if given.get("name"):
            self.form.names.add(given["name"])


def sensible(name, kind):
    soon = date.today() + timedelta(days=3)  # noqa: DTZ011 any coming day will do
    if kind in ("date", "datetime-local"):
        return f"{soon}T09:00" if kind == "datetime-local" else str(soon)
    return next((value for end, value in FILLED.items() if name.endswith(end)), "海图")


def posted(html, here):
    """[(path, form)] of the forms of a page that change something, their files left out; `here` is the page's own path."""
    return [(urlsplit(form.action or here).path, form) for form in Forms(html).forms if form.method == "post"]
