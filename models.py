"""What things are: every table in the order a deal travels; columns, relations, questions, list queries. No verbs."""

import json
import re
import secrets
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_

from peewee import (
    JOIN,
    SCOPE_VALUES,
    SQL,
    BigIntegerField,
    BlobField,
    BooleanField,
    Case,
    Check,
    DatabaseProxy,
    DateField,
    DateTimeField,
    Expression,
    Field,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    Select,
    SelectBase,
    TextField,
    fn,
)

db = DatabaseProxy()


def is_empty(self, rhs, ctx, asked_of_peewee=Expression._is_rhs_empty):
    """Whether `x IN rhs` is an IN of nothing. Of a query peewee finds that out by spelling the whole of it, at each level of
    nesting once more: what a seller sees of the pool took 27 ms to spell instead of 5."""
    return not isinstance(rhs, SelectBase) and asked_of_peewee(self, rhs, ctx)


def spell(self, ctx, asked_of_peewee=Field.__sql__):
    """`"t1"."name"` in one piece. Peewee takes it together of four nodes, and most of a query is its columns: what asks whose
    a session is took 0.34 ms to spell instead of 0.1."""
    if ctx.scope == SCOPE_VALUES:  # of an INSERT or an UPDATE, where no table is named
        return asked_of_peewee(self, ctx)
    return ctx.literal(f'"{ctx.alias_manager[self.model._meta.table]}"."{self.column_name}"')


Expression._is_rhs_empty = is_empty
Field.__sql__ = spell

FEW = 1_001  # a list page never counts further than this
STALE_PAGE = timedelta(hours=24)  # how long a page that lists the pool may stand open
GAP = "[ \u3000－-]?"  # as people set digits apart: 138 1290 5678, 0519-85802231
WRITTEN_PHONE = re.compile(rf"(?<!\d)(?:(?:\+?86{GAP})?[1１][3-9３-９](?:{GAP}\d){{9}}|[0０]\d{{2,3}}{GAP}\d{{7,8}})(?!\d)")
CHECK_LETTERS, CHECK_LENGTH = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 12  # Crockford's 32: none is mistaken for another
LATE = "INITIALLY DEFERRED"  # a key that is checked at the end of the transaction, so that rows come in any order


def utcnow():
    """Naive UTC, to the microsecond: the only kind of time a column holds."""
    return datetime.now(UTC).replace(tzinfo=None)


def name_key(name):
    """The form in which two spellings of one company name are equal: NFKC, no blanks, brackets alike, lower case."""
    folded = unicodedata.normalize("NFKC", name or "").casefold()
    return "".join(folded.split()).translate({ord("【"): "(", ord("】"): ")", ord("["): "(", ord("]"): ")"})


def address_key(province, city, address):
    """The form in which two spellings of one address are equal: half width, no blanks or marks, the place named once, at the front.
    Empty for one that names no more than the place."""
    folded = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", address or "").casefold())
    for place in (province, city):
        stem = (place or "").removesuffix("省").removesuffix("市")
        folded = re.sub(f"^{re.escape(stem)}[省市]?", "", folded) if stem else folded
    return f"{(city or '').removesuffix('市')}{folded}" if folded else ""


def mask_phone(phone):
    """138****5678 for a mobile number; the last four digits of any other."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-4:]}"


def mask_phones_in(text):
    """A note without the telephone numbers somebody wrote into it, mobile or not."""
    return WRITTEN_PHONE.sub(lambda found: mask_phone(re.sub(GAP, "", found[0])), text or "")


def capped_count(query):
    """How many rows, counted no further than FEW: 1,001 means "more than 1,000"."""
    return query.select(SQL("1")).limit(FEW).count(clear_limit=False)


def capped_counts(queries):
    """{name: number} of several queries in one, each counted like capped_count()."""
    return in_one(queries).dicts().get()


def in_one(queries):
    counts = {name: Select([query.select(SQL("1")).order_by().limit(FEW)], [fn.COUNT(SQL("1"))]) for name, query in queries.items()}
    return Company.select(*[count.alias(name) for name, count in counts.items()])


class JSON(JSONField):
    """A JSON column that keeps Chinese readable in the file."""

    def __init__(self, **options):
        super().__init__(dumps=json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode, **options)


class Quantity(BigIntegerField):
    """A Decimal of at most four places, stored as ten-thousandths, so that no float reaches a column."""

    def db_value(self, value):
        return int(Decimal(value) * 10_000) if isinstance(value, (Decimal, int, str)) else value

    def python_value(self, value):
        return None if value is None else Decimal(value) / 10_000


class TaxRate(IntegerField):
    """A Decimal rate (0.13), stored in basis points (1300)."""

    def db_value(self, value):
        return int(value * 10_000) if isinstance(value, Decimal) else value

    def python_value(self, value):
        return None if value is None else Decimal(value) / 10_000


class Table(Model):
    class Meta:
        database = db
        legacy_table_names = False

    @classmethod
    def kind(cls):
        """The word by which events, members and notices name this table."""
        return cls.__name__.lower()


# ---- the company and its people --------------------------------------------------------------------------------------


class Company(Table):
    """One row: who we are and the limits we set ourselves."""

    name = TextField()
    short_name = TextField()
    address = TextField(default="")
    phone = TextField(default="")
    website = TextField(default="")
    tax_id = TextField(default="")
    logo = BlobField(null=True)
    logo_type = TextField(default="")
    time_zone = TextField(default="Asia/Shanghai")
    daily_claim_limit = IntegerField(default=20)
    claim_capacity = IntegerField(default=100)
    customer_claim_limit = IntegerField(default=10)
    customer_capacity = IntegerField(default=200)
    capacity_leaves_out_dealt = BooleanField(default=True)  # 已成交客户不占库容
    lock_quota = IntegerField(default=10)  # customers and leads, each, that one person may keep from being recycled
    links_customers_by_name = BooleanField(default=True)  # 客户新建查重
    quote_valid_days = IntegerField(default=30)
    quote_valid_in_working_days = BooleanField(default=False)
    quote_reminder_days = IntegerField(default=3)  # so many days before it expires its seller is told; 0: on the day after it only
    quote_reminds_superior = BooleanField(default=True)
    refresh_keeps_approval = BooleanField(default=False)  # 刷新有效期: the usual validity anew, nothing worse, is approved as it stands
    quote_terms = TextField(default="")
    discount_floor = IntegerField(default=9000)  # basis points; what an approver compares a quote with
    margin_floor = IntegerField(default=3000)
    amount_limit = BigIntegerField(default=50_000_000)  # 分
    watermark = BooleanField(default=False)  # who looks, and when, across pages, prints and exports (水印)
    collision_days = IntegerField(default=30)  # acts of two sellers on one customer within so many days are a collision
    reviews_new_customers = BooleanField(default=False)  # 新客户审核: a seller's new customer is quoted once it has passed
    re_registered_days = IntegerField(default=90)  # a customer like one that the same person entered so lately looks registered again
    is_demo = BooleanField(default=False)
    created_at = DateTimeField(default=utcnow)

    class Meta:
        constraints = [Check("id = 1")]

    @classmethod
    def current(cls):
        return cls.get_or_none(cls.id == 1)


class Department(Table):
    name = TextField()
    parent = ForeignKeyField("self", null=True, backref="children")
    path = TextField(index=True)  # "/1/4/": a department and all below share the prefix
    position = IntegerField(default=0)


class Role(Table):
    """What its people may do (角色): a list of functions. A person names his role by its key, as approvals and pools do."""

    key = TextField(unique=True)
    name = TextField()
    name_en = TextField(default="")
    position = IntegerField(default=0)
    origin = TextField()  # the standing role that it is or is a copy of: what is new in Haitu it gets as that one does
    functions = JSON(default=list)
    decided = JSON(default=list)  # every function there was when it was last settled which of them it has

    @property
    def is_standing(self):
        return self.key in User.ROLES

    @classmethod
    def in_order(cls):
        return cls.select().order_by(cls.position, cls.id)

    @classmethod
    def which_may(cls, function):
        return cls.in_order().where(cls.functions.cast("TEXT").contains(f'"{function}"'))


class User(Table):
    ADMINISTRATOR, MANAGER, SELLER, FINANCE, SERVICE = ROLES = ("administrator", "manager", "seller", "finance", "service")
    SCOPES = ("self", "department", "below", "all")

    name = TextField()
    login = TextField(unique=True)
    email = TextField(null=True, unique=True)
    phone = TextField(null=True, unique=True)
    password_hash = TextField()
    role = TextField()
    data_scope = TextField(default="self")
    department = ForeignKeyField(Department, null=True, backref="people")
    heads_department = BooleanField(default=False)
    title = TextField(default="")
    language = TextField(default="zh")
    theme = TextField(default="")
    shortcuts = BooleanField(default=True)
    disabled_at = DateTimeField(null=True)
    created_at = DateTimeField(default=utcnow)
    departments_besides = None  # ids, while an administrator considers where somebody might work; else those that are stored

    class Meta:
        table_name = "users"

    @property
    def active(self):
        return self.disabled_at is None

    @cached_property
    def role_held(self):
        """The Role itself; of whoever is logged in it comes with the session."""
        return Role.get(Role.key == self.role)

    @property
    def kinds_seen(self):
        """The kinds of records that his role sees at all."""
        return [function.removesuffix(".see") for function in self.role_held.functions if function.endswith(".see")]

    def may(self, function):
        """Whether his role has a function; domain/functions.py lists them all."""
        return function in self.role_held.functions

    @classmethod
    def who_may(cls, function):
        """The WHERE of the people whose role has a function."""
        return cls.role.in_(Role.which_may(function).select(Role.key))

    @classmethod
    def with_role(cls):
        """People of whom one asks what they may, each with his department and his role."""
        query = cls.select(cls, Department, Role).join(Department, JOIN.LEFT_OUTER)
        return query.switch(cls).join(Role, on=(cls.role == Role.key), attr="role_held")

    def is_a(self, *roles):
        """Whether it is this role itself that counts; what somebody may do is asked with may()."""
        return self.role in roles

    @cached_property
    def overseen(self):
        """Ids of the people whose records this person sees (data scope); None when there is no limit."""
        if self.data_scope == "all":
            return None
        if self.data_scope == "self" or not self.department_id:
            return (self.id,)
        here = DepartmentMember.with_below(self) if self.data_scope == "below" else DepartmentMember.departments_of(self)
        colleagues = User.select(User.id).where(DepartmentMember.work_in(here) | (User.id == self.id)).order_by(User.id)
        return tuple(row.id for row in colleagues)

    @cached_property
    def pools_run(self):
        """Ids of the pools that this person administers by name."""
        return {row.pool_id for row in PoolAdministrator.select().where(PoolAdministrator.user == self.id)}

    def oversees(self, other_id):
        return self.overseen is None or other_id in self.overseen

    @property
    def superior(self):
        """The head of the nearest department upwards who is somebody else; None at the top."""
        if not self.department_id:
            return None
        upwards = [int(part) for part in self.department.path.strip("/").split("/")]
        heads = User.select(User, Department).join(Department).where(
            User.department.in_(upwards), User.heads_department, User.disabled_at.is_null(), User.id != self.id
        )
        return max(heads, key=lambda head: len(head.department.path), default=None)


class DepartmentMember(Table):
    """That somebody works in a department besides his own (兼任): he sees, and is seen, there as well."""

    user = ForeignKeyField(User, backref="+", on_delete="CASCADE", index=False)
    department = ForeignKeyField(Department, backref="+")

    class Meta:
        indexes = ((("user", "department"), True),)

    @classmethod
    def departments_of(cls, user):
        """Ids of all departments of a person, his own among them; `departments_besides` are those that are being considered."""
        others = user.departments_besides
        if others is None:
            others = cls.select(cls.department).where(cls.user == user.id)
        return Department.select(Department.id).where((Department.id == user.department_id) | Department.id.in_(others))

    @classmethod
    def with_below(cls, user):
        """Ids of his departments and of all below them."""
        top = Department.alias()
        return Department.select(Department.id).join(top, on=Department.path.startswith(top.path)).where(top.id.in_(cls.departments_of(user)))

    @classmethod
    def with_above(cls, user):
        """Ids of his departments and of all above them."""
        low = Department.alias()
        return Department.select(Department.id).join(low, on=low.path.startswith(Department.path)).where(low.id.in_(cls.departments_of(user)))

    @classmethod
    def work_in(cls, departments):
        """The WHERE of the people whose department, or one of whose departments, is among these ids."""
        return User.department.in_(departments) | User.id.in_(cls.select(cls.user).where(cls.department.in_(departments)))


class CalendarDay(Table):
    """A day on which the company differs from the public calendar: free of its own will (公司假), or worked."""

    day = DateField(unique=True)
    works = BooleanField()
    name = TextField(default="")


class Session(Table):
    """A browser that is logged in. The cookie holds a random token, this row its SHA-256."""

    token_hash = TextField(unique=True)
    user = ForeignKeyField(User, backref="sessions", on_delete="CASCADE")
    created_at = DateTimeField(default=utcnow)
    last_seen_at = DateTimeField(default=utcnow)
    expires_at = DateTimeField()
    remembered = BooleanField(default=False)
    address = TextField(default="")
    agent = TextField(default="")


    @classmethod
    def of(cls, token_hash):
        return (
            cls.select(cls, User, Department, Role)
            .join(User)
            .join(Department, JOIN.LEFT_OUTER)
            .switch(User)
            .join(Role, on=(User.role == Role.key), attr="role_held")
            .where(cls.token_hash == token_hash)
            .first()
        )


class LoginFailure(Table):
    login = TextField()
    address = TextField()
    at = DateTimeField(default=utcnow, index=True)


# ---- what happened ---------------------------------------------------------------------------------------------------


class Event(Table):
    """One fact: who, what, before and after, when. Hash-chained; triggers refuse UPDATE and DELETE."""

    at = DateTimeField()
    actor = ForeignKeyField(User, null=True)
    verb = TextField()  # "lead.claimed"
    record_kind = TextField()
    record_id = IntegerField()
    customer_id = IntegerField(null=True)
    before = JSON(null=True)
    after = JSON(null=True)
    detail = JSON(null=True)
    previous_hash = TextField()
    hash = TextField(unique=True)

    class Meta:
        indexes = ((("record_kind", "record_id", "id"), False), (("customer_id", "id"), False))


class Notice(Table):
    """An in-app message (消息): the facts of an event for one reader."""

    user = ForeignKeyField(User, backref="notices", index=False)
    verb = TextField()
    record_kind = TextField()
    record_id = IntegerField()
    facts = JSON()
    at = DateTimeField(default=utcnow)
    read_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("user", "at", "id"), False),)


UNREAD = Notice.read_at.is_null()
Notice.add_index(Notice.user, where=UNREAD, name="notice_unread_of_user")
Notice.add_index(Notice.record_kind, Notice.record_id, where=UNREAD, name="notice_unread_of_record")


class Choice(Table):
    """A word that an administrator may edit: sources, drop reasons, lost reasons, industries, categories."""

    field = TextField()
    value = TextField()
    label = TextField()
    label_en = TextField(default="")
    position = IntegerField(default=0)
    active = BooleanField(default=True)

    class Meta:
        indexes = ((("field", "value"), True),)


class Counter(Table):
    """The last number given out per series, so that numbers have neither gaps nor doubles."""

    name = TextField(unique=True)
    value = IntegerField()


class NumberPattern(Table):
    """How the numbers of one kind of document are made (编号规则): prefix, date, counter. A kind without a row goes by the usual one."""

    NEVER, YEARLY, MONTHLY, DAILY = RESETS = ("never", "yearly", "monthly", "daily")
    DATES = ("", "%Y", "%y%m", "%Y%m", "%y%m%d", "%Y%m%d")
    SEPARATORS = ("", "-")

    what = TextField(unique=True)  # quote, order, ticket
    prefix = TextField(default="")
    dated = TextField(default="")  # one of DATES
    separator = TextField(default="")  # between the date and the counter
    width = IntegerField(default=3)
    first = IntegerField(default=1)  # what the counter begins with, the first time and after each reset
    resets = TextField(default=NEVER)


class Lease(Table):
    """Which process may run a timed job, and until when."""

    name = TextField(unique=True)
    holder = TextField()
    until = DateTimeField()


# ---- who may see a record --------------------------------------------------------------------------------------------


class Member(Table):
    """A colleague on a record's team (相关团队成员)."""

    record_kind = TextField()
    record_id = IntegerField()
    user = ForeignKeyField(User, backref="memberships")
    may_edit = BooleanField(default=False)
    ends_at = DateTimeField(null=True)  # the first moment at which he is no longer on it; None: until he is taken off
    added_by = ForeignKeyField(User, null=True, backref="+", index=False)
    added_at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("record_kind", "record_id", "user"), True), (("user", "record_kind"), False))

    @classmethod
    def lasting(cls, at=None):
        """The WHERE of those whose time is not over."""
        return cls.ends_at.is_null() | (cls.ends_at > (at or utcnow()))

    @classmethod
    def records_of(cls, record_kind, people):
        """Ids of the records on whose teams these people (ids; None: anybody) are."""
        theirs = EVERYTHING if people is None else cls.user.in_(people)
        return cls.select(cls.record_id).where(cls.record_kind == record_kind, theirs, cls.lasting())


