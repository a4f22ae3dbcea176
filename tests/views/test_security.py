"""What every answer carries and every unsafe request needs, whatever the page: swept over all routes."""

import os

import pytest
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import AnyConverter, IntegerConverter

from app import secret_key, settings
from models import Customer, Quote, User
from tests import offers
from tests.pages import PART
from views.accounts import safe_path

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
PUBLIC = {"accounts.login", "accounts.log_in", "accounts.appearance", "setup.show", "setup.found", "health.show", "static"} | {
    "complaints.show", "complaints.file", "web_forms.show", "web_forms.send",
    "offers.show", "offers.pdf", "offers.accept", "offers.decline", "offers.ask", "offers.renew",
    "checks.index", "checks.look_up", "checks.show", "checks.compare", "printing.colour",
}
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:", "font-src": "'self'",
    "connect-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'", "object-src": "'none'",
    "manifest-src": "'self'",
}
ELSEWHERE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example", "/\\/evil.example",
    "https://evil.example", "HTTPS://evil.example", "https:evil.example", "https:/evil.example", "http://evil.example/leads",
    "javascript:alert(1)", "data:text/html,x", "/%09/evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example",
    "/%5cevil.example", "//evil.example@/leads", "/@evil.example", "/.evil.example", "/leads\r\nLocation: //evil.example",
    "/leads%0d%0aX: y", "//evil%E3%80%82example", "https://haitu@evil.example/", "?next=//evil.example", "/\x00/evil.example", "",
]


def addresses(app, methods):
    """[(rule, path)] of every route that takes one of these methods; ids are 1."""
    adapter = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        if rule.methods & methods:
            values = {name: sample(rule._converters[name]) for name in rule.arguments}
            yield rule, adapter.build(rule.endpoint, values, method=next(iter(rule.methods & methods)))


def sample(converter):
    if isinstance(converter, IntegerConverter):
        return 1
    return min(converter.items) if isinstance(converter, AnyConverter) else "source"


def policy_of(answer):
    return dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))


@pytest.fixture
def kinds(cast, login):
    """{what: answer} of one answer of every kind."""
    offers.quote(cast.seller)
    Quote.update(status=Quote.APPROVED, pdf=b"%PDF-1.7", pdf_sha256="x").execute()
    seller, admin = login(cast.seller), login(cast.admin)
    return {
        "page": seller.get("/"), "form": seller.get("/leads/new"), "fragment": seller.get("/search?q=a", headers=PART),
        "nothing here": seller.get("/nothing"), "not yours": seller.get("/settings"), "wrong method": seller.get("/logout"),
        "not well formed": admin.post("/settings/people/new", data={}), "broken rule": admin.post(f"/settings/people/{cast.admin.id}/disable"),
        "no token": login(cast.rival).drop_token().post("/logout"), "elsewhere": seller.get("/login"), "json": seller.get("/health"),
        "pdf": seller.get("/quotes/1.pdf"), "settings": admin.get("/settings"),
        "part of a refusal": admin.post(f"/settings/people/{cast.admin.id}/disable", headers=PART),
    }


STATUSES = {
    "page": 200, "form": 200, "fragment": 200, "nothing here": 404, "not yours": 403, "wrong method": 405, "not well formed": 422,
    "broken rule": 409, "no token": 400, "elsewhere": 303, "json": 200, "pdf": 200, "settings": 200, "part of a refusal": 409,
}


def test_every_kind_of_answer_carries_all_headers(kinds):
    assert {what: answer.status_code for what, answer in kinds.items()} == STATUSES
    for what, answer in kinds.items():
        assert policy_of(answer) == POLICY, what
        assert answer.headers["X-Content-Type-Options"] == "nosniff", what
        assert answer.headers["Referrer-Policy"] == "same-origin", what
        assert answer.headers["Cache-Control"] == "no-store", what
        assert {"HX-Request", "Cookie"} <= set(answer.vary), what
        assert "Access-Control-Allow-Origin" not in answer.headers, what
        assert "Strict-Transport-Security" not in answer.headers, what


def test_every_text_says_its_character_set(kinds):
    for what, answer in kinds.items():
        assert answer.mimetype in ("application/json", "application/pdf") or answer.content_type == "text/html; charset=utf-8", what


