"""What a monitor is told."""

from domain import backup, schema


def test_health_names_engine_schema_and_the_last_backup(stranger, cast, app):
    answer = stranger.get("/health")
    assert answer.mimetype == "application/json"
    assert answer.json == {
        "status": "ok", "engine": schema.engine_name(), "engine_version": schema.engine()[1],
        "schema_version": schema.newest(), "last_backup": answer.json["last_backup"],
    }


def test_health_knows_of_a_backup_as_soon_as_it_is_written(stranger, cast, app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "DATA", tmp_path)
    assert stranger.get("/health").json["last_backup"] is None
    written = backup.folder(tmp_path) / "haitu-20261122-030000-nightly.tar.gz"
    written.touch()
    assert stranger.get("/health").json["last_backup"] == "2026-11-22T03:00:00Z"


def test_health_answers_before_the_set_up(stranger, cast):
    assert stranger.get("/health").status_code == 200
    assert stranger.head("/health").status_code == 200
