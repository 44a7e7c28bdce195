"""Settings: documented, read strictly, refused by name."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from service.clock import day_in_china, system_clock
from service.config import Settings, settings_from, settings_page
from service.errors import BadSetting
from service.identifiers import new_decision_id
from service.serving import command, environment_of, prepare
from service.store import is_current, open_store

ROOT = Path(__file__).parents[2]


def test_the_page_of_settings_is_up_to_date() -> None:
    """`docs/settings.md` is what the code says; `jifen docs` writes it again."""
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_page()


def test_settings_survive_the_environment() -> None:
    """What one process hands to another arrives unchanged."""
    given = Settings(home=Path("/srv/jifen"), port=8123, database_url="sqlite:////srv/x.db", threads=3)
    assert settings_from(environment_of(given)) == given


def test_an_empty_variable_is_the_default() -> None:
    """Unset and empty mean the same."""
    assert settings_from({"JIFEN_PORT": "", "OTHER": "1"}) == Settings()
    assert settings_from({}).database.endswith("/var/jifen.db")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("JIFEN_PORT", "many", "whole number"),
        ("JIFEN_PORT", "70000", "65535"),
        ("JIFEN_PORT", "0", "at least 1"),
        ("JIFEN_WORKERS", "0", "at least 1"),
        ("JIFEN_TOKEN_SECONDS", "-1", "at least 0"),
        ("JIFEN_LOG_LEVEL", "LOUD", "DEBUG, INFO"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, said: str) -> None:
    """The message names the variable, its value and what it takes."""
    with pytest.raises(BadSetting, match=said) as caught:
        settings_from({name: value})
    assert name in str(caught.value)


@pytest.mark.parametrize(("address", "said"), [("mysql://x/y", "mysql"), ("jifen.db", "SQLAlchemy address")])
def test_another_database_is_refused(address: str, said: str) -> None:
    """Only SQLite and PostgreSQL keep the records."""
    with pytest.raises(BadSetting, match=said):
        open_store(address)


def test_every_setting_has_a_meaning() -> None:
    """No field of the settings is without a word on it."""
    assert [one.name for one in fields(Settings) if not one.metadata["meaning"].endswith(".")] == []


def test_preparing_brings_the_database_up_to_date(tmp_path: Path) -> None:
    """Before serving, the folder, the tables and an empty folder of numbers are there; numbers of an earlier run are gone."""
    settings = Settings(home=tmp_path / "new")
    prepare(settings)
    (settings.home / "metrics" / "old.db").touch()
    prepare(settings)
    store = open_store(settings.database)
    assert is_current(store)
    store.close()
    assert list((settings.home / "metrics").iterdir()) == []
    assert command()[-1] == "service.wsgi:application()"


def test_decision_numbers_sort_by_time() -> None:
    """Numbers made a millisecond apart sort in that order; a million years of them would fit 26 characters."""
    start = datetime(2026, 11, 23, tzinfo=UTC)
    made = [new_decision_id(start + timedelta(milliseconds=n)) for n in range(50)]
    assert made == sorted(made)
    assert {len(number) for number in made} == {26}
    assert len({new_decision_id(start) for _ in range(1000)}) == 1000


def test_the_day_is_that_of_china() -> None:
    """At 17:00 in London it is already tomorrow in Hefei."""
    assert day_in_china(datetime(2026, 11, 23, 17, tzinfo=UTC)).isoformat() == "2026-11-24"
    assert day_in_china(datetime(2026, 11, 23, 17, tzinfo=timezone(timedelta(hours=8)))).isoformat() == "2026-11-23"
    assert system_clock().tzinfo is UTC
