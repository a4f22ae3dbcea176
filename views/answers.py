"""What every answer carries: security headers, error pages, and a broken rule as 409."""

from urllib.parse import unquote

from flask import abort, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from peewee import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from domain import Refused, now, storage
from domain.allowances import UsedUp
from models import Company
from views.helpers import remember_where, toast, with_messages

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
UNLISTED = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}  # pages whose address is a secret
A_YEAR = 31_536_000
BAD = 400


def init_app(app):
    app.before_request(refuse_nul)
    app.before_request(require_setup_and_login)
    app.after_request(add_headers)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(UsedUp, used_up)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(IntegrityError, overtaken)
    app.register_error_handler(Exception, fault)


def refuse_nul():
    """No text of ours has a NUL in it, and PostgreSQL takes none."""
    told = unquote(request.headers.get("HX-Current-URL", ""))
    texts = [*request.args.items(multi=True), *request.form.items(multi=True), (request.path, told)]
    if any("\0" in text for pair in texts for text in pair):
        abort(400)


def require_setup_and_login():
    """Closed by default: only views marked `@public` answer without a session."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "public", False) or g.user:
        return None
    if Company.current() is None:
        return to(url_for("setup.show"))
    return to(url_for("accounts.login", next=remember_where()))


def to(url):
    """A redirect that a fragment request follows as a whole page."""
    if request.htmx:
        return "", 401, {"HX-Redirect": url}
    return redirect(url, 303)


def add_headers(response):
    response.headers.update(HEADERS)
    if request.endpoint and getattr(current_app.view_functions[request.endpoint], "unlisted", False):
        response.headers.update(UNLISTED)
    if current_app.config["ENCRYPTED"]:
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
    if request.endpoint != "static" or response.status_code >= BAD:
        response.headers["Cache-Control"] = "no-store"
        response.vary.update(("HX-Request", "Cookie"))
    return response


def refused(error):
    """409: the rule's sentence, and nothing changed. A plain form goes back to where it came from."""
    return refusal(error.message, 409)


def used_up(error):
    """429: a day's allowance is spent; the sentence and the header say when there is a new one."""
    answer, code, *headers = refusal(error.message, 429)
    return answer, code, {"Retry-After": str(int((error.until - now()).total_seconds())), **(headers[0] if headers else {})}


def refusal(message, code):
    if request.htmx:
        toast(message, kind="bad")
        return with_messages(""), code, {"HX-Reswap": "none"}
    return render_template("errors/error.html", code=code, message=message, back=remember_where()), code


def stale_form(error):
    return error_answer(400, _("This page was open too long. Load it again, then repeat the step."))


def http_error(error):
    return error_answer(error.code, sentence(error.code))


def fault(error):
    """503 where the disk or the database stood in the way, else 500."""
    if storage.refuses(error):
        words, wait = _("The server's disk is full or write-protected. Nothing was changed, and reading goes on. Tell the administrator."), 60
    elif isinstance(error, OperationalError):
        words, wait = _("The database is busy. Nothing was changed; try again in a moment."), 5
    else:
        return unexpected(error)
    current_app.logger.exception("nothing could be written by %s %s", request.method, request.path)
    answer, code = error_answer(503, words)
    return answer, code, {"Retry-After": str(wait)}


def overtaken(error):
    """Two who changed the same thing at once, where no verb says it better: the database let one of them through."""
    current_app.logger.warning("the database refused %s %s: %s", request.method, request.path, error)
    return error_answer(409, _("Somebody changed this at the same moment. Nothing was changed; load the page again."))


def unexpected(error):
    current_app.logger.exception("unexpected error on %s %s", request.method, request.path)
    return error_answer(500, _("Something went wrong on our side. Nothing was changed; the error is in the log."))


def sentence(code):
    return {
        400: _("This request is not well formed."),
        403: _("Your role does not allow this."),
        404: _("There is nothing here that you can see."),
        405: _("This address does not take that kind of request."),
        413: _("This file is too large: 50 MB at the most."),
        410: _("This page is closed."),
        429: _("Too many attempts from your network. Try again in an hour."),
        422: _("This form cannot be read. Load the page again."),
    }.get(code, _("This request cannot be answered."))


def error_answer(code, message):
    if isinstance(request.routing_exception, SecurityError):  # a forged host: no address of ours can be written for it
        return message, code, {"Content-Type": "text/plain; charset=utf-8"}
    if request.htmx:
        toast(message, kind="bad")
        return with_messages(""), code
    return render_template("errors/error.html", code=code, message=message, back=None), code
