"""The component set on one page, for whoever builds the next one."""

from flask import Blueprint, g, render_template
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, PasswordField, RadioField, SelectField, StringField, TextAreaField

from permissions import can_administer
from views.fields import fixed_choices
from views.helpers import require

bp = Blueprint("design", __name__)


class Sample(FlaskForm):
    """One field of each kind; the first shows its error."""

    phone = StringField(_l("Mobile"), default="1381290567")
    next_on = DateField(_l("Next follow-up"), description=_l("Leave it empty and nobody reminds you."))
    reason = SelectField(_l("Reason"), choices=fixed_choices([("budget", _l("Budget cancelled")), ("silent", _l("Cannot be reached"))]))
    amount = StringField(_l("Amount"), default="148,400.00")
    contacts = BooleanField(_l("Hand the contacts over too"), default=True)
    tell = BooleanField(_l("Tell the former owner"))
    shape = RadioField(_l("Show as"), choices=fixed_choices([("board", _l("Board")), ("list", _l("List"))]), default="board")
    password = PasswordField(_l("Password"))
    note = TextAreaField(_l("Note"))


def sample(prefix):
    form = Sample(formdata=None, prefix=prefix)
    form.phone.errors = [_l("A digit is missing: a mobile number has 11.")]
    return form


@bp.get("/design")
def show():
    require(can_administer(g.user))
    return render_template("design/index.html", themes={"light": sample("light"), "dark": sample("dark")})
