"""公海: its page, and the ways in and out of it: claim, give back, assign, one lead or a selection."""

from datetime import timedelta

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import DataRequired, Optional

from domain import now, pool, search
from models import Lead, Pool, User, capped_counts, mask_phones_in
from permissions import SALES, can_assign_lead, can_claim_lead, can_release_lead, sees_leads
from views.fields import ChoiceField
from views.formats import capped as count_words
from views.formats import choice
from views.helpers import (
    address_arguments,
    form_again,
    fragment_or_redirect,
    get_or_404,
    go,
    page,
    page_of,
    page_url,
    remember_where,
    render_block,
    require,
    toast,
    wants_part,
    whole,
    with_messages,
)

bp = Blueprint("pools", __name__)

WITHIN = {1: _l("the last day"), 7: _l("the last 7 days"), 30: _l("the last 30 days"), 90: _l("the last 90 days")}
MOST_AT_ONCE = 200
NAMED = 3  # how many lost leads a message names


class ReleaseForm(FlaskForm):
    reason = ChoiceField(_l("Why does it go back?"), [DataRequired(_l("Choose a reason."))], field="drop_reason")
    pool = SelectField(_l("To which pool"), [Optional()], coerce=int)

    def __init__(self, lead, *args, **options):
        super().__init__(*args, **options)
        self.pool.choices = [(each.id, each.name) for each in Pool.open_to(g.user)]
        if not self.pool.raw_data:
            self.pool.data = lead.home_pool_id

    @property
    def chosen_pool(self):
        return Pool.get_by_id(self.pool.data) if self.pool.data else None


class AssignForm(FlaskForm):
    to = SelectField(_l("To whom"), [DataRequired(_l("Choose a colleague."))], coerce=int)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.to.choices = [(person.id, person.name) for person in colleagues()]

    @property
    def colleague(self):
        return User.get_by_id(self.to.data)


def colleagues():
    """Those to whom this person may hand leads: active, working on leads, and his own people."""
    people = User.select().where(User.disabled_at.is_null(), User.role.in_(SALES)).order_by(User.id)
    return people if g.user.overseen is None else people.where(User.id.in_(g.user.overseen))


# ---- the page --------------------------------------------------------------------------------------------------------


@bp.get("/pools")
def index():
    first = Pool.open_to(g.user).first()
    if first:
        return redirect(url_for("pools.show", id=first.id, **address_arguments()), 303)
    require(sees_leads(g.user))
    return render_template("pools/none.html")


@bp.get("/pools/<int:id>")
def show(id):
    here = get_or_404(Pool.open_to(g.user), id)
    query = narrowed(Lead.lying_in(here), here)
    leads = page_of(query, Lead.entered_pool_at, Lead.id)
    return page(
        "pools/show.html", "list", pool=here, pools=tabs(here), leads=leads, quota=pool.quota(g.user), filters=filters(),
        within=WITHIN, colleagues=colleagues() if g.user.is_a(User.ADMINISTRATOR, User.MANAGER) else (),
    )


def tabs(here):
    """The pools that are open to this person, with their counts in one query."""
    pools = list(Pool.open_to(g.user))
    counts = capped_counts({f"pool_{each.id}": Lead.select().where(Lead.pool == each, Lead.owner.is_null()) for each in pools})
    return [
        {"label": each.name, "url": url_for("pools.show", id=each.id), "current": each.id == here.id,
         "number": counts[f"pool_{each.id}"], "count": count_words(counts[f"pool_{each.id}"])}
        for each in pools
    ]


def narrowed(query, here):
    """The pool's list under the filters of the address."""
    if sources := [value for value in request.args.getlist("source") if value]:
        query = query.where(Lead.source.in_(sources))
    if city := request.args.get("city", "").strip():
        query = query.where(Lead.city == spelled_here(city, here))
    if days := request.args.get("within", type=whole):
        query = query.where(Lead.entered_pool_at >= now() - timedelta(days=min(days, 3650)))
    return search.narrowed(query, "lead", request.args.get("q", ""), only_names=True)


def spelled_here(city, here):
    """苏州 or 苏州市, as this pool's leads have it: one value, so that the index gives the rows in order."""
    other = city.removesuffix("市") if city.endswith("市") else f"{city}市"
    known = Lead.lying_in(here).where(Lead.city == city).exists()
    return city if known else other


def filters():
    """[(label, verb, value, address without it)] of what is filtered now."""
    shown = []
    if sources := [value for value in request.args.getlist("source") if value]:
        words = ", ".join(str(choice(value, "source")) for value in sources)
        shown.append((_("Source"), _("is"), words, page_url(source=None)))
    if city := request.args.get("city"):
        shown.append((_("City"), _("is"), city, page_url(city=None)))
    days = request.args.get("within", type=whole)
    if days in WITHIN:
        shown.append((_("Entered"), _("within"), WITHIN[days], page_url(within=None)))
    if text := request.args.get("q"):
        shown.append((_("Company"), _("contains"), text, page_url(q=None)))
    return shown


