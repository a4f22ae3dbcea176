"""Who may do what: every route × every role × own, team, foreign and pool record. A route that is not here fails the build.

Three answers are told apart: 404 (not visible), 403 (visible, not allowed), and "in" (let in; what comes then is the view's
business: 200, 303, 409 or 422). Whoever is not logged in is sent to the login page.
"""

import pytest

from models import (
    Approval,
    AssignmentRule,
    Choice,
    Department,
    DocumentTemplate,
    Flow,
    Pool,
    PriceList,
    RecycleRule,
    Role,
    Stage,
    Tax,
    User,
    WebForm,
    db,
)
from tests import world
from tests.pages import PART

pytestmark = pytest.mark.one_of_each
PEOPLE = ("admin", "manager", "seller", "rival", "outsider", "finance", "service")
MINE, TEAM, FOREIGN, POOL = "mine", "team", "foreign", "pool"
RECORDS, NONE = (MINE, TEAM, FOREIGN), ()


def rule(**allowed):
    return {person: allowed.get(person, NONE) for person in PEOPLE}


def everyone(*relations):
    return dict.fromkeys(PEOPLE, relations)


SALES = ("admin", "manager", "seller", "rival", "outsider")
SEEN_BY_SALES = rule(admin=RECORDS, manager=(MINE, TEAM), seller=(MINE, TEAM), rival=(TEAM,), outsider=(FOREIGN,))

# What each role sees of what the seller, his rival and a stranger own. finance sees the whole company by its data scope;
# the service agent of the cast sees only what reaches the desk.
VISIBLE = {
    "lead": rule(
        admin=(*RECORDS, POOL), manager=(MINE, TEAM, POOL), seller=(MINE, TEAM, POOL), rival=(TEAM, POOL),
        outsider=(FOREIGN, POOL),
    ),
    "task": SEEN_BY_SALES,
    "customer": rule(
        admin=(*RECORDS, POOL), manager=(MINE, TEAM, POOL), seller=(MINE, TEAM, POOL), rival=(TEAM, POOL),
        outsider=(FOREIGN, POOL), finance=(*RECORDS, POOL),
    ),
    "opportunity": SEEN_BY_SALES,
    "quote": SEEN_BY_SALES | {"finance": RECORDS},
    **dict.fromkeys(("submitted", "sent"), rule(admin=(MINE,), manager=(MINE,), seller=(MINE,), finance=(MINE,))),
    "order": SEEN_BY_SALES | {"finance": RECORDS},
    "ticket": SEEN_BY_SALES | {"service": RECORDS},
    "import": rule(admin=(MINE,), manager=(MINE,)),
    "export": rule(manager=(MINE,)),
    "finding": everyone(MINE),  # the page is closed to all but managers, whatever they see
    "merge": rule(admin=(MINE,), manager=(MINE,), seller=(MINE,), finance=(MINE,)),
    "notice": rule(seller=(MINE,)),
    "handover": rule(admin=(MINE,), rival=(MINE,)),
    "product": everyone("any"),
    "reviewed": rule(admin=(MINE,), manager=(MINE,), seller=(MINE,), finance=(MINE,)),
    "collision": rule(admin=(MINE,), manager=(MINE,), seller=(MINE,), rival=(MINE,)),
}

# Allowed among the visible ones.
ANY = everyone(*RECORDS, POOL, "any")
NOBODY = everyone()
OWNERS_SIDE = rule(admin=RECORDS, manager=(MINE, TEAM), seller=(MINE,), rival=(TEAM,), outsider=(FOREIGN,))
OWNERS_SIDE_AND_POOL = OWNERS_SIDE | {"admin": (*RECORDS, POOL)}
SALES_PEOPLE = {person: ANY[person] if person in SALES else NONE for person in PEOPLE}
MANAGERS = rule(admin=RECORDS, manager=(MINE, TEAM))
MANAGERS_AND_POOL = rule(admin=(*RECORDS, POOL), manager=(MINE, TEAM, POOL))
OWNER_ALONE = rule(seller=(MINE,), rival=(TEAM,), outsider=(FOREIGN,))
NOT_OWNERS = rule(admin=RECORDS, manager=(MINE, TEAM), finance=RECORDS)
OWNERS_SIDE_AND_FINANCE = OWNERS_SIDE | {"finance": RECORDS}
DISPATCHERS = rule(admin=RECORDS, manager=(MINE, TEAM), service=RECORDS)
SUPERVISORS = rule(admin=RECORDS, manager=(MINE, TEAM))
SERVICE_ALONE = rule(service=RECORDS)

