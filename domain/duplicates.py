"""Duplicates (查重): which leads and customers are the same company, told without giving away what is not one's own."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from models import Customer, Lead, name_key

FEW = 5


@dataclass
class Match:
    """A record that is probably the same company, and why: name, credit_code or phone."""

    record: Lead | Customer
    reason: str
    visible: bool

    @property
    def kind(self):
        return self.record.kind()


def of(viewer, name="", phone="", credit_code="", except_lead=None):
    """Up to five matches, customers first. Voided leads, and converted ones, whose customer matches instead, are left out."""
    asked = {"name_key": name_key(name), "phone": phone, "credit_code": credit_code}
    wanted = {column: value for column, value in asked.items() if value}
    if not wanted:
        return []
    customers = same(Customer, wanted).order_by(Customer.id)
    leads = same(Lead, wanted).where(Lead.status.not_in((Lead.CONVERTED, Lead.VOIDED)), Lead.id != (except_lead or 0))
    found = [*customers.limit(FEW), *leads.order_by(Lead.id).limit(FEW)][:FEW]
    seen = visible_ids(Customer, found, viewer) | visible_ids(Lead, found, viewer)
    return [Match(record, reason(record, wanted), (record.kind(), record.id) in seen) for record in found]


def groups(what, after_id=0, limit=250):
    """(groups of ids that are likely one company, the last id looked at; None at the end) of the next `limit` records."""
    table = Customer if what == "customer" else Lead
    columns = (table.name_key, table.phone, table.credit_code)
    open_ones = table.merged_into.is_null() if what == "customer" else table.status.not_in((Lead.CONVERTED, Lead.VOIDED))
    rows = list(table.select(table.id, *columns).where(table.id > after_id, open_ones).order_by(table.id).limit(limit))
    alike = {row.id: {row.id} for row in rows}
    for column in columns:
        told = {row.__data__[column.name] for row in rows} - {""}
        found = table.select(table.id, column).where(column.in_(told), open_ones).tuples() if told else ()
        ids = {}
        for id, value in found:
            ids.setdefault(value, set()).add(id)
        for row in rows:
            alike[row.id] |= ids.get(row.__data__[column.name], set())
    return [sorted(ids) for id, ids in alike.items() if len(ids) > 1 and min(ids) == id], rows[-1].id if rows else None


def same(table, wanted):
    return table.with_people().where(reduce(or_, (getattr(table, column) == value for column, value in wanted.items())))


def reason(record, wanted):
    return next(column for column, value in wanted.items() if getattr(record, column) == value).replace("name_key", "name")


def visible_ids(table, found, viewer):
    ids = [record.id for record in found if isinstance(record, table)]
    if not ids:
        return set()
    return {(table.kind(), row.id) for row in table.select(table.id).where(table.id.in_(ids), table.seen_by(viewer))}
