"""A form changes what it asks for and nothing else: every form that anybody is shown, sent as it is, and again with every
column of every table on top (trust.md S2, mass assignment)."""

from datetime import datetime, timedelta

import pytest

from domain import now
from models import TABLES, db
from tests import databases, forms, world
from tests.sweep import Recorder

UNTOLD = {"hash", "previous_hash", "token_hash", "token", "password_hash", "check_code", "at", "updated_at"}  # differ from one time to the next
STATUS = {
    "leads": "converted", "quotes": "approved", "orders": "completed", "tickets": "called_back", "opportunities": "won", "imports": "done",
}
OFTEN = 2  # forms of one route that are tried
pytestmark = pytest.mark.once  # PostgreSQL does not give back the ids of what is taken back, so no two tries end alike

# What a route asks for outside the form: ids are ticked in the list, "replaces" comes with the answer to a conflict.
OUTSIDE = dict.fromkeys(
    ("pools.claim_selection", "pools.assign_selection", "pools.move_selection", "transfers.transfer_selection"), {"id"}
) | {
    "quotes.save": {"replaces"},
    "products.create": {"quote", "spec", "category"},  # the one from which one came for a product; what the dialog over it leaves out
    "quote_lines.add": {"product", "quantity", "rate", "way"},  # columns of a paste
    "quote_lines.paste": {"price_list", "inclusive"},  # what stands in the editor's head
}
# Of one's own each time: a file and its hash, the key of a role, the times inside what takes a merge back.
OF_EACH_TURN = {"export": {"stored_as", "sha256"}, "merge": {"journal"}, "role": {"key"}, "allowance": {"role"}}
UNTRIED = ("accounts.logout", "accounts.appearance", "exports.create")  # the last one tells the audit the hash of its file
GOES_THROUGH = {  # routes whose form is accepted as it is, so that the trial means something
    "seller": {
        "leads.create", "leads.edit", "leads.convert", "pools.claim", "pools.release", "follow_ups.write", "customers.create",
        "customers.save", "customers.add_contact", "opportunities.create", "opportunities.save", "opportunities.lose", "quotes.save",
        "approvals.submit", "tickets.create",
    },
    "manager": {"products.create", "products.save", "pools.assign", "leads.void", "approvals.approve"},
    "admin": {
        "people.create", "people.save", "departments.add", "departments.save", "settings_pools.create", "settings_pools.save", "stages.create",
        "stages.save", "words.add", "words.save", "flows.save_node", "flows.rename", "settings.save", "orders.review",
    },
    "service": {"tickets.check_in", "tickets.complete"},
    "finance": {"orders.review", "products.save"},
}


def sentinels(endpoint, path, form):
    """{column: a value that would be seen} for every column that is no field of the form, in both spellings of a key."""
    kind = path.split("/")[1]
    made = {}
    for table in TABLES:
        for field in table._meta.sorted_fields:
            made |= dict.fromkeys((field.name, field.column_name), sentinel(field))
    made |= {"status": STATUS.get(kind, "approved"), "role": "administrator", "data_scope": "all", "heads_department": "1", "may_edit": "1"}
    own = form.names | OUTSIDE.get(endpoint, set())
    return {name: value for name, value in made.items() if name not in own}


def sentinel(field):
    kind = field.field_type
    if "DATE" in kind:
        return "2001-01-01" + (" 01:01:01" if kind == "DATETIME" else "")
    return {"TEXT": "x7q", "BOOL": "1"}.get(kind, "5")


def everything():
    """{table: its rows, sorted}, without what differs by itself; a time of today is as good as another."""
    rows, recent = {}, (now() - timedelta(minutes=10)).isoformat(" ")
    for table in TABLES:
        untold = UNTOLD | OF_EACH_TURN.get(table.kind(), set())
        fields = [field for field in table._meta.sorted_fields if field.name not in untold]
        names = ", ".join(f'"{field.column_name}"' for field in fields)
        found = databases.quietly(f'SELECT {names} FROM "{table._meta.table_name}"')
        rows[table.kind()] = sorted(repr([plain(value, recent) for value in row]) for row in found)
    return rows


def plain(value, recent):
    """Times from `recent` on become one word."""
    text = value.isoformat(" ") if isinstance(value, datetime) else value
    return "lately" if isinstance(text, str) and text[:2] == "20" and text[4:5] == "-" and len(text) > 18 and text > recent else value


@pytest.fixture
def made(cast, application, tmp_path):
    application.config["DATA"] = tmp_path
    return world.build(cast)


def shown_forms(browser, application, made):
    """[(endpoint, path, form)] of all that the pages of a person offer, and of the dialogs that only buttons open."""
    routes, seen, found = application.url_map.bind(""), {}, []
    more = [f"/quotes/{made['quote']['mine']}{part}" for part in ("", "/submit")]
    more += [f"/leads/{made['lead']['mine']}{part}" for part in ("", "/release", "/convert", "/assign")]
    more += [f"/opportunities/{made['opportunity']['mine']}/{word}" for word in ("lose", "win", "move", "edit")]
    for _asked, answer in browser.everything(*more):
        for path, form in forms.posted(answer.text, answer.request.path) if answer.mimetype == "text/html" else ():
            endpoint = routes.match(path, method="POST")[0]
            kept = seen.setdefault(endpoint, set())
            if path not in kept and len(kept) < OFTEN and endpoint not in UNTRIED:
                kept.add(path)
                found.append((endpoint, path, form))
    return found


def sent(browser, path, fields):
    """(status, the database afterwards) of a post that is taken back, and the browser's cookies with it."""
    cookies = dict(browser.client._cookies)
    with db.atomic() as undo:
        status = browser.client.post(path, data=fields).status_code
        after = everything()
        undo.rollback()
    browser.client._cookies = cookies
    return status, after


def fields_of(form):
    fields = {}
    for name, value in form.fields:
        fields.setdefault(name, []).append(value)
    return fields


@pytest.mark.parametrize("person", GOES_THROUGH)
def test_no_form_changes_what_it_does_not_ask_for(cast, made, login, application, person):
    faults, went_through = [], set()
    browser = Recorder(login(getattr(cast, person)))
    for endpoint, path, form in shown_forms(browser, application, made):
        asked = fields_of(form)
        status, as_asked = sent(browser, path, asked)
        status_more, as_sent = sent(browser, path, asked | sentinels(endpoint, path, form))
        went_through |= {endpoint} if status < 400 else set()
        differs = [kind for kind in as_asked if as_asked[kind] != as_sent[kind]]
        if differs or status != status_more:
            faults.append(f"{path}: {status} and {status_more}; {told(as_asked, as_sent, differs)}")
    assert not faults, "\n".join(faults)
    assert went_through >= GOES_THROUGH[person], sorted(GOES_THROUGH[person] - went_through)


def told(first, second, kinds):
    return "; ".join(f"{kind}: {sorted(set(second[kind]) - set(first[kind]))[:2]}" for kind in kinds)