Member.add_index(Member.ends_at, where=Member.ends_at.is_null(False), name="member_ending")
NOTHING = SQL("1 = 0")
EVERYTHING = SQL("1 = 1")


class Owned(Table):
    """A record with a person responsible. `visible_to` is the only way to one."""

    @classmethod
    def seen_by(cls, user):
        """The WHERE of visibility: mine or my subordinates', their teams', and all of a customer or deal that is theirs."""
        return cls.seen_on(cls.grounds(user), user)

    @classmethod
    def seen_on(cls, grounds, user):
        if not user.may(f"{cls.kind()}.see"):
            return NOTHING
        if user.overseen is None:
            return EVERYTHING
        return reduce(or_, grounds)

    @classmethod
    def grounds(cls, user):
        yield cls.owner.in_(user.overseen)
        yield cls.id.in_(Member.records_of(cls.kind(), user.overseen))
        if "customer" in cls._meta.fields:
            behind = Customer.alias()  # asked row by row: a list of all their customers grows with the years
            theirs = behind.owner.in_(user.overseen) | behind.id.in_(Member.records_of("customer", user.overseen))
            yield fn.EXISTS(behind.select(SQL("1")).where(behind.id == cls.customer, theirs))
        if "opportunity" in cls._meta.fields:
            yield cls.opportunity.in_(Member.records_of("opportunity", user.overseen))

    @classmethod
    def visible_to(cls, user):
        return cls.with_people().where(cls.seen_by(user))

    @classmethod
    def listed_to(cls, user):
        """What a list shows of it."""
        return cls.visible_to(user)

    def is_on_team(self, user, editing=False):
        """Whether this person is a member; `editing`: one who may work on the record, too."""
        here = (Member.record_kind == self.kind()) & (Member.record_id == self.id)
        place = Member.select().where(here, Member.user == user.id, Member.lasting())
        return place.where(Member.may_edit).exists() if editing else place.exists()


# ---- leads and pools -------------------------------------------------------------------------------------------------


class Pool(Table):
    """A public pool (公海) of leads or of customers. Without a scope row it is open to everyone who works on leads.

    Its limits come on top of the company's, and the smaller one counts; None and 0 days are no rule.
    """

    WHAT = ("lead", "customer")
    CLAIM, ASSIGN = MODES = ("claim", "assign")  # its members claim; or its administrators hand out, and nobody claims
    HIDEABLE = ("contact_name", "phone", "email", "wechat", "address", "website", "credit_code", "need", "remark", "last_note")

    name = TextField(unique=True)
    what = TextField(default="lead")
    mode = TextField(default=CLAIM)
    daily_claim_limit = IntegerField(null=True)  # claims a person and day
    capacity = IntegerField(null=True)  # what one person may hold of this pool
    cool_down_days = IntegerField(default=0)  # in which the last owner may not claim it back
    hold_days = IntegerField(default=0)  # in which nobody may claim what was just given back
    hidden_fields = JSON(default=list)  # not shown while a record lies here
    reveals = BooleanField(default=False)  # members may have a masked number shown before they claim
    drop_reasons = JSON(default=list)  # words of the dictionary; empty: all of them
    position = IntegerField(default=0)

    @classmethod
    def of(cls, what):
        return cls.select().where(cls.what == what).order_by(cls.position, cls.id)

    @classmethod
    def open_to(cls, user, what=None):
        pools = cls.select().order_by(cls.position, cls.id)
        pools = pools.where(cls.what == what) if what else pools
        if not user.may("pool.see"):
            return pools.where(NOTHING)
        if user.may("company.administer"):
            return pools
        return pools.where(
            cls.id.not_in(PoolScope.select(PoolScope.pool))
            | cls.id.in_(PoolScope.select(PoolScope.pool).where(PoolScope.takes_in(user)))
            | cls.id.in_(PoolAdministrator.select(PoolAdministrator.pool).where(PoolAdministrator.user == user.id))
        )

    @property
    def is_claimed_from(self):
        return self.mode == self.CLAIM

    @property
    def has_limits(self):
        """Whether it limits claims or room by itself, and not only as the company does."""
        return self.daily_claim_limit is not None or self.capacity is not None

    def is_run_by(self, user):
        """Whether this person administers the pool: hands out what lies in it, and reads it unmasked."""
        return user.may("company.administer") or self.id in user.pools_run


class PoolScope(Table):
    """Who is a member of a pool: a person, a role, or a department, with all below it or alone."""

    pool = ForeignKeyField(Pool, backref="scopes", on_delete="CASCADE")
    department = ForeignKeyField(Department, null=True)
    with_below = BooleanField(default=True)
    user = ForeignKeyField(User, null=True)
    role = TextField(default="")

    @classmethod
    def takes_in(cls, user):
        """The WHERE of the rows by which this person is a member."""
        here, above = DepartmentMember.departments_of(user), DepartmentMember.with_above(user)
        department = cls.department.in_(here) | (cls.department.in_(above) & cls.with_below)
        return (cls.user == user.id) | (cls.role == user.role) | department


class PoolAdministrator(Table):
    """Who hands out what lies in a pool (公海管理员), besides the administrators of everything."""

    pool = ForeignKeyField(Pool, backref="administrators", on_delete="CASCADE")
    user = ForeignKeyField(User, backref="+")

    class Meta:
        indexes = ((("pool", "user"), True),)


class Pooled(Owned):
    """What somebody has, or what lies in a pool: a lead or a customer, and never both at once."""

    WAY_IN, WAY_OUT = {}, {}  # the columns that change with the way into a pool, and with the way out

    pool = ForeignKeyField(Pool, null=True, backref="+", index=False)
    home_pool = ForeignKeyField(Pool, null=True, backref="+", index=False)  # where it goes when it is given back
    owner = ForeignKeyField(User, null=True, backref="+", index=False)
    owned_since = DateTimeField(null=True)  # when it came to the present owner; None in a pool
    entered_pool_at = DateTimeField(null=True)
    drop_reason = TextField(default="")
    last_owner = ForeignKeyField(User, null=True, backref="+", index=False)
    last_note = TextField(default="")
    last_follow_up_at = DateTimeField(null=True)
    next_at = DateTimeField(null=True)
    locked_at = DateTimeField(null=True)  # 锁定: no rule takes it from its owner

    @classmethod
    def seen_by(cls, user):
        """As any record; one that was merged into another is seen by nobody."""
        return cls.merged_into.is_null() & super().seen_by(user)

    @classmethod
    def grounds(cls, user):
        yield from super().grounds(user)
        yield cls.pool.in_(Pool.open_to(user, cls.kind()).select(Pool.id))

    @classmethod
    def with_people(cls):
        return (
            cls.select(cls, User, Pool)
            .join(User, JOIN.LEFT_OUTER, on=cls.owner)
            .switch(cls)
            .join(Pool, JOIN.LEFT_OUTER, on=cls.pool)
        )

    @classmethod
    def held_visible_to(cls, user):
        """What this person sees of the records that somebody has; and pooled_visible_to() of those that nobody has."""
        return cls.with_people().where(cls.owner.is_null(False), cls.seen_on(super().grounds(user), user))

    @classmethod
    def pooled_visible_to(cls, user):
        return cls.with_people().where(cls.owner.is_null(), cls.pool.in_(Pool.open_to(user, cls.kind()).select(Pool.id)))

    @classmethod
    def changes_hands(cls):
        """The WHERE of the records that may be claimed, assigned or given back at all."""
        return EVERYTHING

    @classmethod
    def lying_in(cls, pool):
        """What a pool's page lists, each with the person who had it last: the columns of its row, not all of them."""
        previous = User.alias()
        return (
            cls.select(*cls.row_of_pool(), previous.id, previous.name)
            .join(previous, JOIN.LEFT_OUTER, on=(cls.last_owner == previous.id), attr="last_owner")
            .where(cls.pool == pool, cls.owner.is_null())
        )

    @classmethod
    def pooled_in(cls, pool):
        """All that lies in a pool, to be counted."""
        return cls.select().where(cls.pool == pool, cls.owner.is_null())

    @classmethod
    def row_of_pool(cls):
        shared = (cls.id, cls.name, cls.phone, cls.city, cls.source, cls.drop_reason, cls.entered_pool_at, cls.last_owner, cls.last_note)
        return (*shared, cls.pool)

    @classmethod
    def claimable_by(cls, user):
        """What this person may try to claim: what he sees, and what left an open pool since his page was drawn."""
        lately = Claim.select(SQL("1")).where(Claim.of(cls), Claim.ended_at.is_null(), Claim.at > utcnow() - STALE_PAGE)
        gone = cls.home_pool.in_(Pool.open_to(user, cls.kind()).select(Pool.id)) & fn.EXISTS(lately)
        return cls.with_people().where(cls.seen_by(user) | gone)

    @property
    def in_pool(self):
        return self.pool_id is not None

    @cached_property
    def identities(self):
        """Its id and those of what was merged into it: their history is told here."""
        table = type(self)
        return [self.id, *(id for (id,) in table.select(table.id).where(table.merged_into == self.id).tuples())]

    @property
    def is_open(self):
        """Whether it may still change hands."""
        return True

    @property
    def is_locked(self):
        return self.locked_at is not None

    def is_open_to(self, user):
        """Whether this person reads it unmasked: while it lies in a pool, those who run the pool alone."""
        return not self.in_pool or self.pool.is_run_by(user)


