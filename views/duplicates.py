"""Duplicates (查重) beside a form, and what one may do about one: claim it, ask its owner, ask the manager."""

from flask import Blueprint, abort, current_app, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeTimedSerializer

from domain import asks, duplicates
from models import BY_KIND, DuplicateRule
from permissions import can_claim, can_create_lead
from views.helpers import fragment_or_redirect, remember_where, require, toast, whole

bp = Blueprint("duplicates", __name__, url_prefix="/duplicates")

SHOWN_FOR = 24 * 3600  # seconds in which one may ask about what the check has shown
LIKENESSES = {
    "name": _l("same name"), "short_name": _l("short for the same name"), "pinyin": _l("same name in pinyin"),
    "typo": _l("one character differs"), "phone": _l("same phone"), "credit_code": _l("same credit code"), "email": _l("same e-mail"),
    "website": _l("same website"), "address_key": _l("same address"),
}
ASKS = {"owner": asks.ask_owner, "manager": asks.ask_manager}

bp.add_app_template_global(LIKENESSES, "likeness_words")


class ChecksDuplicates:
    """A form of leads or customers: where the rule refuses, the refusal stands beside the field that hit."""

    what = None

    def __init__(self, *args, place=None, **options):
        super().__init__(*args, **options)
        self.place = place

    def validate(self, **options):
        return super().validate(**options) and self.is_new()

    def is_new(self):
        match = duplicates.refusing(self.what, g.user, self.place, **self.changed())
        if match:
            field = self[match.reason]
            field.errors = [*field.errors, duplicates.sentence(match)]
        return match is None

    def facts(self):
        return {key: self[key].data for key in DuplicateRule.KEYS}

    def changed(self):
        """Only what is written anew is checked: an old record may be edited beside its old double."""
        return {key: value for key, value in self.facts().items() if value != self[key].object_data}


def matches_of(form):
    """Of what is being typed into a form of leads or customers."""
    id = request.args.get("except", type=whole)
    return duplicates.of(g.user, form.what, but=id and (form.what, id), **form.facts())


@bp.app_template_global()
def ways_on(match):
    """What this person may do about a match: "claim" where it lies in a pool of his, else "owner" and "manager" to ask."""
    record = match.record
    if record.in_pool:
        return ["claim"] if match.visible and can_claim(g.user, record) else ["manager"]
    return [] if g.user.oversees(record.owner_id) else ["owner", "manager"]


@bp.app_template_global()
def shown_token(match):
    """Proves that the check has shown this record to this person: he does not see it otherwise."""
    return signer().dumps([g.user.id, *match.place])


def signer():
    return URLSafeTimedSerializer(current_app.secret_key, salt="duplicates")


@bp.post("/ask")
def ask():
    require(can_create_lead(g.user))
    record, whom = shown_record(), request.form.get("whom")
    if whom not in ASKS:
        abort(400)
    ASKS[whom](record, by=g.user)
    toast(_("The question is on its way to the owner.") if whom == "owner" else _("The question is on its way to the manager."))
    return fragment_or_redirect("duplicates/asked.html", "asked", remember_where(), whom=whom)


def shown_record():
    try:
        reader, kind, id = signer().loads(request.form.get("shown", ""), max_age=SHOWN_FOR)
    except BadSignature:
        abort(400)
    return BY_KIND[kind].with_people().where(BY_KIND[kind].id == id).first() if reader == g.user.id else abort(404)
