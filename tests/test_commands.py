"""What one does from the console: every refusal is one sentence, never a traceback."""

import pytest

from domain import accounts, backup, schema
from models import User


@pytest.fixture
def run(app, cast, tmp_path, monkeypatch):
    """run("restore", file) is (exit code, what was printed)."""
    monkeypatch.setitem(app.config, "DATA", tmp_path)

    def invoke(*words, typed=None):
        result = app.test_cli_runner().invoke(args=[str(word) for word in words], input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output.strip()

    return invoke


def test_a_backup_says_where_it_is(run, tmp_path):
    if schema.engine_name() == "SQLite":
        code, said = run("backup")
        assert (code, said) == (0, str(backup.newest(tmp_path)[1]))


def test_what_is_no_backup_is_refused_in_one_sentence(run, tmp_path):
    (tmp_path / "holiday.tar.gz").write_bytes(b"sun")
    assert run("restore", tmp_path / "holiday.tar.gz") == (1, "This file is not a backup of Haitu, or it is damaged.")


def test_a_whole_audit_says_where_its_end_is(run):
    code, said = run("audit")
    assert code == 0
    assert said.startswith("The audit is whole; its end is event ")


def test_a_password_is_set_when_nobody_can_log_in(run, cast):
    assert run("password", "admin", typed="eight blue ferries\neight blue ferries\n")[0] == 0
    assert accounts.matches(User.get_by_id(cast.admin.id), "eight blue ferries")


@pytest.mark.parametrize(
    "login, new, sentence",
    [("nobody", "eight blue ferries", "There is no account nobody."), ("admin", "short", "8 to 128 characters, please.")],
)
def test_a_password_that_cannot_be_set_is_refused_in_one_sentence(run, login, new, sentence):
    code, said = run("password", login, typed=f"{new}\n{new}\n")
    assert code == 1
    assert said.endswith(sentence)


def test_a_database_moves_to_postgresql_only(run, tmp_path):
    (tmp_path / "haitu.db").touch()
    assert run("move-from-sqlite", tmp_path / "haitu.db")[0] == 1
