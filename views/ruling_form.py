"""The form of a ruling: who has the customer, a share for each party, a lock, and why."""

from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, NumberRange, Optional

from domain import collisions, shares
from domain.money import format_quantity
from views.fields import PercentField, longest, salespeople

OTHER = "other"


class RulingForm(FlaskForm):
    """A field share_<id> is added for each party; left empty, all of it is the owner's."""

    owner = RadioField(_l("Whose is it?"))
    other = SelectField(_l("Who else"), validate_choice=False)
    share_other = PercentField(_l("Share of the new owner"), optional=True)
    lock_days = IntegerField(
        _l("Others may not quote for (days)"), [Optional(), NumberRange(0, collisions.LONGEST_LOCK)], description=_l("Empty: no lock.")
    )
    reason = TextAreaField(
        _l("Why"), [DataRequired(_l("Say why, in a sentence.")), longest(1000)], description=_l("Both sides read it.")
    )

    def validate(self, extra_validators=None):
        """The fields by themselves, then what they say together, beside the field that it concerns."""
        fine = super().validate(extra_validators)
        if self.person is None:
            self.other.errors = [*self.other.errors, _("Choose who.")]
            return False
        given = [field.data for field in self.share_fields if field.data is not None]
        if fine and given and sum(given) != shares.WHOLE:
            self.share_fields[0].errors = [complaint(sum(given))]
            return False
        return fine

    @property
    def person(self):
        """The owner that was chosen, or None."""
        id = self.other.data if self.owner.data == OTHER else self.owner.data
        return self.people.get(str(id))

    @property
    def share_fields(self):
        named = [self[f"share_{party.id}"] for party in self.parties]
        return [*named, self.share_other] if self.owner.data == OTHER else named

    @property
    def parts(self):
        """{User: basis points}; the owner's alone where nothing was written."""
        people = [*self.parties, self.person]
        parts = {}
        for person, field in zip(people, self.share_fields):
            parts[person] = parts.get(person, 0) + (field.data or 0)
        return parts if any(parts.values()) else {self.person: shares.WHOLE}


def complaint(given):
    """How far the shares are from 100 %."""
    together = format_quantity(Decimal(given) / 100)
    return _("The shares come to %(sum)s%%; they must come to exactly 100%%.", sum=together)


def ruling_form(case, place, **options):
    """For one case: its parties to choose from, whoever looks after the company now marked; or any other salesperson."""
    fields = {f"share_{party.id}": PercentField(party.name, optional=True) for party in case.parties}
    parties = {str(party.id): party for party in case.parties}
    others = {str(person.id): person for person in salespeople() if str(person.id) not in parties}
    present = str(place.owner_id) if str(place.owner_id) in parties else next(iter(parties), OTHER)
    form = type("RulingOfOne", (RulingForm,), fields)(owner=present, **options)
    form.parties, form.people = case.parties, parties | others
    form.owner.choices = [(id, person.name) for id, person in parties.items()] + [(OTHER, _("Somebody else"))]
    form.other.choices = [("", "—"), *((id, person.name) for id, person in others.items())]
    return form