# route: (kind of the record in its address, who may)
ON_RECORDS = {
    "leads.show": ("lead", ANY),
    "leads.edit": ("lead", OWNERS_SIDE_AND_POOL),
    "leads.edit_form": ("lead", OWNERS_SIDE_AND_POOL),
    "leads.convert": ("lead", OWNERS_SIDE),
    "leads.convert_form": ("lead", OWNERS_SIDE),
    "leads.invalidate": ("lead", OWNERS_SIDE),
    "leads.revive": ("lead", OWNERS_SIDE),
    "leads.void": ("lead", MANAGERS | {"admin": (*RECORDS, POOL)}),
    "follow_ups.done": ("task", OWNERS_SIDE),
    "follow_ups.undone": ("task", OWNERS_SIDE),
    "follow_ups.plan_next": ("task", OWNERS_SIDE),
    "follow_ups.reschedule": ("task", OWNERS_SIDE),
    "customers.show": ("customer", ANY),
    "customers.edit": ("customer", OWNERS_SIDE_AND_POOL),
    "customers.save": ("customer", OWNERS_SIDE_AND_POOL),
    "customers.new_contact": ("customer", OWNERS_SIDE_AND_POOL),
    "customers.add_contact": ("customer", OWNERS_SIDE_AND_POOL),
    "customers.edit_contact": ("customer", OWNERS_SIDE_AND_POOL),
    "customers.save_contact": ("customer", OWNERS_SIDE_AND_POOL),
    "opportunities.show": ("opportunity", ANY),
    "opportunities.edit": ("opportunity", OWNERS_SIDE),
    "opportunities.save": ("opportunity", OWNERS_SIDE),
    "opportunities.where_to": ("opportunity", OWNERS_SIDE),
    "opportunities.move": ("opportunity", OWNERS_SIDE),
    "opportunities.winning": ("opportunity", OWNERS_SIDE),
    "opportunities.win": ("opportunity", OWNERS_SIDE),
    "opportunities.losing": ("opportunity", OWNERS_SIDE),
    "opportunities.lose": ("opportunity", OWNERS_SIDE),
    "opportunities.column": ("opportunity", ANY),
    "opportunities.reopen": ("opportunity", NOBODY),  # of an open deal; test_opportunities.py opens closed ones
    "quotes.create": ("opportunity", OWNERS_SIDE),
    "quotes.show": ("quote", ANY),
    "quotes.preview": ("quote", ANY),
    "quotes.glyphs": ("quote", ANY),
    "quotes.pdf": ("quote", ANY),
    "quotes.save": ("quote", OWNERS_SIDE),
    "quotes.totals": ("quote", OWNERS_SIDE),
    "quote_lines.products": ("quote", OWNERS_SIDE),
    "quote_lines.new": ("quote", OWNERS_SIDE),
    "quote_lines.pick": ("quote", OWNERS_SIDE),
    "quote_lines.add": ("quote", OWNERS_SIDE),
    "quote_lines.paste": ("quote", OWNERS_SIDE),
    "quotes.submitting": ("quote", OWNERS_SIDE),
    "versions.index": ("quote", ANY),
    "versions.create": ("quote", NOBODY),  # of a draft; test_versions.py renews approved ones
    "versions.refresh": ("quote", NOBODY),
    "versions.drop": ("quote", NOBODY),  # of a first version
    **dict.fromkeys(
        ("quote_links.sharing", "quote_links.make", "quote_links.close", "mails.new", "mails.send", "mails.retry"),
        ("sent", rule(admin=(MINE,), manager=(MINE,), seller=(MINE,))),
    ),
    "quote_links.signature": ("sent", ANY),
    "approvals.submit": ("quote", OWNERS_SIDE),
    "approvals.of_quote": ("quote", ANY),
    "approvals.approve": ("submitted", rule(manager=(MINE,))),
    "approvals.reject": ("submitted", rule(manager=(MINE,))),
    "approvals.withdraw": ("submitted", rule(admin=(MINE,), manager=(MINE,), seller=(MINE,))),
    "orders.create": ("quote", NOBODY),  # of a draft; test_orders.py takes orders from approved ones
    "orders.show": ("order", ANY),
    "orders.review": ("order", NOT_OWNERS),
    "orders.start": ("order", OWNERS_SIDE_AND_FINANCE),
    "orders.complete": ("order", OWNERS_SIDE_AND_FINANCE),
    "tickets.show": ("ticket", ANY),
    "tickets.assign": ("ticket", DISPATCHERS),
    "tickets.assign_form": ("ticket", DISPATCHERS),
    "tickets.check_in": ("ticket", SERVICE_ALONE),
    "tickets.check_out": ("ticket", SERVICE_ALONE),
    "tickets.check_out_form": ("ticket", SERVICE_ALONE),
    "tickets.complete": ("ticket", SERVICE_ALONE),
    "tickets.complete_form": ("ticket", SERVICE_ALONE),
    "tickets.call_back": ("ticket", SUPERVISORS),
    "tickets.call_back_form": ("ticket", SUPERVISORS),
    "imports.show": ("import", ANY),
    "imports.progress": ("import", ANY),
    "imports.failed": ("import", ANY),
    "imports.encoding": ("import", ANY),
    "imports.mapping": ("import", ANY),
    "imports.run": ("import", ANY),
    "imports.discard": ("import", ANY),
    **dict.fromkeys(("cleansing.fix", "cleansing.tell_apart", "cleansing.tell_alike"), ("finding", rule(admin=(MINE,), manager=(MINE,)))),
    "merges.undo": ("merge", rule(admin=(MINE,), manager=(MINE,), seller=(MINE,))),
    "exports.show": ("export", ANY),
    "exports.progress": ("export", ANY),
    "exports.download": ("export", ANY),
    "collisions.show": ("collision", ANY),
    **dict.fromkeys(
        ("collisions.rule", "collisions.dismiss", "collisions.dismiss_form"), ("collision", rule(admin=(MINE,), manager=(MINE,)))
    ),
    "collisions.reopen": ("collision", rule(admin=(MINE,))),
    "complaints.link": ("customer", OWNERS_SIDE),
    "complaints.make_link": ("customer", OWNERS_SIDE),
    "reviews.show": ("reviewed", ANY),
    **dict.fromkeys(
        ("reviews.approve", "reviews.refuse", "reviews.refuse_form"), ("reviewed", rule(admin=(MINE,), manager=(MINE,)))
    ),
    **dict.fromkeys(
        ("reviews.resubmit", "reviews.keep_licence", "reviews.licence"), ("reviewed", rule(admin=(MINE,), manager=(MINE,), seller=(MINE,)))
    ),
    "notices.read": ("notice", ANY),
    **dict.fromkeys(
        ("handovers.show", "handovers.progress", "handovers.start", "handovers.undo", "handovers.discard"), ("handover", rule(admin=(MINE,)))
    ),
    "handovers.sheet": ("handover", ANY),
    "products.edit": ("product", rule(admin=("any",), manager=("any",), finance=("any",))),
    **dict.fromkeys(("products.save", "products.show", "products.hide"), ("product", rule(admin=("any",), manager=("any",), finance=("any",)))),
    "products.picture": ("product", ANY),
    **dict.fromkeys(("printing.choose", "printing.copy"), ("quote", ANY)),
    "printing.keep": ("quote", OWNERS_SIDE),
}
SPOKEN_TO = {"leads": "lead", "customers": "customer", "opportunities": "opportunity"}
POOLED = {"leads": "lead", "customers": "customer"}
WAYS_THROUGH_A_POOL = {
    "pools.claim": SALES_PEOPLE,
    "disclosures.reveal": {person: (*RECORDS, POOL) if person == "admin" else RECORDS for person in PEOPLE},
    "pools.unclaim": OWNER_ALONE,
    **dict.fromkeys(("pools.release", "pools.release_form", "pools.lock", "pools.unlock"), OWNERS_SIDE),
    **dict.fromkeys(("pools.assign", "pools.assign_form"), MANAGERS_AND_POOL),
    **dict.fromkeys(("pools.move", "pools.move_form"), rule(admin=(POOL,), manager=(POOL,))),
}
KINDS_IN_PATH = {
    **dict.fromkeys(("follow_ups.new", "follow_ups.write", "members.new", "members.add", "members.remove"), SPOKEN_TO),
    **dict.fromkeys(("transfers.form", "transfers.transfer"), SPOKEN_TO),
    **dict.fromkeys(("live.start", "live.stop"), SPOKEN_TO),
    **dict.fromkeys(WAYS_THROUGH_A_POOL, POOLED),
    **dict.fromkeys(("merges.show", "merges.merge"), POOLED),
    "follow_ups.entries": {kind: kind for kind in ("lead", "customer", "opportunity", "quote", "order", "ticket")},
}
MAY_BY_KIND = (
    dict.fromkeys(KINDS_IN_PATH, OWNERS_SIDE) | WAYS_THROUGH_A_POOL
    | dict.fromkeys(("merges.show", "merges.merge"), OWNERS_SIDE | {"admin": (*RECORDS, POOL), "manager": (MINE, TEAM, POOL)})
    | dict.fromkeys(("follow_ups.entries", "live.start", "live.stop"), ANY)
)