class Lead(Pooled):
    UNASSIGNED, PENDING, FOLLOWING, INVALID, CONVERTED, VOIDED = STATUSES = (
        "unassigned", "pending", "following", "invalid", "converted", "voided",
    )  # 未分配, 待处理, 跟进中, 无效, 已转换, 已作废
    WORKED_ON = (PENDING, FOLLOWING)
    OPEN = (UNASSIGNED, *WORKED_ON, INVALID)
    WAY_IN, WAY_OUT = {"status": UNASSIGNED}, {"status": PENDING}

    name = TextField()  # the company
    name_key = TextField(index=True)
    contact_name = TextField(default="")
    contact_title = TextField(default="")
    phone = TextField(default="", index=True)
    wechat = TextField(default="")
    email = TextField(default="")
    credit_code = TextField(default="", index=True)
    province = TextField(default="")
    city = TextField(default="")
    address = TextField(default="")
    website = TextField(default="")
    industry = TextField(default="")
    source = TextField(default="")
    budget = TextField(default="")
    need = TextField(default="")
    registered_on = DateField(null=True)
    status = TextField(default=UNASSIGNED)
    converted_at = DateTimeField(null=True)
    merged_into = ForeignKeyField("self", null=True, backref="+", index=False, deferrable=LATE)  # 合并: nobody's, and in no pool
    created_by = ForeignKeyField(User, null=True, backref="+", index=False)
    created_at = DateTimeField(default=utcnow)
    updated_at = DateTimeField(default=utcnow)

    class Meta:
        constraints = [Check("status = 'voided' OR (pool_id IS NULL) <> (owner_id IS NULL)")]

    @classmethod
    def changes_hands(cls):
        return cls.status.in_(cls.OPEN)

    @classmethod
    def row_of_pool(cls):
        return (*super().row_of_pool(), cls.contact_name, cls.need)

    @classmethod
    def held_by(cls, people):
        """The leads that these people (ids; None: anybody) are responsible for."""
        held = cls.with_people().where(cls.status != cls.VOIDED, cls.owner.is_null(False))
        if people is None:
            return held
        if len(people) == 1:
            return held.where(cls.owner == people[0])
        return held.where((cls.owner + 0).in_(people))  # + 0: read in the order of the list, not gathered by owner and sorted

    @classmethod
    def worked_on_by(cls, people):
        """The leads that these people (ids; None: anybody) have to do with now: few, whatever lies behind them."""
        people = User.select(User.id) if people is None else people
        return cls.with_people().where(cls.owner.in_(people), cls.status.in_(cls.WORKED_ON))

    @classmethod
    def helped_by(cls, people):
        """The leads of others on whose team these people (ids; None: anybody) are."""
        return cls.with_people().where(cls.status != cls.VOIDED, cls.id.in_(Member.records_of("lead", people)))

    @property
    def is_open(self):
        return self.status in self.OPEN


# What stands behind the id is there to be filtered by without a look at the row.
Lead.add_index(
    Lead.pool, Lead.entered_pool_at.desc(), Lead.id.desc(), Lead.source, Lead.name_key, where=Lead.owner.is_null(),
    name="lead_pool_page",
)
Lead.add_index(
    Lead.pool, Lead.city, Lead.entered_pool_at.desc(), Lead.id.desc(), Lead.source, where=Lead.owner.is_null(), name="lead_pool_city"
)
Lead.add_index(
    Lead.pool, Lead.source, Lead.entered_pool_at.desc(), Lead.id.desc(), where=Lead.owner.is_null(), name="lead_pool_source"
)
Lead.add_index(
    Lead.owner, Lead.updated_at.desc(), Lead.id.desc(), Lead.status, where=Lead.owner.is_null(False), name="lead_owner_page"
)
Lead.add_index(
    Lead.updated_at.desc(), Lead.id.desc(), Lead.owner, Lead.status, where=Lead.owner.is_null(False), name="lead_team_page"
)
Lead.add_index(
    Lead.owner, Lead.status, Lead.next_at, Lead.id, Lead.created_at, where=Lead.owner.is_null(False), name="lead_owner_status"
)


class Claim(Table):
    """The ledger of ownership: who had a lead or customer from when to when, how it came and why it went. Only ever closed."""

    CLAIMED, ASSIGNED, CREATED = HOW = ("claimed", "assigned", "created")

    record_kind = TextField()
    record_id = IntegerField()
    pool = ForeignKeyField(Pool, null=True, backref="+", index=False, on_delete="SET NULL")  # out of which it was claimed
    owner = ForeignKeyField(User, backref="claims", index=False)
    how = TextField()
    by = ForeignKeyField(User, null=True, backref="+", index=False)  # None: the system
    at = DateTimeField(default=utcnow)
    day = DateField()  # in the company's time zone; the daily limit counts rows that were claimed
    ended_at = DateTimeField(null=True)
    ended_by = ForeignKeyField(User, null=True, backref="+", index=False)
    end_reason = TextField(default="")

    class Meta:
        indexes = ((("owner", "day", "how", "record_kind"), False), (("record_kind", "record_id", "id"), False), (("ended_by", "ended_at"), False))

    @classmethod
    def of(cls, record):
        """The WHERE of one record's rows, or, given the table, of the row of a query around this one."""
        return (cls.record_kind == record.kind()) & (cls.record_id == record.id)

    @classmethod
    def no_sooner_than_begun(cls, at):
        """`at`; where the machine's clock was set back since, the moment at which the row began."""
        return Case(None, [(cls.at > at, cls.at)], at)


Claim.add_index(Claim.record_kind, Claim.record_id, unique=True, where=Claim.ended_at.is_null(), name="claim_one_open")


# ---- who gets what comes in ------------------------------------------------------------------------------------------


def plain_place(name):
    """江苏 for 江苏省, 苏州 for 苏州市: as people write them either way."""
    return (name or "").removesuffix("省").removesuffix("市")


class Fitting(Table):
    """Lists of words that a record is held against: where it is, what it does, how it came; an empty list says nothing."""

    LISTS = ("provinces", "cities", "industries", "sources", "levels")

    provinces = JSON(default=list)
    cities = JSON(default=list)
    industries = JSON(default=list)
    sources = JSON(default=list)
    levels = JSON(default=list)  # of customers

    def asked(self, record):
        """[(the words of a list, what the record says)] of the lists that say anything."""
        told = {
            "provinces": plain_place(record.province), "cities": plain_place(record.city), "industries": record.industry,
            "sources": record.source, "levels": getattr(record, "level", ""),
        }
        return [([plain_place(word) for word in getattr(self, name)], told[name]) for name in self.LISTS if getattr(self, name)]


class AssignmentRule(Fitting):
    """Who gets what comes into a pool (分配规则): the first rule that fits; one without any list fits everything."""

    METHODS = PERSON, RANDOM, ROUND_ROBIN, LEAST_LOADED, MATCH = ("person", "random", "round_robin", "least_loaded", "match")

    name = TextField()
    what = TextField()  # lead or customer
    position = IntegerField()
    active = BooleanField(default=True)
    pool = ForeignKeyField(Pool, null=True, backref="+", on_delete="CASCADE")  # what comes into this one; None: into any
    on_import = BooleanField(default=True)
    on_form = BooleanField(default=True)
    on_drop = BooleanField(default=False)
    method = TextField(default=ROUND_ROBIN)
    last_user = ForeignKeyField(User, null=True, backref="+", index=False)  # whose turn it was

    @classmethod
    def comes_by(cls, trigger):
        return getattr(cls, f"on_{trigger}")

    def fits(self, record):
        """Whether every list names what the record says, and it lies in the rule's pool."""
        return self.pool_id in (None, record.pool_id) and all(value in words for words, value in self.asked(record))


class AssignmentTaker(Table):
    """A person, or a department with all below it, among whom a rule chooses."""

    rule = ForeignKeyField(AssignmentRule, backref="takers", on_delete="CASCADE")
    user = ForeignKeyField(User, null=True, backref="+", index=False)
    department = ForeignKeyField(Department, null=True, backref="+", index=False)


class SellerProfile(Fitting):
    """What a seller is good at (销售画像), to be matched with what comes in."""

    user = ForeignKeyField(User, unique=True, backref="profiles")

    def matches(self, record):
        """What the record says and the profile names: one point each."""
        return [value for words, value in self.asked(record) if value and value in words]


class Arrival(Table):
    """A record that came into a pool and waits to be placed by a rule."""

    record_kind = TextField()
    record_id = IntegerField()
    came_by = TextField()  # import, form or drop
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("record_kind", "record_id"), True),)


class WebForm(Table):
    """A page of ours on which anybody may leave his company and number (网页表单); what comes is a lead in the pool."""

    name = TextField()
    token = TextField(unique=True)
    title = TextField()
    thanks = TextField(default="")
    pool = ForeignKeyField(Pool, backref="+")
    source = TextField(default="website")
    active = BooleanField(default=True)
    created_by = ForeignKeyField(User, backref="+", index=False)
    created_at = DateTimeField(default=utcnow)


class WebFormPost(Table):
    """That something was sent from an address on the network, so that nobody floods the pool and who presses twice is known."""

    form = ForeignKeyField(WebForm, backref="posts", on_delete="CASCADE")
    address = TextField()
    content = TextField()  # a digest: what was written stands on the record that it is about
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("address", "at"), False),)


class FollowUp(Table):
    """One contact with a lead, customer or opportunity (跟进)."""

    METHODS = ("phone", "wechat", "visit", "email", "note")
    OUTCOMES = ("connected", "no_answer", "wechat_added", "interested", "refused")

    record_kind = TextField()
    record_id = IntegerField()
    author = ForeignKeyField(User, backref="follow_ups")
    method = TextField()
    outcome = TextField(default="")
    body = TextField()
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("record_kind", "record_id", "id"), False), (("author", "at"), False))


class Task(Table):
    """The next step on a record: at most one open per record; 今日 lists them."""

    owner = ForeignKeyField(User, backref="tasks", index=False)
    record_kind = TextField()
    record_id = IntegerField()
    title = TextField()  # the record's name when the step was planned
    method = TextField(default="phone")
    what = TextField(default="")
    due_at = DateTimeField()
    done_at = DateTimeField(null=True)
    done_by = ForeignKeyField(User, null=True, backref="+", index=False)
    created_at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("owner", "done_at", "due_at"), False),)


Task.add_index(Task.record_kind, Task.record_id, unique=True, where=Task.done_at.is_null(), name="task_one_open")


