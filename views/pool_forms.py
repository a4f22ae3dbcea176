"""The forms of the ways in and out of a pool: give back with a reason, assign to a colleague, move to another pool."""

from datetime import timedelta

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, ValidationError
from wtforms.validators import DataRequired, Optional

from domain import day_of, now
from models import AssignmentRule, Pool, User
from views.fields import ChoiceField
from views.formats import day


class ReleaseForm(FlaskForm):
    reason = ChoiceField(_l("Why does it go back?"), [DataRequired(_l("Choose a reason."))], field="drop_reason")
    pool = SelectField(_l("To which pool"), [Optional()], coerce=int)

    def __init__(self, record, *args, **options):
        super().__init__(*args, **options)
        self.is_own = record.owner_id == g.user.id
        self.pools = {each.id: each for each in Pool.open_to(g.user, record.kind())}
        self.pool.choices = [(each.id, each.name) for each in self.pools.values()]
        if not self.pool.raw_data:
            self.pool.data = record.home_pool_id

    @property
    def chosen_pool(self):
        return self.pools.get(self.pool.data)

    @property
    def consequences(self):
        """[(pool, from when on who may claim the record there)]"""
        return [(pool, " ".join(self.waits(pool))) for pool in self.pools.values()]

    def waits(self, pool):
        if not pool.is_claimed_from:
            yield _("Its administrators assign it; nobody claims it.")
            return
        yield _("Nobody claims it before %(day)s.", day=day_in(pool.hold_days)) if pool.hold_days else _("Its members can claim it at once.")
        if self.is_own and pool.cool_down_days > pool.hold_days:
            yield _("You yourself can again from %(day)s.", day=day_in(pool.cool_down_days))

    def validate_reason(self, field):
        """A pool may take some reasons only (移入公海原因设置)."""
        pool = self.chosen_pool
        if pool and pool.drop_reasons and field.data not in pool.drop_reasons:
            words = ", ".join(str(label) for value, label in field.choices if value in pool.drop_reasons)
            raise ValidationError(_("%(pool)s takes: %(reasons)s.", pool=pool.name, reasons=words))


def day_in(days):
    return day(day_of(now()) + timedelta(days=days))


SPREADS = {
    AssignmentRule.ROUND_ROBIN: _l("All these colleagues in turn"), AssignmentRule.LEAST_LOADED: _l("Whoever holds least"),
    AssignmentRule.RANDOM: _l("By chance"),
}


class AssignForm(FlaskForm):
    """To one colleague; a selection also among all of them (`spreads`), each record by itself."""

    to = SelectField(_l("To whom"), [DataRequired(_l("Choose a colleague."))])

    def __init__(self, *args, spreads=False, **options):
        super().__init__(*args, **options)
        self.people = {str(person.id): person for person in colleagues()}
        self.to.choices = [("", "—")] + [(id, person.name) for id, person in self.people.items()] + (list(SPREADS.items()) if spreads else [])

    @property
    def colleague(self):
        """The one who was chosen; None where all of them share."""
        return self.people.get(self.to.data)


class MoveForm(FlaskForm):
    pool = SelectField(_l("To which pool"), [DataRequired(_l("Choose a pool."))], coerce=int)

    def __init__(self, here, *args, **options):
        super().__init__(*args, **options)
        self.pools = {each.id: each for each in Pool.open_to(g.user, here.what) if each.id != here.id}
        self.pool.choices = [(each.id, each.name) for each in self.pools.values()]

    @property
    def chosen_pool(self):
        return self.pools[self.pool.data]


def colleagues():
    """Those to whom this person may hand records: active, working on leads, and his own people."""
    people = User.select().where(User.disabled_at.is_null(), User.who_may("lead.work")).order_by(User.id)
    return people if g.user.overseen is None else people.where(User.id.in_(g.user.overseen))