ADMINISTRATORS = ("admin",)
IMPORTERS = ("admin", "manager", "finance")
# route without a record of somebody's: the people it lets in
GENERAL = {
    **dict.fromkeys(
        ("home.index", "live.changes", "notices.index", "notices.read_all", "approvals.index", "customers.index", "customers.options",
         "orders.index", "products.index", "tickets.index", "search.index", "accounts.profile", "accounts.change_password",
         "accounts.change_shortcuts", "accounts.end_other_sessions", "accounts.logout", "delegations.index", "delegations.create",
         "delegations.end", "approvals.approve_selection"),
        PEOPLE,
    ),
    **dict.fromkeys(
        ("leads.index", "leads.new", "leads.create", "leads.matches", "customers.matches", "duplicates.ask", "pools.index",
         "customers.new", "customers.create", "opportunities.index", "opportunities.new", "opportunities.create"),
        SALES,
    ),
    "collisions.index": SALES,
    "reviews.index": SALES,
    "collisions.report": ("admin", "manager"),
    "pools.show": SALES,
    # of an empty selection; each record of a full one is asked about
    **dict.fromkeys(("pools.claim_selection", "pools.assign_selection", "pools.move_selection", "transfers.transfer_selection"), SALES),
    **dict.fromkeys(("quotes.index", "quote_history.index", "quote_board.show"), (*SALES, "finance")),
    **dict.fromkeys(("tickets.new", "tickets.create", "tickets.choices"), (*SALES, "service")),
    **dict.fromkeys(
        ("products.new", "products.create", "price_lists.index", "price_lists.new", "price_lists.create", "price_lists.show",
         "price_lists.edit", "price_lists.save", "price_lists.move_up", "price_lists.remove", "price_lists.copy", "price_lists.prices",
         "price_lists.take_out"),
        IMPORTERS,
    ),
    **dict.fromkeys(("imports.index", "imports.create"), IMPORTERS),
    "imports.template": ("admin", "manager"),  # of leads
    **dict.fromkeys(("exports.new", "exports.create"), ("admin", "manager")),  # of leads
    "exports.index": IMPORTERS,
    **dict.fromkeys(("merges.index", "cleansing.index", "cleansing.start", "cleansing.progress"), ("admin", "manager")),
    # of what is asked of the manager; nobody has decided it
    **dict.fromkeys(("approval_acts.ask", "approval_acts.carry_out"), ("manager",)), "approval_acts.take_back": (),
    "approvals.show": ("admin", "manager", "seller", "finance"),  # of the seller's quote: whoever sees it
    **dict.fromkeys(
        ("handovers.index", "handovers.new", "handovers.plan_form", "handovers.plan",
         "settings.index", "settings.save", "design.show", "people.index", "people.new", "people.create", "people.show",
         "roles.index", "roles.save_matrix", "roles.new", "roles.create", "roles.show", "roles.save", "roles.remove",
         "people.preview", "people.save", "people.disable", "people.enable", "people.reset_password", "departments.index", "departments.add",
         "departments.show", "departments.save", "departments.remove", "settings_pools.index", "settings_pools.new",
         "settings_pools.create", "settings_pools.show", "settings_pools.save", "settings_pools.remove", "stages.index",
         "stages.new", "stages.create", "stages.edit", "stages.save", "stages.move_up", "stages.move_down", "stages.remove",
         "flows.index", "flows.show", "flows.rename", "flows.version", "flows.start", "flows.draft",
         "flows.save_rules", "flows.discard", "flows.node", "flows.save_node", "flows.move", "flows.remove", "flows.rehearse",
         "flows.rehearsal", "flows.publish", "taxes.index", "taxes.change", "taxes.call_off",
         "words.index", "words.show", "words.add", "words.edit", "words.save", "system.show",
         "document_templates.index", "document_templates.new", "document_templates.create", "document_templates.show",
         "document_templates.save", "document_templates.preview", "document_templates.make_default", "document_templates.remove",
         "calendar.index", "calendar.decide", "duplicate_rules.index", "duplicate_rules.save",
         "recycling.index", "recycling.new", "recycling.create", "recycling.show", "recycling.save",
         "recycling.rehearse", "recycling.rehearsal", "recycling.rehearsed_records", "recycling.switch_on",
         "recycling.switch_off", "recycling.retire", "recycling.move_up", "system.back_up", "system.check_audit",
         "leaks.index", "leaks.save", "numbers.index", "numbers.save", "numbers.preview",
         "assignment.index", "assignment.new", "assignment.create", "assignment.edit", "assignment.save",
         "assignment.move_up", "assignment.remove", "assignment.profile", "assignment.save_profile", "web_forms.index", "web_forms.new",
         "web_forms.create", "web_forms.edit", "web_forms.save"),
        ADMINISTRATORS,
    ),
}
PUBLIC = {"static", "health.show", "accounts.login", "accounts.log_in", "accounts.appearance", "setup.show", "setup.found"} | {
    "printing.colour", "complaints.show", "complaints.file", "web_forms.show", "web_forms.send",
    "offers.show", "offers.pdf", "offers.accept", "offers.decline", "offers.ask", "offers.renew",
    "checks.index", "checks.look_up", "checks.show", "checks.compare",
}
OWN_SESSION = {"accounts.end_session"}  # test_accounts.py: one's own sessions and nobody else's
OWN_PRINTS = {"printing.wait", "printing.fetch"}  # test_printing.py: one's own documents and nobody else's
LISTED = {*ON_RECORDS, *KINDS_IN_PATH, *GENERAL, *PUBLIC, *OWN_SESSION, *OWN_PRINTS}


