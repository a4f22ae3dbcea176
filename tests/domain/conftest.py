"""What several tests of the domain share: a file that is uploaded, one that is run to its end; two products, and a quote begun."""

from datetime import datetime
from decimal import Decimal

import pytest

from domain import imports, quotes
from models import Import, Pool, Product
from tests import offers

AT = datetime(2026, 11, 21, 2, 0)
NOON = datetime(2026, 11, 24, 4)


@pytest.fixture
def take(cast, tmp_path):
    """take(stream) uploads a file of leads as the administrator."""

    def upload(stream, what="lead", by=None, name="file.csv"):
        pool = Pool.select().first() if what == "lead" else None
        return imports.upload(stream, name, what, by or cast.admin, tmp_path, pool)

    return upload


@pytest.fixture
def run(take, tmp_path):
    """run(stream) uploads a file, takes the guessed columns and writes it; the finished import."""

    def whole(stream, what="lead", mapping=None, **options):
        job = take(stream, what)
        imports.start(job, by=job.user, mapping=job.mapping | (mapping or {}), pool=job.pool, at=AT, **options)
        imports.run(job.id, tmp_path, pause=0, at=AT)
        return Import.get_by_id(job.id)

    return whole


@pytest.fixture
def sensors(cast):
    return [
        Product.create(sku="LD-200", name="激光测距传感器", unit="台", price=186_000, cost=112_345),
        Product.create(sku="PX-18N", name="光电开关", unit="只", price=16_800, cost=9_871, tax_rate=Decimal("0.06")),
    ]


@pytest.fixture
def draft(cast):
    return quotes.create(offers.deal(cast.seller), by=cast.seller, at=NOON)
