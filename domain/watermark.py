"""Whose copy this is (水印): who looks, and when, across pages, internal prints and exports, where the company wants it."""

from domain import events, local, now, transaction
from models import Company


def of(user, at=None, company=None):
    """海图测试 · 孙一 (sunyi) · 2026-11-26 19:20; empty where nothing is marked."""
    company = company or Company.current()
    return f"{company.short_name} · {user.name} ({user.login}) · {local(at or now()):%Y-%m-%d %H:%M}" if company.watermark else ""


def switch(on, by, at=None):
    company = Company.current()
    with transaction():
        if Company.update(watermark=on).where(Company.watermark != on).execute():
            events.record("company.edited", company, by, {"watermark": not on}, {"watermark": on}, at)