@pytest.mark.once
def test_every_route_is_in_the_matrix(application):
    assert {rule.endpoint for rule in application.url_map.iter_rules()} == LISTED


@pytest.fixture
def made(cast, tmp_path, application):
    application.config["DATA"] = tmp_path
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "none").write_text("公司\n\n", encoding="utf-8")
    return world.MADE


@pytest.fixture
def ask(application, login, cast):
    """ask(person, endpoint, **values) -> "404", "403", "login" or "in"; whatever it changed is taken back."""
    clients = {person: login(getattr(cast, person)) for person in (*PEOPLE, "disabled")}
    clients["stranger"] = application.test_client().carry_token()
    addresses = application.url_map.bind("localhost")

    def answer(person, endpoint, **values):
        method = "POST" if "POST" in methods_of(application, endpoint) else "GET"
        with db.atomic() as undo:
            data = {"stage": Stage.in_order()[1].id}
            response = clients[person].open(addresses.build(endpoint, values, method=method), method=method, data=data, headers=PART)
            undo.rollback()
        return outcome(response)

    return answer


def methods_of(application, endpoint):
    return next(application.url_map.iter_rules(endpoint)).methods


def outcome(response):
    if response.status_code == 401 and response.headers["HX-Redirect"].startswith("/login?next="):
        return "login"
    return {403: "403", 404: "404"}.get(response.status_code, "in")


