"""Haitu: settings, one database connection per thread, blueprints, error answers, commands."""

import os
import secrets
import sys
import tempfile
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules
from threading import Thread
from urllib.parse import urlsplit

import click
from flask import Flask
from flask_babel import Babel, force_locale
from flask_compress import Compress
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

import documents
import views
from domain import (
    Refused,
    accounts,
    backup,
    check_codes,
    cleansing,
    demo,
    events,
    export_runner,
    flow_rehearsals,
    handover_runner,
    import_runner,
    mail_runner,
    match_keys,
    moving,
    rehearsals,
    schedule,
    schema,
)
from models import Company
from views import answers, formats, live, shell

FLASK, OLDEST_FLASK = version("flask"), (3, 1, 3)  # older ones let a shared cache keep a session (CVE-2026-27205)
MEGABYTE = 1024 * 1024
LARGEST_BODY = 60 * MEGABYTE  # what the server takes in before anybody asks who sends it; a little more than a file may have
MOST_CONNECTIONS = 1_000  # browsers keep several open each; at waitress's own 100 the next one to come waits
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHORTEST_KEY = 32


def settings():
    """The environment, with defaults: HAITU_DATA, HAITU_HOST, HAITU_PORT, DATABASE_URL, HAITU_BASE_URL, SMTP_URL."""
    os.umask(0o077)  # whatever Haitu writes is its owner's alone
    data = Path(os.environ.get("HAITU_DATA", "data")).resolve()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    base_url = os.environ.get("HAITU_BASE_URL", "").rstrip("/")
    encrypted = base_url.startswith("https://")
    return {
        "DATA": data,
        "HOST": os.environ.get("HAITU_HOST", "127.0.0.1"),
        "PORT": int(os.environ.get("HAITU_PORT", "8000")),
        "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
        "BASE_URL": base_url,
        "SMTP_URL": os.environ.get("SMTP_URL", ""),
        "PROXIES": int(os.environ.get("HAITU_PROXIES", "0")),
        "ALLOW_HTTP_LAN": os.environ.get("HAITU_ALLOW_HTTP_LAN") == "1",
        "NEWS_AGE": 0.5,  # seconds that open pages of one process share what was read for one of them
        "DEMO": os.environ.get("HAITU_DEMO") == "1",
        "ENCRYPTED": encrypted,
        "TRUSTED_HOSTS": [urlsplit(base_url).hostname, *LOOPBACK] if base_url else None,
        "SECRET_KEY": secret_key(data),
        "SESSION_COOKIE_NAME": "__Host-haitu" if encrypted else "haitu",
        "SESSION_COOKIE_SECURE": encrypted,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        "SESSION_REFRESH_EACH_REQUEST": False,  # else a page that asks for news brings back the cookie of a moment ago
        "MAX_CONTENT_LENGTH": 50 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,
        "MAX_FORM_PARTS": 6_000,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_TRANSLATION_DIRECTORIES": str(Path(__file__).parent / "translations"),
        "TEMPLATES_AUTO_RELOAD": False,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 4,
        "COMPRESS_LEVEL": 5,
        "COMPRESS_MIN_SIZE": 1_300,  # what is smaller goes in one packet either way
        "COMPRESS_MIMETYPES": ["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"],
        "SEND_FILE_MAX_AGE_DEFAULT": 365 * 24 * 3600,
    }


def secret_key(data):
    """The key that signs cookies: made once and whole, readable by the owner alone."""
    path = data / "secret_key"
    if not path.exists():
        handle, unfinished = tempfile.mkstemp(dir=data)  # 0600
        os.write(handle, secrets.token_hex(32).encode())
        os.close(handle)
        with suppress(FileExistsError):
            os.link(unfinished, path)
        os.unlink(unfinished)
    key = path.read_text().strip()
    if len(key) < SHORTEST_KEY:
        sys.exit(f"{path} is too short to sign cookies with. Remove it and a new one is made; everybody logs in again.")
    return key


def create_app(**overrides):
    app = Flask(__name__)
    app.config.update(settings() | overrides)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    schema.connect(app.config["DATABASE_URL"], app.config["DATA"])
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    app.before_request(open_connection)
    Compress(app)
    Htmx(app)
    CSRFProtect(app)
    Babel(app, locale_selector=shell.language_tag, timezone_selector=shell.time_zone_name)
    for module in (formats, shell, answers, live):
        module.init_app(app)
    for module in iter_modules(views.__path__):
        blueprint = getattr(import_module(f"views.{module.name}"), "bp", None)
        if blueprint:
            app.register_blueprint(blueprint)
    add_commands(app)
    return app


