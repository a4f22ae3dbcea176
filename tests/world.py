"""One record of each kind in each hand, for the matrix of permissions.

mine      belongs to the seller                team     belongs to his rival; the seller reads along, and may not edit
foreign   belongs to somebody of another region         pool     a lead that nobody has
"""

from datetime import timedelta
from types import SimpleNamespace

from domain import (
    approvals,
    assignment,
    customers,
    deals,
    flow_rehearsals,
    flows,
    follow_ups,
    leads,
    merging,
    notifications,
    now,
    orders,
    outbox,
    pool,
    price_lists,
    quote_links,
    quote_replies,
    recycling,
    rehearsals,
    tickets,
    web_forms,
)
from models import (
    CleansingFinding,
    CleansingRun,
    Collision,
    Export,
    Flow,
    Handover,
    HandoverItem,
    Import,
    ImportProblem,
    Licence,
    Mail,
    Member,
    Pool,
    Product,
    ProductPicture,
    Quote,
    Review,
)
from tests import offers

MADE = {}  # {kind: {relation: id}} of what build() filled a database with; a second letter tells quotes apart: a draft, one
# that was submitted, one approved


def build(cast):
    """Fill the database, and MADE: in each copy of it the ids are the same. Returns what was made."""
    made = {kind: {} for kind in ("lead", "customer", "contact", "opportunity", "quote", "order", "ticket", "task")}
    for relation, owner in (("mine", cast.seller), ("team", cast.rival), ("foreign", cast.outsider)):
        add_chain(made, relation, owner, cast)
    for kind in ("lead", "customer"):
        Member.create(record_kind=kind, record_id=made[kind]["team"], user=cast.seller, may_edit=False)
    made["lead"]["pool"] = leads.create(cast.admin, pool=Pool.of("lead").get(), name="公海里的公司").id
    given_back = customers.create(cast.admin, name="公海里的客户")
    made["contact"]["pool"] = customers.add_contact(given_back, cast.admin, name="李四").id
    pool.release(given_back, by=cast.admin, reason="no_need")
    made["customer"]["pool"] = given_back.id
    submitted = offers.quote(cast.seller, number="Q-S")
    approvals.submit(submitted, by=cast.seller)
    made["submitted"] = {"mine": submitted.id}
    made["sent"] = {"mine": add_sent(cast, made)}
    job = Import.create(
        what="lead", user=cast.manager, file_name="a.csv", stored_as="none", sha256="0", status=Import.DONE, total=1, read=1,
        failed=1, layout={"headers": ["公司"], "header_row": 1, "delimiter": ","},
    )
    ImportProblem.create(job=job, row_number=2, refused=True, rule="required", cells=[""])
    made["import"] = {"mine": job.id}
    notifications.notify([cast.seller], "lead.assigned", SimpleNamespace(kind=lambda: "lead", id=made["lead"]["mine"]), name="x", actor="y")
    export = Export.create(what="lead", user=cast.manager, day=now().date(), title="线索", stored_as="none", status=Export.DONE, total=1)
    made["export"] = {"mine": export.id}
    twins = [customers.create(cast.seller, name=f"客户 {number}") for number in (1, 2)]
    made["merge"] = {"mine": merging.merge(*twins, by=cast.seller).id}
    made["finding"] = {"mine": found_by_cleansing(cast, made)}
    made["notice"] = {"mine": cast.seller.notices.get().id}
    rehearsals.rehearse(recycling.create("lead", cast.admin, name="15 天未跟进", no_follow_up_days=15), cast.admin)
    rule = assignment.save_rule(None, cast.admin, takers=[cast.rival], name="轮流", what="lead", on_import=False, on_form=False)
    web_forms.save(None, cast.admin, name="展会", title="留下联系方式", pool=rule.pool or Pool.of("lead").get())
    flow_rehearsals.rehearse(flows.draft(Flow.get(), cast.admin), cast.admin)
    made["handover"] = {"mine": add_handover(cast).id}
    made["product"] = {"any": Product.select().first().id}
    price_lists.add(cast.admin, name="价目表")
    ProductPicture.create(product=made["product"]["any"], content=b"\x89PNG\r\n\x1a\n", type="image/png")
    leads.create(cast.rival, name="客户 mine")
    reviewed = customers.create(cast.seller, name="新客户")
    Review.create(customer=reviewed, asked_by=cast.seller)
    Licence.create(customer=reviewed, content=b"%PDF-", type="application/pdf", size=5, uploaded_by=cast.seller)
    made["reviewed"] = {"mine": reviewed.id}
    made["collision"] = {"mine": Collision.get(Collision.record_kind == "customer", Collision.record_id == made["customer"]["mine"]).id}
    MADE.update(made)
    return made


def add_sent(cast, made):
    """An approved quote that was mailed in vain, and accepted through its link."""
    sent = offers.approved(cast.seller, number="Q-X")
    link = quote_links.behind(quote_links.make(sent, by=cast.seller))
    quote_replies.accept(link, sent, "张三", "13800000000", signature=b"\x89PNG")
    mail = outbox.queue(sent, cast.seller, "a@example.com", "报价", "您好", "https://haitu.example/q/{}".format, "k" * 16)
    Mail.update(status=Mail.FAILED).execute()
    made["mail"] = mail.id
    return sent.id


def add_handover(cast):
    """One that is done, too long ago to be undone: the rival was given a customer by it."""
    columns = {"status": Handover.DONE, "by": cast.admin, "finished_at": now() - timedelta(days=2)}
    done = Handover.create(leaver=cast.disabled, successors=[cast.rival.id], **columns)
    HandoverItem.create(handover=done, what="customer", record_id=1, name="移交的客户", to=cast.rival, status=HandoverItem.MOVED)
    return done


def found_by_cleansing(cast, made):
    """Two customers of the seller that look alike, one with a value that can be put right."""
    run = CleansingRun.create(by=cast.admin, status=CleansingRun.DONE)
    other = customers.create(cast.seller, name="客户 3")
    return CleansingFinding.create(
        run=run, sort=CleansingFinding.DUPLICATE, record_kind="customer", record_id=made["customer"]["mine"], holder_kind="customer",
        holder_id=made["customer"]["mine"], other_id=other.id, fields=["phone"], suggestion="13800000000", key="1",
    ).id


def add_chain(made, relation, owner, cast):
    """A lead with a next step, a customer with a contact, a deal, a draft quote, an approved one with its order, a ticket."""
    lead = leads.create(owner, name=f"线索 {relation}", contact_name="张三", phone="13800000000")
    task = follow_ups.plan(lead, owner, now() + timedelta(days=1))
    customer = customers.create(owner, name=f"客户 {relation}")
    contact = customers.add_contact(customer, owner, name="李四")
    deal = deals.create(owner, customer, "商机", 100_00)
    draft = offers.quote(owner, opportunity=deal, number=f"Q-{relation}")
    approved = offers.quote(owner, opportunity=deal, number=f"A-{relation}")
    Quote.update(status=Quote.APPROVED, pdf=b"%PDF-").where(Quote.id == approved.id).execute()
    order = orders.create(Quote.get_by_id(approved.id), by=owner)
    ticket = tickets.create(owner, customer, "坏了")
    tickets.assign(ticket, cast.service, by=cast.admin)
    records = {
        "lead": lead, "task": task, "customer": customer, "contact": contact, "opportunity": deal, "quote": draft,
        "order": order, "ticket": ticket,
    }
    for kind, record in records.items():
        made[kind][relation] = record.id