def expected(kind, person, relation, may):
    if relation not in VISIBLE[kind][person]:
        return "404"
    return "in" if relation in may[person] else "403"


def compare(ask, cells):
    """Every cell is asked; all that differ are told at once."""
    wrong = [
        f"{person} {endpoint} {values}: expected {wanted}, got {got}"
        for person, endpoint, values, wanted in cells
        if (got := ask(person, endpoint, **values)) != wanted
    ]
    assert not wrong, "\n".join(wrong)


def address_of(endpoint, made, relation, id):
    """The record's id and whatever else the address needs."""
    if endpoint == "opportunities.column":
        return {"stage_id": Stage.in_order()[0].id, "after": id}
    return {"id": id, **more_values(endpoint, made, relation)}


def more_values(endpoint, made, relation):
    if endpoint == "quote_lines.new":
        return {"product": made["product"]["any"]}
    if endpoint == "mails.retry":
        return {"mail": made["mail"]}
    if endpoint in ("customers.edit_contact", "customers.save_contact"):
        return {"contact_id": made["contact"][relation]}
    return {"user_id": User.get(User.login == "seller").id} if endpoint == "members.remove" else {}


@pytest.mark.parametrize("endpoint", sorted(ON_RECORDS))
def test_routes_of_one_record(endpoint, ask, made):
    kind, may = ON_RECORDS[endpoint]
    compare(ask, [
        (person, endpoint, address_of(endpoint, made, relation, id), expected(kind, person, relation, may))
        for relation, id in made[kind].items()
        for person in PEOPLE
    ])


