"""What make shots takes pictures of: every page a person can open, and the dialogs worth seeing."""

from dataclasses import dataclass, field

FIRST_IMPORT = """公司名称,联系人,手机,城市,来源
宁波瀚海精密机械有限公司,韩冬,13805740001,宁波,展会
无锡锐目视觉科技有限公司,陆一鸣,13805100002,无锡,官网
苏州明德自动化设备有限公司,沈洁,13912340003,苏州,转介绍
常州拓普测控技术有限公司,吕伟,1391234,常州,展会
"""
SECOND_IMPORT = FIRST_IMPORT.replace("有限公司", "股份有限公司")


@dataclass
class Page:
    """`path` may name a record as {quote_draft}; then `press` is clicked, `type` typed, and with `send` Enter pressed; `only` one device."""

    name: str
    who: str
    path: str
    press: tuple = ()
    type: dict = field(default_factory=dict)
    send: bool = False
    status: int = 200
    only: str = ""


RECORDS = {
    "pool": "SELECT id FROM pool WHERE name = '华东'",
    "unclaimed": "SELECT id FROM lead WHERE status = 'unassigned' AND pool_id = (SELECT id FROM pool WHERE name = '华东') LIMIT 1",
    "customer_pool": "SELECT id FROM pool WHERE what = 'customer'",
    "pooled_customer": "SELECT id FROM customer WHERE owner_id IS NULL LIMIT 1",
    "lead": "SELECT record_id FROM follow_up JOIN lead ON lead.id = record_id WHERE record_kind = 'lead' AND owner_id = 3"
            " GROUP BY record_id ORDER BY count(*) DESC LIMIT 1",
    "lead_fresh": "SELECT id FROM lead WHERE status = 'pending' AND owner_id = 3 LIMIT 1",
    "customer": "SELECT customer_id FROM quote WHERE id = 7",
    "twin": "SELECT id FROM customer WHERE name = '恒立精密机械制造（苏州）股份有限公司'",
    "reviewed": "SELECT customer_id FROM review LIMIT 1",
    "web_form": "SELECT token FROM web_form LIMIT 1",
    "contact": "SELECT id FROM contact WHERE customer_id = (SELECT customer_id FROM quote WHERE id = 7) LIMIT 1",
    "deal": "SELECT opportunity_id FROM quote WHERE id = 7",
    "quote_draft": "SELECT id FROM quote WHERE status = 'draft' LIMIT 1",
    "quote_second": "SELECT id FROM quote WHERE version = 2",
    "quote_first": "SELECT id FROM quote WHERE NOT is_newest AND version = 1",
    "quote_pending": "SELECT id FROM quote WHERE status = 'pending' LIMIT 1",
    "quote_approved": "SELECT id FROM quote WHERE status = 'approved' AND owner_id = 3 LIMIT 1",
    "quote_rejected": "SELECT id FROM quote WHERE status = 'rejected' LIMIT 1",
    "order": "SELECT id FROM orders WHERE status = 'executing' LIMIT 1",
    "order_new": "SELECT id FROM orders WHERE status = 'generated' LIMIT 1",
    "product": "SELECT id FROM product LIMIT 1",
    "ticket": "SELECT id FROM ticket WHERE status = 'in_service' LIMIT 1",
    "ticket_new": "SELECT id FROM ticket WHERE status = 'new' LIMIT 1",
    "ticket_served": "SELECT id FROM ticket WHERE status = 'served' LIMIT 1",
    "ticket_completed": "SELECT id FROM ticket WHERE status = 'completed' LIMIT 1",
    "node": "SELECT id FROM approval_node LIMIT 1",
    "stage": "SELECT id FROM stage LIMIT 1",
    "department": "SELECT id FROM department LIMIT 1",
    "person": "SELECT id FROM users WHERE login = 'seller1'",
    "collision": "SELECT min(id) FROM collision WHERE status = 'open'",
    "collision_ruled": "SELECT min(id) FROM collision WHERE status = 'ruled'",
    "collided": "SELECT record_id FROM collision WHERE status = 'open' AND record_kind = 'customer' LIMIT 1",
    "complaint": "SELECT token FROM complaint_link LIMIT 1",
    "customer_rule": "SELECT id FROM recycle_rule WHERE what = 'customer' LIMIT 1",
    "rehearsal": "SELECT max(id) FROM rehearsal",
    "import_open": "SELECT max(id) FROM import",
    "import_done": "SELECT min(id) FROM import",
}