def test_static_files_may_be_kept_and_carry_the_policy_too(stranger):
    answer = stranger.get("/static/css/base.css?v=1")
    assert answer.content_type == "text/css; charset=utf-8"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert policy_of(answer) == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_static_file_that_is_missing_is_not_kept(stranger):
    answer = stranger.get("/static/css/nothing.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


WORKSHOP = (
    "/.git/HEAD", "/.git/config", "/static/", "/static/../app.py", "/static/%2e%2e/app.py", "/metrics", "/console", "/.env",
    "/data/haitu.db", "/secret_key",
)


@pytest.mark.parametrize("path", WORKSHOP)
def test_nothing_of_the_workshop_is_served(stranger, path):
    assert stranger.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/login", "/health", "/static/css/base.css"])
def test_trace_is_refused(login, cast, path):
    assert login(cast.admin).open(path, method="TRACE").status_code == 405


def test_another_site_is_not_let_in_by_the_browser(login, cast):
    answer = login(cast.seller).get("/", headers={"Origin": "https://evil.example"})
    assert not [name for name in dict(answer.headers) if name.startswith("Access-Control")]


# ---- who asks --------------------------------------------------------------------------------------------------------


def test_only_these_views_answer_without_a_session(app):
    assert {name for name, view in app.view_functions.items() if getattr(view, "public", False)} | {"static"} == PUBLIC


def test_everything_else_leads_a_stranger_to_the_login(app, stranger):
    for rule, path in addresses(app, {"GET", "POST"}):
        if rule.endpoint in PUBLIC:
            continue
        for method in rule.methods & {"GET", "POST"}:
            answer = stranger.open(path, method=method)
            assert (answer.status_code, answer.location.split("?")[0]) == (303, "/login"), f"{method} {path}"


def test_a_part_of_a_page_is_not_swapped_for_the_login_but_led_there(stranger):
    answer = stranger.get("/leads", headers=PART)
    assert (answer.status_code, answer.headers["HX-Redirect"].split("?")[0]) == (401, "/login")


# ---- cross-site requests ---------------------------------------------------------------------------------------------


def foreign_token(app):
    return URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps("f" * 40)


@pytest.mark.parametrize("token", ["none", "foreign", "nonsense"])
@pytest.mark.parametrize("fragment", [False, True])
def test_no_unsafe_request_is_answered_without_this_browsers_token(app, login, cast, token, fragment):
    admin = login(cast.admin).drop_token()
    headers = dict(PART) if fragment else {}
    if token != "none":
        headers["X-CSRFToken"] = foreign_token(app) if token == "foreign" else "0" * 40
    for rule, path in addresses(app, UNSAFE):
        for method in rule.methods & UNSAFE:
            assert admin.open(path, method=method, headers=headers).status_code == 400, f"{method} {path}"


def test_a_token_does_not_make_plain_text_a_form(login, cast):
    answer = login(cast.admin).post("/settings/people/new", data="name=x", content_type="text/plain")
    assert answer.status_code == 422


def test_what_changes_something_is_no_get(app, login, cast):
    admin, adapter = login(cast.admin), app.url_map.bind("")
    for _rule, path in addresses(app, {"POST"}):
        try:
            adapter.match(path, method="GET")
        except MethodNotAllowed:
            assert admin.get(path).status_code == admin.head(path).status_code == 405, path
        except NotFound:
            raise AssertionError(path) from None


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_nothing_takes_other_methods(app, login, cast, method):
    adapter = app.url_map.bind("")
    for _rule, path in addresses(app, {"GET", "POST"}):
        with pytest.raises(MethodNotAllowed):
            adapter.match(path, method=method)
    assert login(cast.admin).open("/leads/1", method=method).status_code == 405


def test_a_method_hidden_in_the_form_is_only_a_field(login, cast):
    answer = login(cast.admin).get("/logout?_method=POST", headers={"X-HTTP-Method-Override": "POST"})
    assert answer.status_code == 405


# ---- where it leads --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_login_leads_only_to_pages_of_ours(stranger, cast, target):
    answer = stranger.post("/login", data={"login": "seller", "password": "seven green maps", "next": target})
    assert answer.status_code in (303, 400)
    assert answer.status_code == 400 or answer.location == "/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_so_does_every_other_way_back(app, login, cast, target):
    with app.test_request_context():
        assert safe_path(target) is None
    header = "".join(letter for letter in target if letter.isprintable())
    answer = login(cast.seller).post("/appearance", data={"theme": "dark"}, headers={"Referer": f"https://evil.example{header}"})
    assert answer.location.startswith("/") and not answer.location.startswith("//") and "evil" not in answer.location.split("/")[1]


@pytest.mark.parametrize("target", ["/leads", "/leads?tab=today&q=a", "/search?q=%E6%81%92", "/"])
def test_a_login_leads_to_the_page_that_was_asked_for(stranger, cast, target):
    answer = stranger.post("/login", data={"login": "seller", "password": "seven green maps", "next": target})
    assert answer.location == target


# ---- cookies and addresses -------------------------------------------------------------------------------------------


def cookie_of(answer):
    return answer.headers["Set-Cookie"]


def test_the_session_cookie_is_for_http_and_this_site_only(stranger, cast):
    cookie = cookie_of(stranger.post("/login", data={"login": "seller", "password": "seven green maps"}))
    assert cookie.startswith("haitu=") and "; HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Domain" not in cookie and "Expires" not in cookie
    assert "Secure" not in cookie  # over plain http a browser would drop it


def test_a_remembered_session_outlives_the_browser(stranger, cast):
    answer = stranger.post("/login", data={"login": "seller", "password": "seven green maps", "remember": "y"})
    assert "Expires" in cookie_of(answer)


def test_behind_https_the_cookie_is_bound_to_the_host_and_browsers_remember_https(app, monkeypatch, cast):
    for name, value in encrypted(monkeypatch).items():
        monkeypatch.setitem(app.config, name, value)
    browser = app.test_client()
    page = browser.get("/login", base_url="https://crm.example")
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = cookie_of(page)
    assert cookie.startswith("__Host-haitu=") and "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie


def encrypted(monkeypatch):
    monkeypatch.setenv("HAITU_BASE_URL", "https://crm.example/")
    names = ("ENCRYPTED", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "TRUSTED_HOSTS")
    return {name: settings()[name] for name in names}


@pytest.mark.parametrize("host, answer", [("crm.example", 200), ("localhost", 200), ("evil.example", 400), ("crm.example.evil.example", 400)])
def test_a_forged_host_is_refused_where_the_address_is_known(app, monkeypatch, cast, host, answer):
    for name, value in encrypted(monkeypatch).items():
        monkeypatch.setitem(app.config, name, value)
    assert app.test_client().get("/login", base_url=f"https://{host}").status_code == answer


def test_no_forwarded_header_is_believed_unless_a_proxy_was_named(app, stranger):
    stranger.get("/login", headers={"X-Forwarded-For": "10.9.8.7", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    answer = stranger.get("/leads", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil" not in answer.location


def test_each_installation_makes_a_key_of_its_own_for_its_owner_alone(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first, second = secret_key(tmp_path / "one"), secret_key(tmp_path / "two")
    assert first != second and min(len(first), len(second)) == 64
    assert secret_key(tmp_path / "one") == first
    assert os.stat(tmp_path / "one" / "secret_key").st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["secret_key"]


@pytest.mark.parametrize("key", ["", "secret", "x" * 31])
def test_a_short_key_is_refused(tmp_path, key):
    (tmp_path / "secret_key").write_text(key)
    with pytest.raises(SystemExit, match="too short"):
        secret_key(tmp_path)


# ---- what breaks programs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", [0, 2**31, 2**63, 10**30])
def test_an_id_that_no_record_has_is_not_there(login, cast, id):
    for kind in ("leads", "customers", "opportunities", "quotes", "orders", "tickets", "settings/people"):
        assert login(cast.admin).get(f"/{kind}/{id}").status_code == 404


def test_a_nul_is_no_text(login, cast):
    assert login(cast.admin).get("/search?q=a%00b").status_code == 400
    assert login(cast.admin).post("/settings/departments", data={"name": "a\0b", "parent": 1}).status_code == 400


@pytest.mark.parametrize("value", ["'", "1;--", "id desc, (select 1)", "{{7*7}}", "../../etc/passwd", "9" * 400, "é" * 3000])
def test_no_argument_of_a_list_breaks_it(login, cast, value):
    offers.deal(cast.seller)
    for path in ("leads", "customers", "opportunities", "quotes", "orders", "products", "tickets", "search"):
        for name in ("q", "tab", "sort", "after", "before", "status", "view"):
            assert login(cast.admin).get(f"/{path}", query_string={name: value}).status_code in (200, 303, 400, 404, 422), (path, name)


def test_a_duplicated_argument_is_one(login, cast):
    assert login(cast.seller).get("/search?q=a&q=b").status_code == 200


def test_a_name_that_is_code_is_only_a_name(login, cast):
    name = '"><svg/onload=x7q>\'{{7*7}}${7*7}'
    deal = offers.deal(cast.seller, name)
    User.update(name=name).where(User.id == cast.seller.id).execute()
    assert Customer.get_by_id(deal.customer_id).name == name
    for path in ("/", "/search?q=svg", f"/customers/{deal.customer_id}", f"/opportunities/{deal.id}", "/profile", "/customers"):
        page = login(cast.seller).get(path).text
        assert "<svg/onload" not in page and "49${" not in page, path
