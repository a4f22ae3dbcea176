"""The form of one node of an approval flow: its names, its conditions in rows, who decides and by which rules."""

import re

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Optional

from domain import flow_checks
from domain.flow_conditions import AMOUNT, BETWEEN, LOSES_MONEY, OPS, RATES, Condition
from domain.flows import CopyTo, Empty, Node, Who
from models import User
from views import flow_words
from views.departments import in_tree_order
from views.fields import Line, MoneyField, PercentField, Ticks, WordsField
from views.flow_words import pairs
from views.formats import choices
from views.products import categories
from views.roles import role_choices

ROW = re.compile(r"c-(\d{1,3})-(\d{1,3})-field")
NOBODY = (0, "—")


# ---- conditions ------------------------------------------------------------------------------------------------------


class Row(FlaskForm):
    """One condition as fields; `field` says of what."""

    class Meta:
        csrf = False  # the node's form has the token

    field = ""

    @property
    def label(self):
        return flow_words.FIELDS[self.field]

    @property
    def condition(self):
        return Condition(self.field, *self.read())

    @property
    def complaints(self):
        return [error for field in self for error in field.errors]


class NumberRow(Row):
    op = SelectField(choices=pairs({op: flow_words.OPS[op] for op in OPS[AMOUNT]}))

    def read(self):
        if self.op.data == BETWEEN:
            return BETWEEN, (self.low.data, self.high.data)
        return self.op.data, self.low.data


class RateRow(NumberRow):
    unit = "%"
    low, high = PercentField(_l("Value")), PercentField(_l("to"), optional=True)


class AmountRow(NumberRow):
    unit = "¥"
    low, high = MoneyField(_l("Value")), MoneyField(_l("to"), optional=True)


class SetRow(Row):
    op = SelectField(choices=pairs({op: flow_words.OPS[op] for op in OPS["level"]}))
    values = Ticks(validate_choice=False)

    def read(self):
        return self.op.data, tuple(self.values.data)


class ProvinceRow(SetRow):
    values = WordsField()


class DepartmentRow(SetRow):
    values = Ticks(coerce=int, validate_choice=False)


class FlagRow(Row):
    def read(self):
        return "is", True


ROWS = {
    **dict.fromkeys(RATES, RateRow), AMOUNT: AmountRow, LOSES_MONEY: FlagRow, "level": SetRow, "category": SetRow, "changed": SetRow,
    "province": ProvinceRow, "department": DepartmentRow,
}


def row_for(field, group, place, sent=None, condition=None):
    """The row of a condition, of one that was sent, or a fresh one."""
    row = type(f"{field}_row", (ROWS[field],), {"field": field})(sent, prefix=f"c-{group}-{place}-", data=typed(condition))
    if "values" in row:
        row.op.choices = pairs({op: flow_words.OPS[op] for op in OPS[field]})
    if "values" in row and field != "province":
        row.values.choices = {
            "level": lambda: choices("level"), "category": categories, "changed": lambda: list(flow_words.CHANGES.items()),
            "department": lambda: [(department.id, department.name) for department, _depth in in_tree_order()],
        }[field]()
        known = {value for value, _label in row.values.choices}
        row.values.choices += [(value, value) for value in row.values.data or () if value not in known]
    return row


def typed(condition):
    if condition is None or condition.field == LOSES_MONEY:
        return {}
    if condition.op == BETWEEN:
        return {"op": BETWEEN, "low": condition.value[0], "high": condition.value[1]}
    name = "low" if condition.field in (*RATES, AMOUNT) else "values"
    return {"op": condition.op, name: list(condition.value) if name == "values" else condition.value}


class Conditions:
    """Groups of rows: all of any one group."""

    def __init__(self, groups):
        self.groups, self.errors, self.form_errors = groups, {}, []

    @classmethod
    def of(cls, when):
        return cls([
            [row_for(each.field, number, place, condition=each) for place, each in enumerate(group)] for number, group in enumerate(when)
        ])

    @classmethod
    def sent(cls, fields):
        """The rows of a form that came in, after the button that adds or takes away one."""
        found = {}
        for name, field in request.form.items():
            match = ROW.fullmatch(name)
            if match and field in fields:
                found.setdefault(int(match[1]), {})[int(match[2])] = field
        groups = [
            [row_for(field, number, place, request.form) for place, field in sorted(rows.items())] for number, rows in sorted(found.items())
        ]
        return cls(groups[: flow_checks.MOST_GROUPS + 1]).edited(request.form.get("edit", ""), fields)

    def edited(self, button, fields):
        """add.<group> and add.new take the field that stands beside the button; drop.<group>.<row> takes a row away."""
        verb, *place = button.split(".")
        added = request.form.get(f"{'.'.join(place)}-new", "")
        if verb == "add" and added in fields:
            group = self.group_named(place[0])
            group.append(row_for(added, self.groups.index(group), self.free_place(group)))
        if verb == "drop":
            dropped = f"c-{'-'.join(place)}-"
            self.groups = [[row for row in group if row._prefix != dropped] for group in self.groups]
        self.groups = [group for group in self.groups if group]
        return self

    def group_named(self, number):
        """The group of this number, or a new one at the end."""
        found = next((group for group in self.groups if group[0]._prefix.split("-")[1] == number), None)
        if found is None:
            self.groups.append(found := [])
        return found

    def free_place(self, group):
        return max((int(row._prefix.split("-")[2]) for row in group), default=-1) + 1

    def validate(self):
        outcomes = [row.validate() for group in self.groups for row in group]
        return all(outcomes)

    @property
    def when(self):
        return tuple(tuple(row.condition for row in group) for group in self.groups)


