"""Logging in and out; one's own password, language, look and sessions."""

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from domain import Refused, accounts, demo, now
from models import Session, User
from views.helpers import get_or_404, go, public, remember_where, safe_path, toast
from views.shell import LANGUAGES

bp = Blueprint("accounts", __name__)

DEMO_LOGINS = ("admin", "manager", "seller1", "seller2", "finance", "service", "outsider")
THEMES = ("", "light", "dark")


class LoginForm(FlaskForm):
    login = StringField(_l("Account, mobile number or e-mail"), [DataRequired(), Length(max=200)])
    password = PasswordField(_l("Password"), [DataRequired(), Length(max=128)])
    remember = BooleanField(_l("Stay logged in for 30 days"))


class PasswordForm(FlaskForm):
    old = PasswordField(_l("Present password"), [DataRequired(), Length(max=128)])
    new = PasswordField(_l("New password"), [DataRequired(), Length(min=8, max=128)], description=_l("At least 8 characters."))


BROWSERS = {"wxwork": "企业微信", "MicroMessenger": "微信", "Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"Windows": "Windows", "iPhone": "iPhone", "iPad": "iPad", "Mac OS X": "macOS", "Android": "Android", "Linux": "Linux"}


@bp.app_template_filter()
def browser_name(agent):
    """Chrome · Windows, as far as the agent line tells; the line itself goes into the title."""
    found = [next((name for mark, name in names.items() if mark in agent), "") for names in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or agent or "—"


def scopes():
    """What a data scope lets a person see, as a sentence."""
    return [
        ("self", _("Only their own")), ("department", _("The department")),
        ("below", _("The department and all below")), ("all", _("The whole company")),
    ]


@bp.get("/login")
@public
def login():
    if g.user:
        return redirect(url_for("home.index"), 303)
    return login_page(LoginForm(), expired="token" in session)


def login_page(form, expired=False):
    administrator = User.select().where(User.who_may("company.administer"), User.disabled_at.is_null()).first()
    in_demo = current_app.config["DEMO"]
    return render_template(
        "accounts/login.html", form=form, bare=True, expired=expired, administrator=administrator,
        demo_logins=DEMO_LOGINS if in_demo else (), demo_password=demo.PASSWORD if in_demo else "",
        next=safe_path(request.values.get("next")),
    )


@bp.post("/login")
@public
def log_in():
    form = LoginForm()
    if not form.validate_on_submit():
        return login_page(form), 422
    try:
        token = accounts.log_in(
            form.login.data, form.password.data, request.remote_addr, request.user_agent.string, form.remember.data
        )
    except Refused as no:
        form.password.errors = [no.message, *tries_left(no.facts)]
        return login_page(form), 429 if "until" in no.facts else 422
    return begin(token, form.remember.data, go(safe_path(request.form.get("next")) or url_for("home.index")))


def tries_left(facts):
    """Said from the third wrong try on."""
    left = facts.get("tries_left", accounts.TRIES_PER_LOGIN)
    return [_("%(n)s tries left.", n=left)] if left <= accounts.TRIES_PER_LOGIN - 3 else []


def begin_session(user, response):
    """Log a person in who has just proved who he is."""
    return begin(accounts.admit(user, request.remote_addr, request.user_agent.string), False, response)


def begin(token, remember, response):
    """A new session id on login: whatever the browser held before is gone."""
    forget_all_but_taste()
    session["token"] = token
    session.permanent = remember
    return response


def forget_all_but_taste():
    """Language and theme stay with the browser; nothing else does."""
    taste = {name: session[name] for name in ("language", "theme") if name in session}
    session.clear()
    session.update(taste)


@bp.post("/logout")
def logout():
    accounts.log_out(g.session, by=g.user)
    forget_all_but_taste()
    response = go(url_for("accounts.login"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.post("/appearance")
@public
def appearance():
    """Language and light or dark: of the login page for this browser, of a person for good."""
    chosen = {name: request.form[name] for name in ("language", "theme") if name in request.form}
    if chosen.get("language", "zh") not in LANGUAGES or chosen.get("theme", "") not in THEMES:
        abort(422)
    session.update(chosen)
    if g.user and chosen:
        accounts.set_preference(g.user, **chosen)
    return go(safe_path(request.form.get("next")) or remember_where())


@bp.get("/profile")
def profile():
    return profile_page(PasswordForm())


def profile_page(form):
    sessions = Session.select().where(Session.user == g.user.id, Session.expires_at > now())
    return render_template(
        "accounts/profile.html", form=form, sessions=list(sessions.order_by(Session.last_seen_at.desc())), here=g.session,
        scope_names=dict(scopes()),
    )


@bp.post("/profile/password")
def change_password():
    form = PasswordForm()
    if not form.validate_on_submit():
        return profile_page(form), 422
    try:
        accounts.change_password(g.user, form.old.data, form.new.data, g.session)
    except Refused as no:
        form[no.facts.get("field", "new")].errors = [no.message]
        return profile_page(form), 422
    answer = begin(accounts.replace_session(g.session), session.permanent, go(url_for("accounts.profile")))
    toast(_("The password is changed; other browsers are logged out."))
    return answer


@bp.post("/profile/shortcuts")
def change_shortcuts():
    accounts.set_preference(g.user, shortcuts=not g.user.shortcuts)
    return go(url_for("accounts.profile"))


@bp.post("/profile/sessions/end")
def end_other_sessions():
    accounts.end_sessions(g.user, by=g.user, keep=g.session)
    toast(_("All other browsers are logged out."))
    return go(url_for("accounts.profile"))


@bp.post("/profile/sessions/<int:id>/end")
def end_session(id):
    ended = get_or_404(Session.select().where(Session.user == g.user.id), id)
    accounts.log_out(ended, by=g.user)
    toast(_("That browser is logged out."))
    return go(url_for("accounts.profile"))