class Presence(Table):
    """Somebody at work on a record this minute (正在跟进); past `until` unless his browser says so again."""

    FOLLOW_UP, CALL, QUOTE, TICKET = DOINGS = ("follow_up", "call", "quote", "ticket")

    record_kind = TextField()
    record_id = IntegerField()
    customer_id = IntegerField(null=True)  # whose it is: the customer's page shows it, too
    user = ForeignKeyField(User, backref="+")
    doing = TextField()
    since = DateTimeField(default=utcnow)
    until = DateTimeField(index=True)

    class Meta:
        indexes = ((("record_kind", "record_id", "user"), True),)


# ---- customers and opportunities -------------------------------------------------------------------------------------


class Customer(Pooled):
    name = TextField()
    name_key = TextField(index=True)
    short_name = TextField(default="")
    credit_code = TextField(default="", index=True)
    phone = TextField(default="", index=True)
    email = TextField(default="")
    website = TextField(default="")
    province = TextField(default="")
    city = TextField(default="")
    address = TextField(default="")
    address_key = TextField(default="", index=True)
    industry = TextField(default="")
    source = TextField(default="")
    level = TextField(default="")
    remark = TextField(default="")
    dealt_at = DateTimeField(null=True)  # 成交: when the first deal was won or the first order taken
    merged_into = ForeignKeyField("self", null=True, backref="+", index=False, deferrable=LATE)  # 合并: nobody's, and in no pool
    created_by = ForeignKeyField(User, null=True, backref="+", index=False)
    created_at = DateTimeField(default=utcnow)
    updated_at = DateTimeField(default=utcnow, index=True)

    class Meta:
        indexes = ((("owner", "updated_at", "id"), False),)
        constraints = [Check("merged_into_id IS NOT NULL OR (pool_id IS NULL) <> (owner_id IS NULL)")]

    @classmethod
    def with_people(cls):
        return super().with_people().where(cls.merged_into.is_null())

    @classmethod
    def row_of_pool(cls):
        return (*super().row_of_pool(), cls.level, cls.remark, cls.dealt_at)

    @property
    def label(self):
        return self.short_name or self.name


Customer.add_index(Customer.pool, Customer.entered_pool_at.desc(), Customer.id.desc(), where=Customer.owner.is_null(), name="customer_pool_page")


for pooled in (Lead, Customer):
    merged = pooled.merged_into.is_null(False)
    pooled.add_index(pooled.merged_into, where=merged, name=f"{pooled.kind()}_merged")


class Contact(Table):
    """A person at a customer."""

    customer = ForeignKeyField(Customer, backref="contacts")
    name = TextField()
    title = TextField(default="")
    phone = TextField(default="")
    wechat = TextField(default="")
    email = TextField(default="")
    decides = BooleanField(default=False)  # 决策人
    created_at = DateTimeField(default=utcnow)


class Stage(Table):
    """A step of the sales process; the last one is where won deals stand."""

    name = TextField(unique=True)
    name_en = TextField(default="")
    position = IntegerField()
    win_rate = IntegerField()  # percent
    norm_days = IntegerField(default=14)
    is_won = BooleanField(default=False)

    @classmethod
    def in_order(cls):
        return list(cls.select().order_by(cls.position, cls.id))


class Opportunity(Owned):
    OPEN, WON, LOST = STATUSES = ("open", "won", "lost")

    customer = ForeignKeyField(Customer, backref="opportunities", index=False)
    contact = ForeignKeyField(Contact, null=True)
    name = TextField()
    amount = BigIntegerField(default=0)  # 分
    stage = ForeignKeyField(Stage, backref="opportunities", index=False)
    stage_since = DateTimeField(default=utcnow)
    status = TextField(default=OPEN)
    owner = ForeignKeyField(User, backref="opportunities", index=False)
    source = TextField(default="")
    expected_on = DateField(null=True)
    closed_at = DateTimeField(null=True)
    lost_reason = TextField(default="")
    lost_note = TextField(default="")
    last_follow_up_at = DateTimeField(null=True)
    next_at = DateTimeField(null=True)
    created_by = ForeignKeyField(User, null=True, backref="+", index=False)
    created_at = DateTimeField(default=utcnow)
    updated_at = DateTimeField(default=utcnow)

    class Meta:
        indexes = (
            (("status", "stage", "owner", "amount"), False),
            (("owner", "status"), False),
            (("stage", "status", "next_at", "id"), False),
            (("status", "closed_at"), False),
            (("customer", "status", "id"), False),
        )

    @classmethod
    def with_people(cls):
        query = cls.select(cls, Customer, Stage, User).join(Customer, on=cls.customer)
        return query.switch(cls).join(Stage, on=cls.stage).switch(cls).join(User, on=cls.owner)

    @property
    def is_open(self):
        return self.status == self.OPEN

    def days_in_stage(self, at):
        return max((at - self.stage_since) // timedelta(days=1), 0)


class StageChange(Table):
    opportunity = ForeignKeyField(Opportunity, backref="stage_changes")
    stage = ForeignKeyField(Stage, backref="+", index=False)
    status = TextField()
    by = ForeignKeyField(User, backref="+", index=False)
    at = DateTimeField(default=utcnow)


class Conversion(Table):
    """A lead that became a customer (线索转换), with what was made in the same act."""

    lead = ForeignKeyField(Lead, unique=True, backref="conversions")
    customer = ForeignKeyField(Customer, backref="conversions")
    contact = ForeignKeyField(Contact, null=True, backref="+", index=False)
    opportunity = ForeignKeyField(Opportunity, null=True, backref="+", index=False)
    linked = BooleanField()  # the customer was there before
    by = ForeignKeyField(User, backref="+", index=False)
    at = DateTimeField(default=utcnow)


# ---- recycling -------------------------------------------------------------------------------------------------------


Lead.add_index(
    Lead.id, Lead.owner, Lead.owned_since, Lead.last_follow_up_at, Lead.status, Lead.locked_at, Lead.home_pool,
    where=Lead.owner.is_null(False) & Lead.converted_at.is_null(), name="lead_recycling",
)
Customer.add_index(
    Customer.id, Customer.owner, Customer.owned_since, Customer.last_follow_up_at, Customer.level, Customer.dealt_at, Customer.locked_at,
    Customer.home_pool, where=Customer.owner.is_null(False), name="customer_recycling",
)


class RecycleRule(Table):
    """When a record goes back to a pool by itself (回收规则). One that is on is never edited: a rule that replaces it is.

    Each condition has its days, None where it is not asked for; `days_by_level` names other days for some customers:
    {condition: {level: days}}. Without departments it concerns everybody's records.
    """

    NO_FOLLOW_UP, NO_OPPORTUNITY, NO_DEAL = CONDITIONS = ("no_follow_up", "no_opportunity", "no_deal")
    OFF, ON, RETIRED = STATES = ("off", "on", "retired")

    what = TextField()  # lead or customer
    name = TextField()
    position = IntegerField()
    state = TextField(default=OFF)
    replaces = ForeignKeyField("self", null=True, backref="replacements")
    revision = IntegerField(default=1)
    needs_all = BooleanField(default=False)  # all conditions, or any of them
    no_follow_up_days = IntegerField(null=True)
    no_opportunity_days = IntegerField(null=True)
    no_deal_days = IntegerField(null=True)
    days_by_level = JSON(default=dict)
    working_days = BooleanField(default=False)
    spares_locked = BooleanField(default=True)
    spares_dealt = BooleanField(default=True)
    spares_open_deals = BooleanField(default=True)
    departments = JSON(default=list)  # ids, each with all below
    pool = ForeignKeyField(Pool, null=True, backref="+")  # None: where it came from, else the first pool of its owner
    owner_notice_days = IntegerField(null=True)
    superior_notice_days = IntegerField(null=True)
    switched_on_at = DateTimeField(null=True)
    created_at = DateTimeField(default=utcnow)

    @classmethod
    def of(cls, what):
        return cls.select().where(cls.what == what, cls.state != cls.RETIRED).order_by(cls.position, cls.id)

    @property
    def is_on(self):
        return self.state == self.ON

    @property
    def conditions(self):
        """[(condition, days, {level: days})] of those that are asked for."""
        asked = [(kind, getattr(self, f"{kind}_days")) for kind in self.CONDITIONS]
        return [(kind, days, self.days_by_level.get(kind, {})) for kind, days in asked if days is not None]


class Rehearsal(Table):
    """What a rule would take (规则预演): per owner tonight, in 7 and in 30 days, and the first records of tonight."""

    rule = ForeignKeyField(RecycleRule, backref="rehearsals", on_delete="CASCADE")
    revision = IntegerField()
    calendar = TextField()  # the mark of the calendar it was reckoned with
    night = DateField()
    by = ForeignKeyField(User, backref="+", index=False)
    at = DateTimeField(default=utcnow)
    looked_at = IntegerField(default=0)
    total = IntegerField(default=0)
    owners = JSON(default=dict)  # {owner id: [tonight, within 7 days, within 30 days]}
    first = JSON(default=list)
    stranded = JSON(default=dict)  # {owner id: records that no pool takes}
    finished_at = DateTimeField(null=True)


class RecycleRun(Table):
    """One rule on one night: how far it has come, so that a stopped one goes on where it was."""

    rule = ForeignKeyField(RecycleRule, backref="runs", on_delete="CASCADE", index=False)
    night = DateField()
    reached = IntegerField(default=0)
    taken = IntegerField(default=0)
    started_at = DateTimeField(default=utcnow)
    finished_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("rule", "night"), True),)


class RecycleWarning(Table):
    """Who was told that a record is about to go: the owner, his superior or the administrators, once for each last day."""

    reader_kind = TextField()
    record_kind = TextField()
    record_id = IntegerField()
    last_day = DateField(index=True)

    class Meta:
        indexes = ((("record_kind", "record_id", "last_day", "reader_kind"), True),)


# ---- one record out of two, and a clean base -------------------------------------------------------------------------


class Merge(Table):
    """Two leads or customers made one (合并), with what takes it back row for row."""

    record_kind = TextField()
    winner_id = IntegerField()
    loser_id = IntegerField()
    loser_name = TextField()
    journal = JSON()  # [{table, ids, before, after}]: columns of rows; before or after is None where there is no row
    by = ForeignKeyField(User, backref="+", index=False)
    at = DateTimeField(default=utcnow)
    undone_at = DateTimeField(null=True)
    undone_by = ForeignKeyField(User, null=True, backref="+", index=False)

    class Meta:
        indexes = ((("at", "id"), False), (("record_kind", "winner_id"), False))


class Apart(Table):
    """Two leads or two customers that look alike and are not the same company (不是同一家), as somebody has judged."""

    record_kind = TextField()
    one_id = IntegerField()  # the smaller id
    other_id = IntegerField()
    by = ForeignKeyField(User, backref="+", index=False)
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("record_kind", "one_id", "other_id"), True), (("record_kind", "other_id"), False))


class CleansingRun(Table):
    """One look through the whole base (数据清洗). How far it came survives a restart."""

    RUNNING, DONE = STATUSES = ("running", "done")
    NEEDS = ("reach", "contact", "city", "industry")  # what may be asked of every record

    by = ForeignKeyField(User, backref="+", index=False)
    status = TextField(default=RUNNING)
    needs = JSON(default=list)
    step = IntegerField(default=0)
    after_id = IntegerField(default=0)
    looked = IntegerField(default=0)
    total = IntegerField(default=0)
    gone = IntegerField(default=0)  # findings of the run before that are no more
    started_at = DateTimeField(default=utcnow)
    finished_at = DateTimeField(null=True)


class CleansingFinding(Table):
    """Something that a run found: two records that may be one, a value in a bad form, a record that lacks something."""

    DUPLICATE, FORMAT, MISSING = SORTS = ("duplicate", "format", "missing")

    run = ForeignKeyField(CleansingRun, backref="findings", on_delete="CASCADE", index=False)
    sort = TextField()
    record_kind = TextField()  # lead, customer or contact
    record_id = IntegerField()
    holder_kind = TextField()  # lead or customer: through which one sees it
    holder_id = IntegerField()
    other_id = IntegerField(null=True)  # of a duplicate
    fields = JSON(default=list)
    value = TextField(default="")
    suggestion = TextField(default="")  # how the value is written, where there is but one way
    key = TextField()  # by which the next run knows it again
    is_new = BooleanField(default=False)
    settled_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("run", "key"), True), (("run", "sort", "id"), False))

    @classmethod
    def visible_to(cls, user):
        """What was found about records that this person sees."""
        seen = [
            (cls.holder_kind == table.kind()) & fn.EXISTS(table.select(SQL("1")).where(table.id == cls.holder_id, table.seen_by(user)))
            for table in (Lead, Customer)
        ]
        return cls.select().where(seen[0] | seen[1])