PAGES = [
    Page("login", "", "/login"),
    Page("login-wrong", "", "/login", type={"[name=login]": "seller1", "[name=password]": "wrong"}, send=True),
    Page("exports", "manager", "/exports"), Page("export-customers", "manager", "/customers?tab=all", press=('a[href*="/exports/new/customer"]',)),
    Page("leak-guard", "admin", "/settings/leaks"),
    Page("home", "seller1", "/"), Page("home-manager", "manager", "/"),
    Page("home-service", "service", "/"), Page("home-finance", "finance", "/"),
    Page("notices", "seller1", "/notices"),
    Page("more", "seller1", "/", press=(".tabbar button:visible, .me:visible",)),
    Page("keys", "seller1", "/leads", press=(".me", "[data-dialog=keys-dialog] >> visible=true"), only="desktop"),
    Page("palette", "seller1", "/", press=(".search-button",), type={"#palette input": "gq"}),
    Page("search", "seller1", "/search?q=gq"), Page("search-nothing", "seller1", "/search?q=zzzz"),
    Page("profile", "seller1", "/profile"),
    Page("pool", "seller1", "/pools/{pool}"),
    Page("pool-selected", "seller1", "/pools/{pool}",
         press=("tbody tr:nth-child(2) td.pick label", "tbody tr:nth-child(3) td.pick label"), only="desktop"),
    Page("pool-filter", "seller1", "/pools/{pool}", press=("[popovertarget=filter-menu]:visible",)),
    Page("pool-filtered-empty", "seller1", "/pools/{pool}?q=zzzz&city=拉萨"),
    Page("pool-manager", "manager", "/pools/{pool}"),
    Page("pool-customers", "seller1", "/pools/{customer_pool}"), Page("customer-in-pool", "seller1", "/customers/{pooled_customer}"),
    Page("pool-move", "manager", "/leads/{unclaimed}/pool"), Page("customer-release", "seller1", "/customers/{customer}/release"),
    Page("lead-menu", "seller1", "/leads/{lead}", press=("[popovertarget=more-menu]:visible",)),
    Page("lead-in-pool", "seller1", "/leads/{unclaimed}"),
    Page("leads", "seller1", "/leads"), Page("leads-manager", "manager", "/leads"),
    Page("leads-filtered-empty", "seller1", "/leads?q=zzzz"),
    Page("lead", "seller1", "/leads/{lead}"), Page("lead-fresh", "seller1", "/leads/{lead_fresh}"),
    Page("lead-facts", "seller1", "/leads/{lead}?tab=facts"), Page("lead-related", "seller1", "/leads/{lead}?tab=related"),
    Page("lead-new", "seller1", "/leads/new"), Page("lead-new-wrong", "seller1", "/leads/new", press=("main form .button.primary",)),
    Page("lead-edit", "seller1", "/leads/{lead}/edit"),
    Page("lead-convert", "seller1", "/leads/{lead}/convert"),
    Page("lead-convert-dialog", "seller1", "/leads/{lead}", press=("[href$='/convert']:visible",)),
    Page("lead-release", "seller1", "/leads/{lead}/release"), Page("lead-assign", "manager", "/leads/{lead}/assign"),
    Page("follow-up", "seller1", "/leads/{lead}/follow-ups"),
    Page("customers", "seller1", "/customers"), Page("customers-none", "seller1", "/customers?q=zzzz"),
    Page("customer", "seller1", "/customers/{customer}"), Page("customer-edit", "seller1", "/customers/{customer}/edit"),
    Page("customer-new", "seller1", "/customers/new"), Page("contact", "seller1", "/customers/{customer}/contacts/{contact}"),
    Page("contact-new", "seller1", "/customers/{customer}/contacts/new"), Page("member-new", "manager", "/customers/{customer}/members/new"),
    Page("board", "seller1", "/opportunities"), Page("board-manager", "manager", "/opportunities"),
    Page("deals", "seller1", "/opportunities?view=list"), Page("deal", "seller1", "/opportunities/{deal}"),
    Page("deal-new", "seller1", "/opportunities/new"), Page("deal-edit", "seller1", "/opportunities/{deal}/edit"),
    Page("deal-move", "seller1", "/opportunities/{deal}/move"), Page("deal-lose", "seller1", "/opportunities/{deal}/lose"),
    Page("deal-win", "seller1", "/opportunities/{deal}/win"),
    Page("board-move", "seller1", "/opportunities", press=(".card [href$='/move']:visible >> nth=0",)),
    Page("quotes", "seller1", "/quotes"), Page("quote-draft", "seller1", "/quotes/{quote_draft}"),
    Page("quote-search", "seller1", "/quotes/{quote_draft}", type={"#product-q": "gq"}),
    Page("quote-submit", "seller1", "/quotes/{quote_draft}", press=("[href$='/submit']:visible",)),
    Page("quote-pending", "seller1", "/quotes/{quote_pending}"), Page("quote-approved", "seller1", "/quotes/{quote_approved}"),
    Page("quote-versions", "seller1", "/quotes/{quote_second}/versions"), Page("quote-second", "seller1", "/quotes/{quote_second}"),
    Page("quote-first", "seller1", "/quotes/{quote_first}"), Page("settings-numbers", "admin", "/settings/numbers"),
    Page("quote-rejected", "manager", "/quotes/{quote_rejected}"), Page("quote-preview", "seller1", "/quotes/{quote_draft}/preview"),
    Page("approvals", "manager", "/approvals"), Page("approvals-none", "seller2", "/approvals"),
    Page("approval", "manager", "/quotes/{quote_pending}/approval"),
    Page("approval-open", "manager", "/approvals", press=(".inbox a >> nth=0",)),
    Page("approval-approve", "manager", "/approvals", press=(".inbox a >> nth=0", "#decide [data-dialog=approve-dialog]")),
    Page("orders", "seller1", "/orders"), Page("orders-finance", "finance", "/orders"),
    Page("order", "seller1", "/orders/{order}"), Page("order-review", "finance", "/orders/{order_new}"),
    Page("quote-board", "manager", "/quotes/board"), Page("quote-board-seller", "seller1", "/quotes/board?period=quarter"),
    Page("quote-history", "manager", "/quotes/history"), Page("quote-history-product", "seller1", "/quotes/history?product=1"),
    Page("products", "manager", "/products"), Page("products-seller", "seller1", "/products"),
    Page("product-edit", "manager", "/products/{product}/edit"), Page("product-new", "manager", "/products/new"),
    Page("tickets", "service", "/tickets"), Page("tickets-manager", "manager", "/tickets"), Page("tickets-seller", "seller1", "/tickets"),
    Page("ticket", "service", "/tickets/{ticket}"), Page("ticket-new", "seller1", "/tickets/new"),
    Page("ticket-assign", "manager", "/tickets/{ticket_new}/assign"), Page("ticket-check-out", "service", "/tickets/{ticket}/check-out"),
    Page("ticket-complete", "service", "/tickets/{ticket_served}/complete"),
    Page("ticket-call-back", "manager", "/tickets/{ticket_completed}/call-back"),
    Page("ticket-dispatch-dialog", "manager", "/tickets/{ticket_new}", press=("[href$='/assign']:visible",)),
    Page("collisions", "manager", "/collisions"), Page("collisions-ruled", "chenchen", "/collisions?status=ruled"),
    Page("collision", "manager", "/collisions/{collision}"), Page("collision-party", "chenchen", "/collisions/{collision}"),
    Page("collision-ruling", "manager", "/collisions/{collision}?tab=facts", only="phone"),
    Page("collision-ruled", "manager", "/collisions/{collision_ruled}?tab=facts"),
    Page("collision-dismiss", "manager", "/collisions/{collision}", press=("[href$='/dismiss']:visible",)),
    Page("collision-report", "manager", "/collisions/report"),
    Page("complaint", "", "/complaints/{complaint}"), Page("complaint-sent", "", "/complaints/{complaint}?sent=1"),
    Page("complaint-link", "seller2", "/customers/{collided}/complaint-link"),
    Page("imports", "manager", "/imports"), Page("import-mapping", "manager", "/imports/{import_open}"),
    Page("import-result", "manager", "/imports/{import_done}"),
    Page("merge-choose", "manager", "/customers/{customer}/merge"), Page("merge", "manager", "/customers/{customer}/merge?other={twin}"),
    Page("merges", "manager", "/merges"), Page("cleansing", "manager", "/cleansing"),
    Page("cleansing-missing", "manager", "/cleansing?sort=missing"), Page("reviews", "manager", "/reviews"),
    Page("review", "manager", "/customers/{reviewed}/review"), Page("web-form", "", "/forms/{web_form}"),
    Page("duplicate-hint", "seller2", "/customers/new", type={"[name=name]": "苏州恒立精密机械"}),
    Page("settings", "admin", "/settings"), Page("settings-departments", "admin", "/settings/departments"),
    Page("settings-department", "admin", "/settings/departments/{department}"), Page("settings-people", "admin", "/settings/people"),
    Page("settings-roles", "admin", "/settings/roles"), Page("settings-role", "admin", "/settings/roles/3"),
    Page("settings-role-new", "admin", "/settings/roles/new"),
    Page("settings-person", "admin", "/settings/people/{person}"), Page("settings-person-new", "admin", "/settings/people/new"),
    Page("settings-pools", "admin", "/settings/pools"), Page("settings-pool", "admin", "/settings/pools/{pool}"),
    Page("settings-assignment", "admin", "/settings/assignment"), Page("settings-assignment-rule", "admin", "/settings/assignment/new?what=lead"),
    Page("settings-web-forms", "admin", "/settings/web-forms"), Page("settings-web-form", "admin", "/settings/web-forms/new"),
    Page("settings-profile", "admin", "/settings/assignment/profiles/{person}"),
    Page("settings-stages", "admin", "/settings/stages"), Page("settings-stage", "admin", "/settings/stages/{stage}/edit"),
    Page("settings-approvals", "admin", "/settings/approvals"), Page("settings-node", "admin", "/settings/approvals/{node}"),
    Page("settings-words", "admin", "/settings/words"), Page("settings-word", "admin", "/settings/words/source"),
    Page("handovers", "admin", "/handovers"), Page("handover-who", "admin", "/handovers/new"),
    Page("handover-plan", "admin", "/handovers/of/{person}"),
    Page("handover-planned", "admin", "/handovers/of/{person}", press=("[name=successors] >> nth=0", "form.form button.primary")),
    Page("transfer", "admin", "/customers/{customer}/transfer"),
    Page("settings-recycling", "admin", "/settings/recycling"), Page("settings-rule", "admin", "/settings/recycling/{customer_rule}"),
    Page("settings-rule-new", "admin", "/settings/recycling/new?what=lead"), Page("rehearsal", "admin", "/settings/recycling/rehearsals/{rehearsal}"),
    Page("leads-soon", "seller1", "/leads?view=soon"), Page("customers-soon", "seller1", "/customers?tab=soon"),
    Page("settings-duplicates", "admin", "/settings/duplicates"),
    Page("settings-calendar", "admin", "/settings/calendar?year=2026"),
    Page("settings-system", "admin", "/settings/system"), Page("design", "admin", "/design"),
    Page("error-404", "seller1", "/leads/999999", status=404), Page("error-403", "seller1", "/settings", status=403),
]
SETUP = Page("setup", "", "/setup")