def open_connection():
    """One per thread, kept open between requests."""
    schema.open_connection()


def prepare(app):
    """What must be true before the first request: safe versions, the newest schema, a demo where one is asked for."""
    schema.open_connection()
    complaint = schema.too_old() or too_old_flask() or unsafe_address(app.config)
    if complaint:
        sys.exit(complaint)
    schema.upgrade(before=lambda: backup.create(app.config["DATA"], "before-upgrade"))
    if app.config["DEMO"] and Company.current() is None:
        with app.app_context():
            demo.build(printed=partial(printed, app))


def printed(app, quote):
    """The bytes that an approval of the demo keeps."""
    url = check_codes.url(quote, app.config["BASE_URL"] or f"http://{app.config['HOST']}:{app.config['PORT']}")
    return documents.quote_pdf(documents.document_of(quote, is_draft=False, check_url=url), render(app))


def render(app):
    """flask.render_template for what is printed outside a request."""
    return lambda name, **context: app.jinja_env.get_template(name).render(**context)


def too_old_flask(number=FLASK):
    if tuple(int(part) for part in number.split(".")[:3]) < OLDEST_FLASK:
        return f"Flask {number} is too old; Haitu needs {'.'.join(map(str, OLDEST_FLASK))} or newer."
    return None


def unsafe_address(config):
    """A sentence when passwords would cross a network in clear without anybody having said so, else None."""
    if config["HOST"] in LOOPBACK or config["ENCRYPTED"] or config["ALLOW_HTTP_LAN"]:
        return None
    return (
        f"{config['HOST']} is reachable from other machines, and http is not encrypted. Put https in front and set "
        "HAITU_BASE_URL=https://…, or set HAITU_ALLOW_HTTP_LAN=1 to accept that passwords cross the network in clear."
    )


def add_commands(app):
    @app.cli.command("backup")
    def backup_command():
        """Copy the database, the uploads and the key into one checked file."""
        with spoken():
            prepare(app)
            click.echo(backup.create(app.config["DATA"], "by-hand"))

    @app.cli.command("restore")
    @click.argument("file", type=click.Path(exists=True))
    def restore_command(file):
        """Put a backup back; on SQLite the present database is kept beside it. Stop Haitu first."""
        with spoken():
            click.echo(f"Restored, with the schema {backup.restore(app.config['DATA'], file)}.")

    @app.cli.command("move-from-sqlite")
    @click.argument("file", type=click.Path(exists=True))
    def move_command(file):
        """Copy a SQLite database into the empty PostgreSQL one that DATABASE_URL names."""
        with spoken():
            prepare(app)
            for table, rows in moving.from_sqlite(file).items():
                click.echo(f"{rows:>9,}  {table}")

    @app.cli.command("audit")
    def audit_command():
        """Verify the hash chain of the audit, up to what the newest backup noted at least."""
        prepare(app)
        broken = events.broken_link(backup.known_head(app.config["DATA"]))
        click.echo("The audit is whole; its end is event {} {}.".format(*events.head()) if broken is None else f"The audit breaks at event {broken}.")
        sys.exit(broken is not None)

    @app.cli.command("password")
    @click.argument("login")
    @click.password_option()
    def password_command(login, password):
        """Set somebody's password and end his sessions, when nobody can log in."""
        with spoken():
            prepare(app)
            accounts.set_password_from_console(login, password)


@contextmanager
def spoken():
    """A broken rule ends a command with its sentence, in the language of all commands."""
    try:
        with force_locale("en"):
            yield
    except Refused as no:
        sys.exit(no.message)


def serve():
    from waitress import create_server

    app = create_app()
    with spoken():
        prepare(app)
    schedule.start(app.config["DATA"], app.config["SMTP_URL"])
    import_runner.resume(app.config["DATA"])
    export_runner.resume(app.config["DATA"])
    handover_runner.resume()
    if app.config["SMTP_URL"]:
        mail_runner.resume(app.config["SMTP_URL"])
    rehearsals.resume()
    flow_rehearsals.resume()
    cleansing.resume()
    Thread(target=match_keys.load, daemon=True).start()  # the dictionaries are loaded before anybody waits for them
    server = create_server(
        app, host=app.config["HOST"], port=app.config["PORT"], threads=8, ident=None, max_request_body_size=LARGEST_BODY,
        connection_limit=MOST_CONNECTIONS, asyncore_use_poll=True,
    )
    address = app.config["BASE_URL"] or f"http://{app.config['HOST']}:{app.config['PORT']}"
    print(f"Haitu is at {address}", flush=True)
    server.run()


if __name__ == "__main__":
    serve()