# ---- duplicates ------------------------------------------------------------------------------------------------------


class DuplicateRule(Table):
    """What makes a new lead or customer a duplicate (查重规则), and what follows. Without a row the defaults hold."""

    KEYS = ("name", "phone", "credit_code", "email", "website")
    USUAL = KEYS[:3]

    what = TextField(unique=True)  # lead or customer
    active = BooleanField(default=True)
    keys = JSON(default=lambda: list(DuplicateRule.USUAL))
    refuses = BooleanField(default=False)  # a sure match is refused, to sellers; otherwise everybody is only warned

    @classmethod
    def of(cls, what):
        return cls.get_or_none(cls.what == what) or cls(what=what, refuses=what == Customer.kind())


class MatchKey(Table):
    """What a lead or a customer is found by when company names are compared; see domain/match_keys.py."""

    record_kind = TextField()
    record_id = IntegerField()
    plain = TextField(index=True)
    sound = TextField(index=True)
    brand = TextField(null=True)
    head = TextField(null=True)
    skip = TextField(null=True)
    tail = TextField(null=True)
    alias = TextField(null=True)
    email = TextField(null=True)
    website = TextField(null=True)

    class Meta:
        indexes = ((("record_kind", "record_id"), True),)


for column in (
    MatchKey.brand, MatchKey.head, MatchKey.skip, MatchKey.tail, MatchKey.alias, MatchKey.email, MatchKey.website
):
    MatchKey.add_index(column, where=column.is_null(False), name=f"match_key_{column.name}")


# ---- products and quotes ---------------------------------------------------------------------------------------------


class Product(Table):
    sku = TextField(unique=True)
    name = TextField()
    spec = TextField(default="")
    unit = TextField(default="")
    category = TextField(default="")
    price = BigIntegerField()  # 分, tax included
    cost = BigIntegerField(null=True)  # 分, tax included; None is unknown, not free
    tax_code = TextField(default="")  # whose rate of the day is quoted; without one, tax_rate itself
    tax_rate = TaxRate(default=Decimal("0.13"))
    active = BooleanField(default=True)
    created_at = DateTimeField(default=utcnow)
    updated_at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("active", "name", "id"), False),)


class ProductPicture(Table):
    """How a product looks, small enough to be printed on every line of a quote."""

    product = ForeignKeyField(Product, unique=True, backref="pictures")
    content = BlobField()
    type = TextField()
    uploaded_at = DateTimeField(default=utcnow)

    @classmethod
    def of(cls, product_ids):
        """{product id: the picture}, of those that have one."""
        found = cls.select().where(cls.product.in_(list(product_ids))) if product_ids else ()
        return {picture.product_id: picture for picture in found}


class DocumentTemplate(Table):
    """How quotes are printed (报价单模板): one is the default, a quote may ask for another. Its texts are printed as they stand."""

    SIMPLE, FORMAL, PICTURES = BASES = ("simple", "formal", "pictures")
    LEFT, RIGHT, NOWHERE = LOGO_POSITIONS = ("left", "right", "none")
    CHINESE, ENGLISH, BOTH = LANGUAGES = ("zh", "en", "both")
    COLUMNS = ("code", "spec", "picture", "price", "discount", "tax_rate")
    STANDARD = (  # what a company starts with
        {"name": "简洁", "base": SIMPLE, "colour": "111111", "columns": ["code", "spec", "price", "discount"]},
        {"name": "正式", "base": FORMAL, "colour": "8c1c13", "columns": ["code", "spec", "price", "discount", "tax_rate"]},
        {"name": "带图片", "base": PICTURES, "colour": "1f4e8c", "columns": ["code", "spec", "picture", "price", "discount"]},
    )

    name = TextField(unique=True)
    base = TextField(default=SIMPLE)
    colour = TextField(default="111111")  # of lines and headings, six hexadecimal digits
    logo_position = TextField(default=LEFT)
    columns = JSON(default=lambda: ["code", "spec", "price", "discount"])
    language = TextField(default=CHINESE)
    terms = TextField(default="")  # after the quote's own
    bank = TextField(default="")
    footer = TextField(default="")
    seal = BlobField(null=True)
    is_default = BooleanField(default=False)
    active = BooleanField(default=True)
    created_at = DateTimeField(default=utcnow)
    updated_at = DateTimeField(default=utcnow)

    @classmethod
    def standard(cls):
        """The default one; an unsaved plain one where a company has none yet."""
        return cls.get_or_none(cls.is_default) or cls(**cls.STANDARD[0])

    @classmethod
    def offered(cls):
        return cls.select().where(cls.active).order_by(cls.is_default.desc(), cls.name)


DocumentTemplate.add_index(DocumentTemplate.is_default, unique=True, where=DocumentTemplate.is_default, name="document_template_default")

class Tax(Table):
    """What a kind of tax (税率) comes to from a day on. Nothing to pay is three different things: 0 %, exempt and untaxed."""

    GENERAL, REDUCED, SERVICES, LEVY, LOW_LEVY, ZERO, EXEMPT, UNTAXED = CODES = (
        "general", "reduced", "services", "levy", "low_levy", "zero", "exempt", "untaxed",
    )
    WITHOUT_RATE = (EXEMPT, UNTAXED)  # 免税, 不征税

    code = TextField()
    rate = TaxRate()
    starts_on = DateField()

    class Meta:
        indexes = ((("code", "starts_on"), True),)


class PriceList(Table):
    """Prices for some customers, for some days (价目表). An empty list of levels or provinces is all of them."""

    name = TextField(unique=True)
    levels = JSON(default=list)  # of customers: A, B, C …
    provinces = JSON(default=list)
    campaign = TextField(default="")  # 促销活动; what it is called on the quote
    starts_on = DateField(null=True)
    ends_on = DateField(null=True)
    position = IntegerField(default=0)  # the first list that fits and knows the product gives its price
    active = BooleanField(default=True)


class PriceListItem(Table):
    """What a product costs on a list from so many of it on (阶梯价)."""

    price_list = ForeignKeyField(PriceList, backref="items", on_delete="CASCADE", index=False)
    product = ForeignKeyField(Product, backref="+")
    least = Quantity(default=Decimal(0))  # 0: any quantity
    price = BigIntegerField()  # 分, tax included

    class Meta:
        indexes = ((("price_list", "product", "least"), True),)


def new_check_code():
    """60 bits, to be read off paper."""
    return "".join(secrets.choice(CHECK_LETTERS) for _place in range(CHECK_LENGTH))


class Quote(Owned):
    """One version of a quote (报价); the versions of one number are rows of their own, and at most one of them is open."""

    DRAFT, PENDING, APPROVED, REJECTED, DROPPED = STATUSES = ("draft", "pending", "approved", "rejected", "dropped")
    OPEN = (DRAFT, PENDING, REJECTED)
    EDITABLE = (DRAFT, REJECTED)

    number = TextField()
    version = IntegerField(default=1)
    is_newest = BooleanField(default=True)
    opportunity = ForeignKeyField(Opportunity, backref="quotes")
    customer = ForeignKeyField(Customer, backref="quotes", index=False)
    contact = ForeignKeyField(Contact, null=True)
    owner = ForeignKeyField(User, backref="quotes", index=False)
    status = TextField(default=DRAFT)
    issued_on = DateField()
    valid_until = DateField()
    inclusive = BooleanField(default=True)  # prices and discounts are entered with tax
    price_list = ForeignKeyField(PriceList, null=True, backref="+", index=False)
    order_discount = BigIntegerField(default=0)  # 分, off the whole order (整单优惠)
    order_discount_rate = IntegerField(null=True)  # basis points, where it was entered in percent; then it gives the amount
    list_total = BigIntegerField(default=0)
    order_amount = BigIntegerField(default=0)  # list total less all discounts, on the side on which prices are entered
    total = BigIntegerField(default=0)
    tax_total = BigIntegerField(default=0)
    cost_total = BigIntegerField(null=True)
    terms = TextField(default="")
    note = TextField(default="")  # for the approver
    revision = IntegerField(default=0)  # each save counts one up; a form of an older one is refused
    submitted_at = DateTimeField(null=True)
    approved_at = DateTimeField(null=True)
    sent_at = DateTimeField(null=True)  # the customer was first given this version
    accepted_at = DateTimeField(null=True)
    declined_at = DateTimeField(null=True)
    superseded_at = DateTimeField(null=True)  # a later version was approved
    ordered_at = DateTimeField(null=True)
    kept_from = ForeignKeyField("self", null=True, backref="+", index=False)  # the version whose approval it keeps: nowhere worse
    reminded_at = DateTimeField(null=True)  # its people were told that it expires soon
    expired_at = DateTimeField(null=True)  # its people were told that it has expired
    pdf = BlobField(null=True)  # what was sent never changes
    pdf_sha256 = TextField(default="")
    template = ForeignKeyField(DocumentTemplate, null=True, backref="quotes", index=False)  # None: the default; kept at approval
    language = TextField(default="")  # of the document; empty: its template's
    check_code = TextField(default=new_check_code, unique=True)  # printed; leads to the page that shows what is true
    created_at = DateTimeField(default=utcnow)
    updated_at = DateTimeField(default=utcnow)

    class Meta:
        indexes = (
            (("number", "version"), True),
            (("owner", "id"), False),
            (("customer", "id"), False),
            (("status", "id"), False),
            (("issued_on", "id"), False),
        )

    @classmethod
    def grounds(cls, user):
        yield from super().grounds(user)
        yield cls.id.in_(Approval.reached(user))
        yield cls.id.in_(ApprovalCopy.records_for(user, cls.kind()))

    @classmethod
    def listed_to(cls, user):
        """The newest version of each number."""
        return cls.visible_to(user).where(cls.is_newest)

    @classmethod
    def all_but_the_file(cls):
        return [field for field in cls._meta.sorted_fields if field.name != "pdf"]

    @classmethod
    def without_file(cls):
        return cls.select(*cls.all_but_the_file())

    @classmethod
    def with_people(cls):
        query = cls.select(*cls.all_but_the_file(), Customer, User, Opportunity).join(Customer, on=cls.customer)
        return query.switch(cls).join(User, on=cls.owner).switch(cls).join(Opportunity, on=cls.opportunity)

    @property
    def is_editable(self):
        return self.status in self.EDITABLE

    def has_expired(self, day):
        """Its last day is over."""
        return self.valid_until < day

    @property
    def printed_in(self):
        """The template and language of its document, the default ones where it asks for none."""
        template = self.template or DocumentTemplate.standard()
        return {"template": template.id, "language": self.language or template.language}

    @property
    def title(self):
        return f"{self.number} V{self.version}"


Quote.add_index(Quote.number, unique=True, where=Quote.is_newest, name="quote_newest_of_number")
Quote.add_index(Quote.number, unique=True, where=Quote.status.in_(Quote.OPEN), name="quote_open_of_number")
Quote.add_index(
    Quote.valid_until, where=(Quote.status == Quote.APPROVED) & Quote.expired_at.is_null() & Quote.ordered_at.is_null(),
    name="quote_running_out",
)
Quote.add_index(Quote.submitted_at, where=Quote.submitted_at.is_null(False), name="quote_submitted")


class Taxed:
    """A line whose amount is kept without tax, and its tax."""

    @property
    def to_pay(self):
        """With tax, whichever side of it the price stands on."""
        return self.excl + self.tax