@pytest.mark.parametrize("endpoint", sorted(KINDS_IN_PATH))
def test_routes_of_several_kinds(endpoint, ask, made):
    name = "kind" if endpoint == "follow_ups.entries" else "plural"
    compare(ask, [
        (person, endpoint, {name: word} | address_of(endpoint, made, relation, id), expected(kind, person, relation, MAY_BY_KIND[endpoint]))
        for word, kind in KINDS_IN_PATH[endpoint].items()
        for relation, id in made[kind].items()
        for person in PEOPLE
    ])


def somewhere(endpoint, made):
    """A valid address of a route that is not about anybody's record."""
    of_the_settings = {
        "people": User, "departments": Department, "settings_pools": Pool, "stages": Stage, "flows": Flow,
        "words": Choice, "document_templates": DocumentTemplate,
        "pools": Pool, "handovers": User, "roles": Role, "recycling": RecycleRule, "assignment": AssignmentRule,
        "web_forms": WebForm, "price_lists": PriceList, "taxes": Tax,
    }
    table = of_the_settings.get(endpoint.split(".")[0])
    last = table.select().order_by(table.id.desc()).first().id if table else None
    step = Approval.get(Approval.record_id == made["submitted"]["mine"], Approval.status == Approval.CURRENT)
    id = step.id if endpoint.startswith("approval") and table is None else last
    named = {"field": "source", "what": "lead", "plural": "leads", "document": "quote", "key": "n1", "number": 1, "rehearsal": 1}
    return {"id": id, "act": "send-back", "product": made["product"]["any"], **named}


@pytest.mark.parametrize("endpoint", sorted(GENERAL))
def test_routes_of_nobodys_record(endpoint, ask, made, application):
    names = next(application.url_map.iter_rules(endpoint)).arguments
    values = {name: value for name, value in somewhere(endpoint, made).items() if name in names}
    hidden = endpoint in ("pools.show", "approvals.show") or endpoint.startswith("approval_acts.")
    refused = "404" if hidden else "403"
    compare(ask, [
        (person, endpoint, values, "in" if person in GENERAL[endpoint] else refused) for person in PEOPLE
    ])


def test_nobody_without_a_session_gets_in_anywhere(ask, made, application):
    cells = []
    for endpoint in sorted(LISTED - PUBLIC):
        values = dict.fromkeys(next(application.url_map.iter_rules(endpoint)).arguments, 1) | {
            "plural": "leads", "kind": "lead", "field": "source", "what": "lead", "act": "send-back",
        }
        names = next(application.url_map.iter_rules(endpoint)).arguments
        address = {name: values[name] for name in names}
        cells += [(person, endpoint, address, "login") for person in ("stranger", "disabled")]
    compare(ask, cells)