# ---- the node --------------------------------------------------------------------------------------------------------


class NodeForm(FlaskForm):
    name = Line(_l("Name in Chinese"))
    name_en = Line(_l("Name in English"))
    who = RadioField(_l("Who decides"), choices=pairs(flow_words.WHO), default=Who.SUPERIOR)
    role = SelectField(_l("Role"))
    users = SelectMultipleField(_l("People, in their order"), coerce=int, validate_choice=False)
    levels = IntegerField(_l("Levels"), [Optional()], default=1)
    top_down = BooleanField(_l("From the top down"))
    mode = RadioField(_l("If there are several"), choices=pairs(flow_words.MODES), default=Node.ANY)
    empty = SelectField(_l("If nobody is found"), choices=pairs(flow_words.EMPTY))
    stand_in = SelectField(_l("Who instead"), coerce=int)
    own = SelectField(_l("If it is the submitter or the owner themselves"), choices=pairs(flow_words.OWN))
    repeat = SelectField(_l("Whoever has approved an earlier step"), choices=pairs(flow_words.REPEAT))
    gone = SelectField(_l("If somebody has left"), choices=pairs(flow_words.GONE))
    comment = SelectField(_l("Comment"), choices=pairs(flow_words.COMMENT))
    timeout_hours = IntegerField(_l("Remind after working hours"), [Optional()], description=_l("Empty: nobody is reminded."))
    remind = Ticks(_l("Whom to remind"), choices=pairs(flow_words.REMIND))
    copy_users = Ticks(_l("People"), coerce=int, validate_choice=False)
    copy_roles = Ticks(_l("Roles"), validate_choice=False)
    batch = BooleanField(_l("May be approved in a batch"))

    def __init__(self, fields, node=None):
        super().__init__(formdata=request.form if request.method == "POST" else None, data=shown(node) if node else None)
        self.fields, self.node = fields, node
        self.conditions = Conditions.sent(fields) if request.method == "POST" else Conditions.of(node.when if node else ())
        self.role.choices = [("", "—"), *role_choices(which_may="quote.see")]
        self.copy_roles.choices = role_choices()
        named = {*(self.users.data or ()), *(self.copy_users.data or ()), self.stand_in.data or 0}
        people = User.select().where((User.disabled_at.is_null() & User.who_may("quote.see")) | User.id.in_(named)).order_by(User.name, User.id)
        self.people = [NOBODY, *((person.id, person.name) for person in people)]
        self.stand_in.choices = self.people
        self.copy_users.choices = self.people[1:]

    def validate(self):
        conditions_are_sound = self.conditions.validate()
        return super().validate() and conditions_are_sound

    def definition_of(self, key):
        """The Node that this form describes."""
        person = self.empty.data == Empty.PERSON
        return Node(
            key=key, name=self.name.data, name_en=self.name_en.data, when=self.conditions.when, who=self.decider(), mode=self.mode.data,
            empty=Empty(self.empty.data, self.stand_in.data or None if person else None), own=self.own.data, repeat=self.repeat.data,
            gone=self.gone.data, comment=self.comment.data, timeout_hours=self.timeout_hours.data, remind=tuple(self.remind.data),
            copy_to=CopyTo(tuple(self.copy_users.data), tuple(self.copy_roles.data)), batch=self.batch.data,
        )

    def decider(self):
        kind = self.who.data
        return Who(
            kind, users=self.chosen if kind == Who.PERSON else (), role=self.role.data if kind == Who.ROLE else "",
            levels=(self.levels.data or 0) if kind in (Who.SUPERIORS, Who.HEADS) else 1,
            top_down=self.top_down.data if kind in (Who.SUPERIORS, Who.HEADS) else False,
        )

    @property
    def chosen(self):
        """Ids of the people, each once, in the order in which they were chosen."""
        return tuple(dict.fromkeys(id for id in self.users.data or () if id))

    def complain(self, complaints, key):
        """Put what flow_checks says of this node beside its fields; whether it said anything."""
        for path, sentence in complaints.items():
            if path[0] != key:
                self.conditions.form_errors.append(sentence)
            elif path[1] == "when":
                self.conditions.errors[path[2:]] = sentence
            else:
                self["stand_in" if path[1] == "empty" else path[1]].errors = [sentence]
        return bool(complaints)


def shown(node):
    """A node as the data of its form."""
    plain = ("name", "name_en", "mode", "own", "repeat", "gone", "comment", "timeout_hours", "batch")
    return {name: getattr(node, name) for name in plain} | {
        "who": node.who.kind, "role": node.who.role, "users": list(node.who.users), "levels": node.who.levels, "top_down": node.who.top_down,
        "empty": node.empty.then, "stand_in": node.empty.user or 0, "remind": list(node.remind), "copy_users": list(node.copy_to.users),
        "copy_roles": list(node.copy_to.roles),
    }