class QuoteLine(Taxed, Table):
    """A product as it was quoted: what the product said that day, and the shares that later documents reuse.

    A section (a heading) and a note have a name and nothing else. What is optional (可选) is printed with its price and
    counted in no total: its share, net and tax are those it would have without an order discount.
    """

    PRODUCT, SECTION, NOTE = WHAT = ("product", "section", "note")

    quote = ForeignKeyField(Quote, backref="lines", on_delete="CASCADE")
    position = IntegerField()
    what = TextField(default=PRODUCT)
    product = ForeignKeyField(Product, null=True, backref="+", index=False)
    name = TextField()
    sku = TextField()
    spec = TextField(default="")
    unit = TextField(default="")
    price = BigIntegerField()  # 分; the list price, however much is taken off
    breaks = JSON(null=True)  # [[least quantity as text, price in 分] …] that the price follows as the quantity changes
    quantity = Quantity()
    cost = BigIntegerField(null=True)
    tax_rate = TaxRate()
    tax_code = TextField(default="")
    price_list = ForeignKeyField(PriceList, null=True, backref="+", index=False)  # that gave the price
    discount = IntegerField(null=True)  # basis points off the line: 500 is 95 折
    discount_amount = BigIntegerField(null=True)  # 分 off the line; at most one of the three is set
    agreed = BigIntegerField(null=True)  # 分 a unit (协议价): where it is set it gives the discount_amount, whatever the quantity
    free = BooleanField(default=False)  # 赠品
    optional = BooleanField(default=False)
    gross = BigIntegerField()
    amount = BigIntegerField()  # gross less the line's own discount
    share = BigIntegerField()  # of the whole-order discount
    net = BigIntegerField()
    excl = BigIntegerField()  # net without tax
    tax = BigIntegerField()

    class Meta:
        indexes = ((("quote", "position"), True), (("product", "quote"), False))

    @classmethod
    def counted(cls, quote):
        """The lines that are sold: no headings, no notes, nothing that is only an option."""
        return cls.select().where(cls.quote == quote, cls.what == cls.PRODUCT, ~cls.optional).order_by(cls.position)

    @property
    def is_product(self):
        return self.what == self.PRODUCT


for priced in (Quote, QuoteLine):
    priced.add_index(priced.price_list, where=priced.price_list.is_null(False), name=f"{priced._meta.table_name}_price_list")


class Flow(Table):
    """How one kind of document is approved (审批流程). What it says stands in its versions, one of which runs."""

    what = TextField(unique=True)  # the kind of the documents: quote
    name = TextField()
    name_en = TextField(default="")
    remark = TextField(default="")

    @property
    def running(self):
        return self.versions.where(FlowVersion.is_running).first()

    @property
    def draft(self):
        return self.versions.where(FlowVersion.published_at.is_null()).first()


class FlowVersion(Table):
    """A definition of a flow, read by domain/flows.py. A published one never changes; at most one is a draft, one runs."""

    flow = ForeignKeyField(Flow, backref="versions", on_delete="CASCADE", index=False)
    number = IntegerField(null=True)  # counted when it is published
    definition = JSON()
    revision = IntegerField(default=1)  # each save counts one up; a form of an older one is refused
    made_by = ForeignKeyField(User, null=True, backref="+", index=False)
    made_at = DateTimeField(default=utcnow)
    rehearsed_at = DateTimeField(null=True)
    published_by = ForeignKeyField(User, null=True, backref="+", index=False)
    published_at = DateTimeField(null=True)
    is_running = BooleanField(default=False)

    class Meta:
        indexes = ((("flow", "number"), True),)

    @property
    def is_draft(self):
        return self.published_at is None


FlowVersion.add_index(FlowVersion.flow, unique=True, where=FlowVersion.is_running, name="flow_version_running")
FlowVersion.add_index(FlowVersion.flow, unique=True, where=FlowVersion.published_at.is_null(), name="flow_version_draft")


class FlowApprover(Table):
    """Whom a node of the running version names: what a leaver hands over."""

    flow = ForeignKeyField(Flow, backref="approvers", on_delete="CASCADE", index=False)
    node = TextField()
    user = ForeignKeyField(User, backref="+")

    class Meta:
        indexes = ((("flow", "node", "user"), True),)


class FlowRehearsal(Table):
    """Which documents of the last months a draft would have sent elsewhere than the version that runs (流程预演)."""

    version = ForeignKeyField(FlowVersion, backref="rehearsals", on_delete="CASCADE")
    revision = IntegerField()
    against = ForeignKeyField(FlowVersion, backref="+", on_delete="CASCADE", index=False)
    by = ForeignKeyField(User, backref="+", index=False)
    at = DateTimeField(default=utcnow)
    looked_at = IntegerField(default=0)
    total = IntegerField(default=0)
    judged = IntegerField(default=0)
    changed = IntegerField(default=0)
    asked = JSON(default=dict)  # {"before": {node key: documents}, "after": …}
    first = JSON(default=list)  # [[record id, keys of the nodes before, keys after] …]
    finished_at = DateTimeField(null=True)


class Approval(Table):
    """One seat of a node of one submission: waiting, current, then approved, rejected, returned, passed or cancelled.

    A node that asks several people has a seat for each. What was sent back (退回) is superseded by rows of its own that
    follow it; `position` tells the nodes in their order, `seat` the people within one.
    """

    WAITING, CURRENT, APPROVED, REJECTED = "waiting", "current", "approved", "rejected"
    RETURNED, PASSED, CANCELLED = "returned", "passed", "cancelled"  # 退回; 自动通过, nobody had to decide; not asked any more
    STATUSES = (WAITING, CURRENT, APPROVED, REJECTED, RETURNED, PASSED, CANCELLED)
    DECIDED = (APPROVED, REJECTED, RETURNED)
    ANY, ALL, IN_TURN = MODES = ("any", "all", "in_turn")  # 或签, 会签, 依次
    WHY_PASSED = ("empty", "own", "repeat")

    record_kind = TextField(default="quote")
    record_id = IntegerField()
    round = IntegerField()
    position = IntegerField()
    seat = IntegerField(default=1)
    flow_version = ForeignKeyField(FlowVersion, null=True, backref="+", index=False)  # as it was when this was submitted
    node = TextField(default="")  # its key in the flow; a signer who was added has none
    name = TextField()
    name_en = TextField(default="")
    mode = TextField(default=ANY)
    reasons = JSON(default=list)  # the conditions that asked for it
    added_by = ForeignKeyField(User, null=True, backref="+", index=False)  # 加签
    approver = ForeignKeyField(User, null=True, backref="approvals")  # a person, or
    role = TextField(default="")  # anyone of a role
    status = TextField()
    passed = TextField(default="")  # why nobody had to decide
    superseded = BooleanField(default=False)  # sent back: it has to be decided again
    submitted_by = ForeignKeyField(User, backref="+", index=False)
    submitted_at = DateTimeField(default=utcnow)
    current_since = DateTimeField(null=True)
    due_at = DateTimeField(null=True)  # when the next reminder goes out
    reminders = IntegerField(default=0)
    decided_by = ForeignKeyField(User, null=True, backref="+", index=False)
    decided_for = ForeignKeyField(User, null=True, backref="+", index=False)  # 代理审批
    decided_at = DateTimeField(null=True)
    comment = TextField(default="")

    class Meta:
        indexes = (
            (("record_kind", "record_id", "round", "position", "seat"), True),
            (("status", "approver"), False),
            (("status", "role"), False),
            (("decided_by", "decided_at", "id"), False),
            (("submitted_by", "position", "submitted_at", "id"), False),
        )

    @classmethod
    def asks(cls, user, at=None):
        """The WHERE of the nodes that are this person's, his own or for whom he stands in, never on his own record;
        administrators stand in if nobody can."""
        if not user.active:
            return NOTHING
        theirs = (cls.approver == user.id) | (cls.approver.is_null() & (cls.role == user.role)) | cls.asks_whom_he_stands_for(user, at)
        if user.is_a(User.ADMINISTRATOR):
            active = User.select(User.id).where(User.disabled_at.is_null())
            of_the_role = active.where(User.role == cls.role, User.id != cls.submitted_by)
            theirs |= cls.approver.not_in(active) | (cls.approver.is_null() & ~fn.EXISTS(of_the_role))
        return theirs & (cls.submitted_by != user.id) & ~cls.belongs_to(user.id)

    @classmethod
    def asks_whom_he_stands_for(cls, user, at=None):
        """The WHERE of what asks somebody who is away and has named this person; nobody decides his own through another."""
        absent = User.alias()
        asked = (absent.id == cls.approver) | (cls.approver.is_null() & (cls.role == absent.role))
        away = Delegation.running(at).join(absent, on=Delegation.person).where(
            Delegation.to == user.id, Delegation.what.in_(["", cls.record_kind]), absent.disabled_at.is_null(), asked,
            absent.id != cls.submitted_by, ~cls.belongs_to(absent.id),
        )
        return fn.EXISTS(away)

    @classmethod
    def belongs_to(cls, person):
        """The WHERE of what decides on a record of this person (an id or a column)."""
        return reduce(or_, (
            (cls.record_kind == table.kind()) & fn.EXISTS(own.select(SQL("1")).where(own.id == cls.record_id, own.owner == person))
            for table, own in ((table, table.alias()) for table in APPROVED_KINDS)
        ))

    @classmethod
    def waiting_for(cls, user, at=None):
        """What this person may decide now, longest wait first. Nobody decides on their own."""
        return cls.select().where(cls.status == cls.CURRENT, cls.asks(user, at)).order_by(cls.current_since, cls.id)

    @classmethod
    def reached(cls, user, kind="quote"):
        """Ids of the records that this person was asked about, or decided on: whoever is asked may read."""
        was_here = cls.asks(user) | (cls.decided_by == user.id)
        return cls.select(cls.record_id).where(cls.record_kind == kind, cls.current_since.is_null(False), was_here)

    @property
    def record(self):
        table = BY_KIND[self.record_kind]
        return table.with_people().where(table.id == self.record_id).get()

    @property
    def deciders(self):
        """The people who may decide this node: the one it names, anyone of its role, who stands in for them, or else the administrators."""
        table = BY_KIND[self.record_kind]
        owner = table.select(table.owner).where(table.id == self.record_id)
        able = User.select().where(User.disabled_at.is_null(), User.id != self.submitted_by_id, User.id.not_in(owner))
        named = list(able.where((User.id == self.approver_id) if self.approver_id else (User.role == self.role)))
        named = named or list(able.where(User.role == User.ADMINISTRATOR))
        away = Delegation.running().select(Delegation.to).where(
            Delegation.person.in_([person.id for person in named]), Delegation.what.in_(["", self.record_kind])
        )
        return list({person.id: person for person in (*named, *able.where(User.id.in_(away)))}.values())

    @classmethod
    def current_of(cls, record):
        """The node that is being asked now, the first seat that has not decided; or None."""
        here = (cls.record_kind == record.kind()) & (cls.record_id == record.id)
        return cls.select().where(here, cls.status == cls.CURRENT).order_by(cls.position, cls.seat).first()


APPROVED_KINDS = (Quote,)  # records that are approved; each has an owner, who never decides
Approval.add_index(Approval.due_at, where=Approval.due_at.is_null(False), name="approval_due")


class ApprovalCopy(Table):
    """That somebody is told of an approval and may read it (抄送)."""

    record_kind = TextField(default="quote")
    record_id = IntegerField()
    approval = ForeignKeyField(Approval, backref="+", on_delete="CASCADE")  # the node that sent it
    user = ForeignKeyField(User, backref="+", index=False)
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("record_kind", "record_id", "user"), True), (("user", "at", "id"), False))

    @classmethod
    def records_for(cls, user, kind):
        return cls.select(cls.record_id).where(cls.record_kind == kind, cls.user == user.id)


class Delegation(Table):
    """That somebody decides for another who is away (代理审批): from one moment to another, of one kind or of all."""

    person = ForeignKeyField(User, backref="delegations", index=False)
    to = ForeignKeyField(User, backref="+", index=False)
    what = TextField(default="")  # the kind of records; empty: every kind
    starts_on = DateField()
    ends_on = DateField()  # the last day
    starts_at = DateTimeField()
    ends_at = DateTimeField()  # the first moment at which it is over
    made_by = ForeignKeyField(User, backref="+", index=False)
    made_at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("to", "ends_at"), False), (("person", "ends_at"), False))

    @classmethod
    def running(cls, at=None):
        at = at or utcnow()
        return cls.select().where(cls.starts_at <= at, cls.ends_at > at)


# ---- quotes before the customer --------------------------------------------------------------------------------------


class QuoteLink(Table):
    """An address at which a customer reads an approved quote and answers it. Only the hash of its token is kept.

    The one that is copied by hand is replaced by the next; each mail has its own."""

    quote = ForeignKeyField(Quote, backref="links")
    token_hash = TextField(unique=True)
    recipient = TextField(default="")  # the address of the mail that carries it
    made_by = ForeignKeyField(User, backref="+", index=False)
    made_at = DateTimeField(default=utcnow)
    closed_at = DateTimeField(null=True)