# ---- claim -----------------------------------------------------------------------------------------------------------


@bp.post("/leads/<int:id>/claim")
def claim(id):
    lead = get_or_404(Lead.claimable_by(g.user), id)
    require(can_claim_lead(g.user, lead))
    pool.claim(lead, by=g.user)
    toast(_("%(name)s is yours.", name=lead.name), undo=(url_for("pools.unclaim", id=id), {}))
    return fragment_or_redirect(
        "pools/claimed.html", "row", remember_where(), lead=lead, state="claimed", quota=pool.quota(g.user)
    )


@bp.errorhandler(pool.Taken)
def taken(no):
    """409: the row fades and says who was faster; a plain form gets the sentence."""
    if not wants_part():
        return render_template("errors/error.html", code=409, message=no.message, back=remember_where()), 409
    seconds = int((now() - no.claim.at).total_seconds()) if no.claim else None
    state = "claimed" if no.claim and no.claim.owner_id == g.user.id else "taken"  # a second press of one's own
    row = render_block("pools/claimed.html", "row", lead=no.lead, state=state, claim=no.claim, seconds=seconds)
    return with_messages(row), 409


@bp.post("/leads/<int:id>/unclaim")
def unclaim(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(lead.owner_id == g.user.id)
    pool.unclaim(lead, by=g.user)
    toast(_("%(name)s is back in the pool.", name=lead.name))
    return go(remember_where())


@bp.post("/leads/claim")
def claim_selection():
    leads = selection(Lead.claimable_by(g.user))
    require(all(can_claim_lead(g.user, lead) for lead in leads))
    claimed, lost = pool.claim_many(leads, by=g.user)
    tell(ngettext("%(num)s lead claimed.", "%(num)s leads claimed.", len(claimed)), lost)
    return go(remember_where())


def selection(query):
    """The leads that were ticked, in the order of the list; 404 when one of them is not to be seen."""
    require(sees_leads(g.user))
    ids = list(dict.fromkeys(request.form.getlist("id", type=whole)))[:MOST_AT_ONCE]
    if not ids:
        abort(422)
    found = {lead.id: lead for lead in query.where(Lead.id.in_(ids))}
    return [found.get(id) or abort(404) for id in ids]


def tell(words, lost):
    """What was done; and of each lead that was lost, to whom."""
    if not lost:
        return toast(words)
    names = "; ".join(f"{no.lead.name} ({no.claim.owner.name})" if no.claim else no.lead.name for no in lost[:NAMED])
    more = "…" if len(lost) > NAMED else ""
    gone = ngettext("%(num)s was taken before you: %(names)s", "%(num)s were taken before you: %(names)s", len(lost), names=names + more)
    return toast(f"{words} {gone}", kind="warn")


# ---- give back, assign -----------------------------------------------------------------------------------------------


@bp.get("/leads/<int:id>/release")
def release_form(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_release_lead(g.user, lead))
    return page("pools/release.html", "dialog", lead=lead, form=ReleaseForm(lead))


@bp.post("/leads/<int:id>/release")
def release(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_release_lead(g.user, lead))
    form = ReleaseForm(lead)
    if not form.validate_on_submit():
        return form_again("pools/release.html", "dialog", lead=lead, form=form)
    pool.release(lead, g.user, form.reason.data, form.chosen_pool)
    toast(_("%(name)s went back to %(pool)s.", name=lead.name, pool=lead.pool.name))
    return go(url_for("leads.index"))


@bp.get("/leads/<int:id>/assign")
def assign_form(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_assign_lead(g.user, lead))
    return page("pools/assign.html", "dialog", lead=lead, form=AssignForm())


@bp.post("/leads/<int:id>/assign")
def assign(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_assign_lead(g.user, lead))
    form = AssignForm()
    if not form.validate_on_submit():
        return form_again("pools/assign.html", "dialog", lead=lead, form=form)
    pool.assign(lead, form.colleague, by=g.user)
    toast(_("%(lead)s is with %(name)s now.", lead=lead.name, name=lead.owner.name))
    return go(url_for("leads.show", id=id))


@bp.post("/leads/assign")
def assign_selection():
    leads = selection(Lead.visible_to(g.user))
    require(all(can_assign_lead(g.user, lead) for lead in leads))
    form = AssignForm()
    if not form.validate_on_submit():
        abort(422)
    assigned, lost = pool.assign_many(leads, form.colleague, by=g.user)
    number = len(assigned)
    tell(ngettext("%(num)s lead assigned to %(name)s.", "%(num)s leads assigned to %(name)s.", number, name=form.colleague.name), lost)
    return go(remember_where())


bp.add_app_template_filter(mask_phones_in, "phones_masked")
