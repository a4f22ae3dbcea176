"""What a handover speaks of, in words: kinds of things with their numbers, rules, states."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, ngettext

from domain.holdings import SUMMARY
from models import Handover, HandoverItem

KINDS = {
    "customer": (_l("Customers"), lambda n: ngettext("%(num)s customer", "%(num)s customers", n)),
    "lead": (_l("Leads"), lambda n: ngettext("%(num)s lead", "%(num)s leads", n)),
    "opportunity": (_l("Deals"), lambda n: ngettext("%(num)s deal", "%(num)s deals", n)),
    "quote": (_l("Quotes"), lambda n: ngettext("%(num)s quote", "%(num)s quotes", n)),
    "order": (_l("Orders"), lambda n: ngettext("%(num)s order", "%(num)s orders", n)),
    "ticket": (_l("Tickets"), lambda n: ngettext("%(num)s ticket", "%(num)s tickets", n)),
    "approval": (_l("Approvals waiting for them"), lambda n: ngettext("%(num)s approval", "%(num)s approvals", n)),
    "step": (_l("Next steps"), lambda n: ngettext("%(num)s next step", "%(num)s next steps", n)),
    "step_done": (_l("Steps ticked off"), lambda n: ngettext("%(num)s step ticked off", "%(num)s steps ticked off", n)),
    "flow_node": (_l("Approval steps that name them"), lambda n: ngettext("%(num)s approval step", "%(num)s approval steps", n)),
    "member": (_l("Teams of others' records"), lambda n: ngettext("%(num)s team", "%(num)s teams", n)),
    "pool_scope": (_l("Pools that name them"), lambda n: ngettext("%(num)s pool right", "%(num)s pool rights", n)),
    "pool_administrator": (_l("Pools they run"), lambda n: ngettext("%(num)s pool run", "%(num)s pools run", n)),
    "assignment_taker": (_l("Rules that give to them"), lambda n: ngettext("%(num)s assignment rule", "%(num)s assignment rules", n)),
    "head": (_l("Department they head"), lambda n: ngettext("%(num)s department headed", "%(num)s departments headed", n)),
}
SPLITS = {
    Handover.EVENLY: _l("Evenly: a customer with all its work to whoever was given least"),
    Handover.TOGETHER: _l("All to the first, and on to the next when they are full"),
    Handover.AREA: _l("By area: to whoever has most customers in the same province, the rest evenly"),
    Handover.DEPARTMENT: _l("By department: within that of the pool it came from, else within the leaver's; the rest evenly"),
}
STATES = {  # of a handover: (word, tone)
    Handover.PLANNED: (_l("Planned"), "warn"), Handover.RUNNING: (_l("Running"), "accent"), Handover.DONE: (lazy_pgettext("handover", "Done"), "ok"),
    Handover.UNDOING: (_l("Being undone"), "accent"), Handover.UNDONE: (_l("Undone"), ""),
}
OUTCOMES = {  # of one thing
    HandoverItem.WAITING: _l("waiting"), HandoverItem.MOVED: _l("handed over"), HandoverItem.GONE: _l("was not theirs any more"),
    HandoverItem.LEFT: _l("stayed"), HandoverItem.RETURNED: _l("came back"), HandoverItem.KEPT: _l("passed on since, stays"),
}


def label(what):
    return KINDS[what][0]


def in_words(counts, only=SUMMARY):
    """12 customers, 3 deals: what there is of the kinds that one names first."""
    found = [words(counts[what]) for what, (_label, words) in KINDS.items() if counts.get(what) and (only is None or what in only)]
    return _(", ").join(found)