class QuoteVisit(Table):
    """A customer opened the page of a quote. `told_at`: its seller was told of it, or of an earlier one."""

    link = ForeignKeyField(QuoteLink, backref="visits", on_delete="CASCADE", index=False)
    address = TextField(default="")
    agent = TextField(default="")
    at = DateTimeField(default=utcnow)
    told_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("link", "at"), False),)


QuoteVisit.add_index(QuoteVisit.id, where=QuoteVisit.told_at.is_null(), name="quote_visit_untold")


class QuoteReply(Table):
    """What a customer answered on that page: one word that decides, and as many questions as he has."""

    ACCEPTED, DECLINED, QUESTION, RENEWAL = WHAT = ("accepted", "declined", "question", "renewal")
    DECIDING = (ACCEPTED, DECLINED)

    quote = ForeignKeyField(Quote, backref="replies")
    link = ForeignKeyField(QuoteLink, backref="replies", index=False)
    what = TextField()
    name = TextField(default="")
    phone = TextField(default="")
    body = TextField(default="")
    signature = BlobField(null=True)  # PNG, drawn by hand
    address = TextField(default="")
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("link", "at"), False), (("address", "at"), False))


QuoteReply.add_index(QuoteReply.quote, unique=True, where=QuoteReply.what.in_(QuoteReply.DECIDING), name="quote_reply_deciding")


class Mail(Table):
    """A mail with a quote (发件箱): written in the transaction of the act that sends it, delivered in the background."""

    WAITING, SENDING, SENT, FAILED = STATUSES = ("waiting", "sending", "sent", "failed")

    quote = ForeignKeyField(Quote, backref="mails")
    link = ForeignKeyField(QuoteLink, null=True, backref="+", index=False)
    sender = ForeignKeyField(User, backref="+", index=False)
    recipient = TextField()
    subject = TextField()
    body = TextField()
    address = TextField(default="")  # of the link; emptied when the mail is out
    with_pdf = BooleanField(default=True)
    key = TextField(unique=True)  # of the form: sent twice, it is one mail
    message_id = TextField(unique=True)  # the same at each attempt, so that a mailbox knows a second copy
    status = TextField(default=WAITING)
    attempts = IntegerField(default=0)
    due_at = DateTimeField(default=utcnow)
    leased_until = DateTimeField(null=True)
    problem = TextField(default="")
    made_at = DateTimeField(default=utcnow)
    sent_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("status", "due_at"), False),)


# ---- orders and tickets ----------------------------------------------------------------------------------------------


class Order(Owned):
    GENERATED, REVIEWED, EXECUTING, COMPLETED = STATUSES = ("generated", "reviewed", "executing", "completed")

    number = TextField(unique=True)
    quote = ForeignKeyField(Quote, unique=True, backref="orders")
    opportunity = ForeignKeyField(Opportunity, backref="orders")
    customer = ForeignKeyField(Customer, backref="orders", index=False)
    contact = ForeignKeyField(Contact, null=True)
    owner = ForeignKeyField(User, backref="orders", index=False)
    status = TextField(default=GENERATED)
    ordered_on = DateField()
    total = BigIntegerField()  # 分, tax included
    tax_total = BigIntegerField()
    reviewed_by = ForeignKeyField(User, null=True, backref="+", index=False)
    reviewed_at = DateTimeField(null=True)
    executing_at = DateTimeField(null=True)
    completed_at = DateTimeField(null=True)
    remark = TextField(default="")
    created_at = DateTimeField(default=utcnow)
    updated_at = DateTimeField(default=utcnow)

    class Meta:
        table_name = "orders"
        indexes = (
            (("owner", "created_at", "id"), False),
            (("customer", "id"), False),
            (("status", "created_at", "id"), False),
            (("created_at", "id"), False),
        )

    @classmethod
    def with_people(cls):
        return cls.select(cls, Customer, User).join(Customer).switch(cls).join(User, on=cls.owner)


class OrderLine(Taxed, Table):
    """A line as it was ordered; prices and shares come unchanged from the quote."""

    order = ForeignKeyField(Order, backref="lines", on_delete="CASCADE")
    position = IntegerField()
    product = ForeignKeyField(Product, backref="+", index=False)
    name = TextField()
    sku = TextField()
    spec = TextField(default="")
    unit = TextField(default="")
    price = BigIntegerField()
    quantity = Quantity()
    tax_rate = TaxRate()
    tax_code = TextField(default="")
    amount = BigIntegerField()
    share = BigIntegerField()
    net = BigIntegerField()
    excl = BigIntegerField()
    tax = BigIntegerField()

    class Meta:
        indexes = ((("order", "position"), True),)


class Ticket(Owned):
    """An after-sales request (售后工单): new, dispatched, on site, done, called back."""

    NEW, DISPATCHED, IN_SERVICE, SERVED, COMPLETED, CALLED_BACK = STATUSES = (
        "new", "dispatched", "in_service", "served", "completed", "called_back",
    )
    UNFINISHED = (DISPATCHED, IN_SERVICE, SERVED)
    KINDS = ("installation", "repair", "support")
    PRIORITIES = ("urgent", "high", "normal", "low")

    number = TextField(unique=True)
    customer = ForeignKeyField(Customer, backref="tickets", index=False)
    contact = ForeignKeyField(Contact, null=True)
    order = ForeignKeyField(Order, null=True, backref="tickets")
    kind_of_work = TextField(default="support")
    priority = TextField(default="normal")
    title = TextField()
    body = TextField(default="")
    status = TextField(default=NEW)
    owner = ForeignKeyField(User, null=True, backref="tickets", index=False)  # the person dispatched (派工)
    dispatched_at = DateTimeField(null=True)
    completed_at = DateTimeField(null=True)
    resolution = TextField(default="")
    created_by = ForeignKeyField(User, backref="+", index=False)
    created_at = DateTimeField(default=utcnow)
    updated_at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("owner", "status", "id"), False), (("customer", "id"), False), (("status", "id"), False))

    @classmethod
    def grounds(cls, user):
        yield from super().grounds(user)
        yield cls.created_by == user.id
        if user.may("ticket.see_all"):
            yield EVERYTHING

    @classmethod
    def with_people(cls):
        return cls.select(cls, Customer, User).join(Customer).switch(cls).join(User, JOIN.LEFT_OUTER, on=cls.owner)


class Visit(Table):
    """Service on site, from check-in (签到) to check-out (签退)."""

    ticket = ForeignKeyField(Ticket, backref="visits")
    user = ForeignKeyField(User, backref="visits")
    checked_in_at = DateTimeField()
    checked_out_at = DateTimeField(null=True)
    note = TextField(default="")

    @property
    def minutes(self):
        return None if self.checked_out_at is None else int((self.checked_out_at - self.checked_in_at).total_seconds() // 60)


Visit.add_index(Visit.ticket, unique=True, where=Visit.checked_out_at.is_null(), name="visit_one_open")


class CallBack(Table):
    """The supervisor's call after the work (回访): one per ticket."""

    ticket = ForeignKeyField(Ticket, unique=True, backref="call_backs")
    by = ForeignKeyField(User, backref="+", index=False)
    at = DateTimeField(default=utcnow)
    satisfaction = IntegerField()  # 1 to 5
    solved = BooleanField()
    note = TextField(default="")


# ---- collisions (撞单), and who shares in a customer -------------------------------------------------------------------


class Touch(Table):
    """One act of a salesperson on a lead or customer, and on whose side it was done: collisions are found by these."""

    RECORD, TAKEN, FOLLOW_UP, QUOTE, TICKET, RULING = KINDS = ("record", "taken", "follow_up", "quote", "ticket", "ruling")

    record_kind = TextField()  # lead or customer
    record_id = IntegerField()
    customer = ForeignKeyField(Customer, null=True, backref="+", index=False)  # the one, or the one that is one company with the lead
    side = ForeignKeyField(User, backref="+", index=False)  # whoever helps an owner, or is set over him, is on his side
    actor = ForeignKeyField(User, backref="+", index=False)
    what = TextField()
    event = ForeignKeyField(Event, unique=True, backref="+")
    at = DateTimeField()

    class Meta:
        indexes = ((("record_kind", "record_id", "at"), False), (("at", "customer", "actor"), False))


class Collision(Table):
    """A case (撞单): several sellers on one company. One is open at a time; the ruling says who has it and who shares in it."""

    OPEN, RULED, DISMISSED = STATUSES = ("open", "ruled", "dismissed")

    record_kind = TextField()  # the customer, or the lead as long as there is none
    record_id = IntegerField()
    name = TextField()
    status = TextField(default=OPEN)
    days = IntegerField()  # how far back the evidence reached when it was opened
    opened_at = DateTimeField(default=utcnow)
    owner = ForeignKeyField(User, null=True, backref="+", index=False)  # to whom it was given
    locked_until = DateTimeField(null=True)  # until then nobody but the owner's side quotes
    reason = TextField(default="")
    decided_by = ForeignKeyField(User, null=True, backref="+", index=False)
    decided_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("status", "id"), False), (("record_kind", "record_id", "id"), False))

    @classmethod
    def about(cls, places):
        """The WHERE of the cases about any of these leads and customers."""
        ids = {kind: [place.id for place in places if place.kind() == kind] for kind in ("customer", "lead")}
        return reduce(or_, ((cls.record_kind == kind) & cls.record_id.in_(found) for kind, found in ids.items()))

    @classmethod
    def seen_by(cls, user):
        """Whoever is a party to it, and whoever is set over one."""
        if not user.may("collision.see"):
            return NOTHING
        if user.overseen is None:
            return EVERYTHING
        return cls.id.in_(CollisionAct.select(CollisionAct.case).where(CollisionAct.side.in_(user.overseen)))

    @classmethod
    def visible_to(cls, user):
        return cls.select().where(cls.seen_by(user))

    @property
    def is_open(self):
        return self.status == self.OPEN

    @property
    def customer_id(self):
        return self.record_id if self.record_kind == "customer" else None

    def is_ruled_by(self, user):
        """Administrators, and the managers set over all its parties: nobody rules on what he is a party to."""
        if user.may("company.administer"):
            return True
        return user.may("collision.rule") and all(user.oversees(party.id) and party.id != user.id for party in self.parties)

    @cached_property
    def parties(self):
        """The people whose sides stand against each other, whoever was first in front."""
        first = fn.MIN(CollisionAct.at)
        sides = CollisionAct.select(CollisionAct.side).where(CollisionAct.case == self.id, CollisionAct.side.is_null(False))
        order = {row.side_id: place for place, row in enumerate(sides.group_by(CollisionAct.side).order_by(first, CollisionAct.side))}
        return sorted(User.select().where(User.id.in_(list(order))), key=lambda user: order[user.id])


Collision.add_index(
    Collision.record_kind, Collision.record_id, unique=True, where=Collision.status == Collision.OPEN, name="collision_one_open"
)


class CollisionAct(Table):
    """A piece of evidence: an act as it stood in the audit when the case was opened, or, `later`, when it joined the case."""

    COMPLAINT = "complaint"  # beside the kinds of Touch: what the customer told us

    case = ForeignKeyField(Collision, backref="acts", index=False)
    what = TextField()
    side = ForeignKeyField(User, null=True, backref="+", index=False)  # None: the customer himself
    actor = ForeignKeyField(User, null=True, backref="+", index=False)
    event = ForeignKeyField(Event, backref="+", index=False)
    at = DateTimeField()
    later = BooleanField(default=False)

    class Meta:
        indexes = ((("case", "event"), True), (("side", "case"), False))


class Share(Table):
    """What part of a lead or customer is somebody's (业绩分成), by a ruling; the rows of one day sum to 10,000 basis points."""

    record_kind = TextField()
    record_id = IntegerField()
    user = ForeignKeyField(User, backref="shares")
    basis_points = IntegerField()
    collision = ForeignKeyField(Collision, backref="shares")
    since = DateTimeField(default=utcnow)
    until = DateTimeField(null=True)

    class Meta:
        indexes = ((("record_kind", "record_id", "since"), False),)

    @classmethod
    def current(cls, record):
        """The rows that hold now, largest first."""
        here = (cls.record_kind == record.kind()) & (cls.record_id == record.id) & cls.until.is_null()
        return cls.select(cls, User).join(User).where(here).order_by(cls.basis_points.desc(), cls.id)


