"""What several tests of the domain share: a file that is uploaded, and one that is run to its end."""

from datetime import datetime

import pytest

from domain import imports
from models import Import, Pool

AT = datetime(2026, 11, 21, 2, 0)


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
