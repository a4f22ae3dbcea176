"""What a role may let its people do: every function once, in groups, with its words and the standing roles that have it."""

from domain import N_
from models import User

EVERYBODY = User.ROLES
SALES = (User.ADMINISTRATOR, User.MANAGER, User.SELLER)
MANAGERS = (User.ADMINISTRATOR, User.MANAGER)
READERS_OF_QUOTES = (*SALES, User.FINANCE)
REVIEWERS = (*MANAGERS, User.FINANCE)

# A function that is added here reaches the standing roles, and the copies of them, when Haitu starts the next time.
FUNCTIONS = {  # group: {function: (words, the standing roles that have it from the start)}
    N_("Leads"): {
        "lead.see": (N_("See leads"), SALES),
        "lead.create": (N_("Add leads"), SALES),
        "lead.work": (N_("Have leads and work on them"), SALES),
        "lead.void": (N_("Void leads"), MANAGERS),
        "lead.import": (N_("Import leads"), MANAGERS),
        "lead.export": (N_("Export leads"), MANAGERS),
    },
    N_("Customers"): {
        "customer.see": (N_("See customers"), EVERYBODY),
        "customer.create": (N_("Add customers, convert leads"), SALES),
        "customer.work": (N_("Work on customers and contacts"), SALES),
        "contact.see_clear": (N_("Read numbers of others' records in clear"), EVERYBODY),
        "customer.review": (N_("Review new customers"), MANAGERS),
        "customer.export": (N_("Export customers"), MANAGERS),
        "contact.export": (N_("Export contacts"), MANAGERS),
        "collision.see": (N_("See collisions"), SALES),
        "collision.rule": (N_("Rule on the collisions of one's people"), MANAGERS),
        "collision.report": (N_("Read the report on collisions"), MANAGERS),
    },
    N_("Pools and owners"): {
        "pool.see": (N_("See the pools"), SALES),
        "pool.claim": (N_("Claim from a pool"), SALES),
        "pool.release": (N_("Give back to a pool"), SALES),
        "pool.lock": (N_("Lock against recycling"), SALES),
        "pool.assign": (N_("Assign and move between pools"), MANAGERS),
        "record.hand_over": (N_("Hand over to a colleague"), SALES),
        "record.merge": (N_("Merge one's own duplicates"), SALES),
        "record.merge_any": (N_("Merge across owners and pools"), MANAGERS),
    },
    N_("Deals"): {
        "opportunity.see": (N_("See deals"), SALES),
        "opportunity.create": (N_("Add deals"), SALES),
        "opportunity.work": (N_("Work on deals, win and lose them"), SALES),
        "opportunity.reopen": (N_("Reopen closed deals"), MANAGERS),
        "opportunity.export": (N_("Export deals"), MANAGERS),
    },
    N_("Quotes and products"): {
        "quote.see": (N_("See quotes"), READERS_OF_QUOTES),
        "quote.work": (N_("Write and submit quotes"), SALES),
        "quote.cost": (N_("See cost and margin"), REVIEWERS),
        "quote.export": (N_("Export quotes"), REVIEWERS),
        "product.edit": (N_("Edit and import products"), REVIEWERS),
    },
    N_("Orders"): {
        "order.see": (N_("See orders"), EVERYBODY),
        "order.work": (N_("Take orders and carry them out"), SALES),
        "order.review": (N_("Review the orders of others"), REVIEWERS),
        "order.advance": (N_("Carry out anybody's orders"), (User.FINANCE,)),
        "order.export": (N_("Export orders"), REVIEWERS),
    },
    N_("Tickets"): {
        "ticket.see": (N_("See tickets"), (*SALES, User.SERVICE)),
        "ticket.see_all": (N_("See everybody's tickets"), (User.SERVICE,)),
        "ticket.create": (N_("Create tickets"), (*SALES, User.SERVICE)),
        "ticket.dispatch": (N_("Dispatch tickets"), (*MANAGERS, User.SERVICE)),
        "ticket.serve": (N_("Be dispatched and do the work"), (User.SERVICE,)),
        "ticket.call_back": (N_("Call back after the work"), MANAGERS),
        "ticket.export": (N_("Export tickets"), MANAGERS),
    },
    N_("Manage"): {
        "base.cleanse": (N_("Check all records, see all merges"), MANAGERS),
        "company.administer": (N_("Settings, people, roles, pools; see every pool"), (User.ADMINISTRATOR,)),
    },
}
WORDS = {function: words for group in FUNCTIONS.values() for function, (words, _roles) in group.items()}
ALL = tuple(WORDS)


def of_standing(role):
    """What a standing role (its key) has from the start."""
    return [function for group in FUNCTIONS.values() for function, (_words, roles) in group.items() if role in roles]