Share.add_index(Share.record_kind, Share.record_id, Share.user, unique=True, where=Share.until.is_null(), name="share_one_current")


class ComplaintLink(Table):
    """The address at which a customer tells us that several of our people called; a new one ends the old one."""

    customer = ForeignKeyField(Customer, unique=True, backref="complaint_links")
    token = TextField(unique=True)
    made_by = ForeignKeyField(User, backref="+", index=False)
    made_at = DateTimeField(default=utcnow)


class Complaint(Table):
    """What a customer told us through his link, and from which address on the network."""

    customer = ForeignKeyField(Customer, backref="complaints", index=False)
    body = TextField()
    name = TextField(default="")
    phone = TextField(default="")
    address = TextField(default="")
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("customer", "at"), False), (("address", "at"), False))


# ---- people who leave ------------------------------------------------------------------------------------------------


class Handover(Table):
    """What a leaver had, on its way to his successors (离职交接): planned, carried out in the background, undone within a day."""

    PLANNED, RUNNING, DONE, UNDOING, UNDONE = STATUSES = ("planned", "running", "done", "undoing", "undone")
    UNDER_WAY = (RUNNING, UNDOING)
    TOGETHER, EVENLY, AREA, DEPARTMENT = SPLITS = ("together", "evenly", "area", "department")
    UNDONE_WITHIN = timedelta(hours=24)

    leaver = ForeignKeyField(User, backref="handovers", index=False)
    status = TextField(default=PLANNED)
    split = TextField(default=EVENLY)
    successors = JSON(default=list)  # ids, in the order in which they are filled when all goes to one
    instead = JSON(default=dict)  # "ticket" -> id of the person who takes these, whatever the rule says
    fills_pools = BooleanField(default=False)  # what no successor has room for goes to its home pool
    disables = BooleanField(default=True)
    disabled = BooleanField(default=False)  # whether it was this that took the leaver's access
    by = ForeignKeyField(User, backref="+", index=False)
    created_at = DateTimeField(default=utcnow)
    started_at = DateTimeField(null=True)
    finished_at = DateTimeField(null=True)
    undone_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("leaver", "id"), False), (("status", "id"), False))

    @classmethod
    def visible_to(cls, user):
        """Administrators, and whoever was given something by it, also where it was undone: he signs for his part."""
        mine = EVERYTHING if user.may("company.administer") else cls.id.in_(cls.received_by(user))
        maker = User.alias()
        query = cls.select(cls, User, maker).join(User, on=cls.leaver).switch(cls).join(maker, on=(cls.by == maker.id), attr="by")
        return query.where(mine)

    @classmethod
    def received_by(cls, user):
        given = HandoverItem.status.in_((HandoverItem.MOVED, HandoverItem.RETURNED, HandoverItem.KEPT))
        return HandoverItem.select(HandoverItem.handover).where(HandoverItem.to == user.id, given)

    def received(self):
        """[(successor, number of things given to him)], most first."""
        number = fn.COUNT(HandoverItem.id)
        given = User.select(User, number.alias("number")).join(HandoverItem, on=HandoverItem.to)
        given = given.where(HandoverItem.handover == self.id, HandoverItem.status == HandoverItem.MOVED)
        return [(person, person.number) for person in given.group_by(User.id).order_by(number.desc(), User.id)]

    @property
    def under_way(self):
        return self.status in self.UNDER_WAY

    @property
    def undone_until(self):
        return self.finished_at and self.finished_at + self.UNDONE_WITHIN


Handover.add_index(Handover.leaver, unique=True, where=Handover.status.in_(Handover.UNDER_WAY), name="handover_one_under_way")


class HandoverItem(Table):
    """One thing of the leaver's: to whom it goes, whether it went, and how it was before."""

    WAITING, MOVED, GONE, LEFT, RETURNED, KEPT = STATUSES = ("waiting", "moved", "gone", "left", "returned", "kept")

    handover = ForeignKeyField(Handover, backref="items", on_delete="CASCADE", index=False)
    what = TextField()  # lead, customer, … approval, pool_scope: see domain/holdings.py
    record_id = IntegerField()
    name = TextField()
    facts = JSON(default=dict)  # what the sheet says beside the name: customer, stage, amount in 分, state
    to = ForeignKeyField(User, null=True, backref="+", index=False)  # None: to a pool, or it ends with the leaver
    pool = ForeignKeyField(Pool, null=True, backref="+", index=False, on_delete="SET NULL")
    placed = BooleanField(default=True)  # whether the plan knows where it goes
    status = TextField(default=WAITING)
    before = JSON(default=dict)  # what an undo puts back
    reason = TextField(default="")  # why it stayed

    class Meta:
        indexes = ((("handover", "status", "id"), False), (("handover", "what", "id"), False), (("to", "handover"), False))

    @classmethod
    def with_people(cls):
        query = cls.select(cls, User, Pool).join(User, JOIN.LEFT_OUTER, on=cls.to)
        return query.switch(cls).join(Pool, JOIN.LEFT_OUTER, on=cls.pool)


# ---- new customers in review (新客户审核) --------------------------------------------------------------------------------


class Review(Table):
    """Whether a new customer may be quoted: asked once, decided by a manager; a refused one is asked again when it is put right."""

    IN_REVIEW, PASSED, REFUSED = STATUSES = ("in_review", "passed", "refused")

    customer = ForeignKeyField(Customer, unique=True, backref="reviews")
    status = TextField(default=IN_REVIEW)
    asked_by = ForeignKeyField(User, null=True, backref="+", index=False)
    asked_at = DateTimeField(default=utcnow)
    decided_by = ForeignKeyField(User, null=True, backref="+", index=False)
    decided_at = DateTimeField(null=True)
    reason = TextField(default="")

    class Meta:
        indexes = ((("status", "id"), False),)

    @classmethod
    def visible_to(cls, user):
        people = User.alias()
        query = cls.select(cls, Customer, User, people).join(Customer).join(User, JOIN.LEFT_OUTER, on=Customer.owner)
        return query.switch(cls).join(people, JOIN.LEFT_OUTER, on=cls.asked_by).where(Customer.seen_by(user))

    @property
    def is_passed(self):
        return self.status == self.PASSED


class Licence(Table):
    """The business licence (营业执照) of a customer as it was shown to us: a picture or a PDF."""

    customer = ForeignKeyField(Customer, unique=True, backref="licences")
    content = BlobField()
    type = TextField()
    size = IntegerField()
    uploaded_by = ForeignKeyField(User, backref="+", index=False)
    uploaded_at = DateTimeField(default=utcnow)

    @classmethod
    def of(cls, customer):
        """Without the file itself, or None."""
        return cls.select(cls.id, cls.type, cls.size, cls.uploaded_at).where(cls.customer == customer.id).first()


# ---- imports ---------------------------------------------------------------------------------------------------------


class Import(Table):
    """A file on its way in: uploaded, mapped, running, done or failed. The rows read so far survive a restart."""

    UPLOADED, RUNNING, DONE, FAILED = STATUSES = ("uploaded", "running", "done", "failed")
    SKIP, CREATE = EXISTING = ("skip", "create")

    what = TextField()  # lead or product
    user = ForeignKeyField(User, backref="imports")
    file_name = TextField()
    stored_as = TextField()
    sha256 = TextField()
    encoding = TextField(default="")
    status = TextField(default=UPLOADED)
    pool = ForeignKeyField(Pool, null=True)
    layout = JSON(default=dict)  # delimiter, header_row, headers, sheet: how the stored file is read
    mapping = JSON(default=dict)  # field of ours -> position of the column
    existing = TextField(default=SKIP)  # what happens to a lead whose name is known
    drops_bad_cells = BooleanField(default=False)  # take a row without the optional cell that breaks a rule
    total = IntegerField(default=0)
    read = IntegerField(default=0)
    created = IntegerField(default=0)
    updated = IntegerField(default=0)
    skipped = IntegerField(default=0)
    failed = IntegerField(default=0)
    error = TextField(default="")
    created_at = DateTimeField(default=utcnow)
    started_at = DateTimeField(null=True)
    finished_at = DateTimeField(null=True)

    @classmethod
    def visible_to(cls, user):
        mine = EVERYTHING if user.may("company.administer") else cls.user == user.id
        return cls.select(cls, User).join(User).where(mine)


class ImportProblem(Table):
    """A row that was refused, or taken with a remark: where, what stood there, which rule."""

    job = ForeignKeyField(Import, backref="problems", on_delete="CASCADE")
    row_number = IntegerField()
    refused = BooleanField()
    column = TextField(default="")
    value = TextField(default="")
    rule = TextField()
    cells = JSON()

    class Meta:
        indexes = ((("job", "row_number"), False),)


# ---- what is looked at and carried away (防泄露) ----------------------------------------------------------------------


class Allowance(Table):
    """What somebody of a role may open in the pools, reveal and export in a day; null is no limit."""

    LIMITS = ("pool_views", "reveals", "exported_rows")

    role = TextField(unique=True)
    pool_views = IntegerField(null=True, default=200)
    reveals = IntegerField(null=True, default=50)
    exported_rows = IntegerField(null=True, default=5_000)

    @classmethod
    def of(cls, role):
        """The one that was set for the role, else the usual one."""
        return cls.get_or_none(cls.role == role) or cls.usual(role)

    @classmethod
    def usual(cls, role):
        """Administrators have no limit."""
        return cls(role=role, **(dict.fromkeys(cls.LIMITS) if role == User.ADMINISTRATOR else {}))


class RecordView(Table):
    """That somebody opened a lead or a customer on a day: the access log, the one table that looking writes."""

    user = ForeignKeyField(User, backref="+", index=False)
    day = DateField()  # in the company's time zone
    from_pool = BooleanField()  # it lay in a pool
    record_kind = TextField()
    record_id = IntegerField()
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = (
            (("user", "day", "from_pool", "record_kind", "record_id"), True),
            (("record_kind", "record_id"), False),
            (("day",), False),
        )


class Reveal(Table):
    """That somebody had a masked number shown (显示), once per record and day."""

    user = ForeignKeyField(User, backref="reveals", index=False)
    day = DateField()
    record_kind = TextField()
    record_id = IntegerField()
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("user", "day", "record_kind", "record_id"), True), (("day",), False))


class Export(Table):
    """A list on its way out as a workbook: asked for, written, kept for a week, then only this row remains."""

    RUNNING, DONE, FAILED = STATUSES = ("running", "done", "failed")

    what = TextField()
    user = ForeignKeyField(User, backref="exports", index=False)
    day = DateField()
    title = TextField()  # of the sheet and the file, in the language in which it was asked for
    filters = JSON(default=list)  # [[label, value]] as the page told them
    layout = JSON(default=dict)  # the headers and the words of its columns, in that language
    stored_as = TextField()
    status = TextField(default=RUNNING)
    total = IntegerField()
    written = IntegerField(default=0)
    in_background = BooleanField(default=False)
    sha256 = TextField(default="")
    created_at = DateTimeField(default=utcnow)
    finished_at = DateTimeField(null=True)
    removed_at = DateTimeField(null=True)  # when its file went

    class Meta:
        indexes = ((("user", "day"), False), (("day",), False), (("status",), False))

    @classmethod
    def visible_to(cls, user):
        """A file is for the one who had it made, nobody else."""
        return cls.select().where(cls.user == user.id)

    @property
    def is_kept(self):
        return self.status == self.DONE and self.removed_at is None


class LeakAlert(Table):
    """That somebody looked at, revealed, exported or gave back far more on a day than he does in a month (异常提醒)."""

    VIEWS, REVEALS, EXPORTS, RELEASES = KINDS = ("views", "reveals", "exports", "releases")

    user = ForeignKeyField(User, backref="+", index=False)
    day = DateField()
    what = TextField()
    number = IntegerField()
    norm = IntegerField()  # what it had to exceed
    at = DateTimeField(default=utcnow)

    class Meta:
        indexes = ((("user", "day", "what"), True), (("at",), False))

    @classmethod
    def visible_to(cls, user):
        return cls.select(cls, User).join(User).where(EVERYTHING if user.may("company.administer") else NOTHING)


TABLES = [
    table
    for table in Table.__subclasses__() + Owned.__subclasses__() + Pooled.__subclasses__() + Fitting.__subclasses__()
    if table not in (Owned, Pooled, Fitting)
]
BY_KIND = {table.kind(): table for table in TABLES}
