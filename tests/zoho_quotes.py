"""The quotes of the Zoho sample taken over as they stand: their totals are what the file says, never worked out again."""

import csv
from datetime import datetime

from domain import customers
from models import Opportunity, Quote, Stage, User
from tests import files

DEAL = {"Won": Opportunity.WON, "Lost": Opportunity.LOST}
TIME = "%d %b, %Y %H:%M:%S"


def fen(text):
    """$2,635.81 and $3,723.3 in the file."""
    whole, _point, part = text.lstrip("$").replace(",", "").partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def rows():
    with files.real("zoho_crm/Quotes.csv").open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def take_over(by):
    """Every quote with an approved, newest version, its seller and deal made for it; {seller's name: id}."""
    read = rows()
    sellers = {
        name: User.create(name=name, login=f"zoho-{place}", password_hash="", role=User.SELLER, department=by.department_id).id
        for place, name in enumerate(sorted({row["Quote Owner"] for row in read}))
    }
    customer, stage = customers.create(by, name="Zoho"), Stage.in_order()[0]
    for row in read:
        day = datetime.strptime(row["Created Time"], TIME).date()
        deal = Opportunity.create(
            customer=customer, owner=sellers[row["Quote Owner"]], name=row["Subject"], stage=stage, amount=0,
            status=DEAL.get(row["Sales Status"], Opportunity.OPEN),
        )
        Quote.create(
            number=row["QUOTEID"], opportunity=deal, customer=customer, owner=sellers[row["Quote Owner"]], status=Quote.APPROVED,
            issued_on=day, valid_until=datetime.strptime(row["Valid Till"], TIME).date(), list_total=fen(row["Sub Total"]),
            order_discount=fen(row["Discount"]), tax_total=fen(row["Tax"]), order_amount=fen(row["Sub Total"]) - fen(row["Discount"]),
            total=fen(row["Grand Total"]),
        )
    return sellers

