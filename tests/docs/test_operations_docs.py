"""Runbook, operations, security page and what lies under `deploy` say only what the code does."""

from __future__ import annotations

import re
from dataclasses import fields
from importlib.metadata import distributions
from pathlib import Path

import pytest
import yaml

from service import outages
from service.config import Settings
from service.metrics import Metrics
from service.use_cases import numbers
from service.web.problems import PROBLEMS
from service.web.words import TROUBLES

ROOT = Path(__file__).parents[2]
RUNBOOK, OPERATIONS, SECURITY = ((ROOT / "docs" / name).read_text("utf-8") for name in ("runbook.md", "operations.md", "security.md"))
OUTAGES = [getattr(outages, name) for name in outages.__all__ if name not in {"Outage", "outage_of"}]
DEPLOY = [(ROOT / "deploy" / name).read_text("utf-8") for name in ("compose.yml", "Containerfile", "alerts.yml")]
TESTS = {
    name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
}
LEVEL_ONE_AND_TWO = {1: 70, 2: 183}
"""How many requirements ASVS 5.0.0 has."""
LEVEL_ONE = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3
4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2
7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5
11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
"""
"""Its items of level 1."""
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3,
    "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3,
    "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
"""Requirements of levels 1 and 2 by section of ASVS 5.0.0."""


def section_of(code: str) -> str:
    """Give the section of the runbook that a code's row of the table leads to."""
    (anchor,) = re.findall(rf"^\| \[`{code}`\]\(#([a-z-]+)\)", RUNBOOK, re.MULTILINE)
    parts = {
        re.sub(r"[^a-z -]", "", head.lower()).replace(" ", "-"): body
        for head, body in re.findall(r"^## (.+)\n\n((?:.|\n)+?)(?=\n## |\Z)", RUNBOOK, re.MULTILINE)
    }
    return parts[anchor]


@pytest.mark.parametrize("code", [*sorted({one.code for one in OUTAGES}), "not-ready", "not-recorded", "keys-unusable"])
def test_every_failure_has_its_section(code: str) -> None:
    """Each outage is in the runbook's table and has a section with its code, when to come again, and a remedy; and words for pages."""
    section = section_of(code)
    kind = next((one for one in OUTAGES if one.code == code), None)
    assert f"**Code** `{code}`" in section
    assert "**Remedy.**" in section
    assert PROBLEMS[code].status == 503
    if kind is not None:
        assert f"`Retry-After: {kind.retry_after}`" in section
        assert code in TROUBLES


def test_the_runbook_names_no_other_code() -> None:
    """What it calls a code is one."""
    assert set(re.findall(r"^\*\*Code\*\* `([a-z-]+)`", RUNBOOK, re.MULTILINE)) == set(
        re.findall(r"^\| \[`([a-z-]+)`\]", RUNBOOK, re.MULTILINE)
    )


@pytest.mark.parametrize("page", [RUNBOOK, OPERATIONS, SECURITY, *DEPLOY])
def test_settings_and_tests_of_a_page_exist(page: str) -> None:
    """No page names a setting or a test that is not there."""
    settings = {f"JIFEN_{one.name.upper()}" for one in fields(Settings)}
    assert set(re.findall(r"\bJIFEN_[A-Z_]+\b", page)) <= settings
    assert set(re.findall(r"`(test_\w+)`", page)) <= TESTS


def test_files_that_the_security_page_names_exist() -> None:
    """Code and documents that a row rests on are there."""
    named = set(re.findall(r"`((?:docs|service|deploy)/[\w/.-]+)`", SECURITY))
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_item_of_the_standard_is_answered_once() -> None:
    """All requirements of levels 1 and 2 are there once, each met, not applicable, the installation's, or told as not met."""
    rows = re.findall(r"^\| (\d+\.\d+)\.(\d+) \| ([12]) \| (.+?) \| (.+?) \| (.+) \|$", SECURITY, re.MULTILINE)
    assert {level: sum(row[2] == str(level) for row in rows) for level in (1, 2)} == LEVEL_ONE_AND_TWO
    found: dict[str, list[int]] = {}
    for section, number, *_ in rows:
        found.setdefault(section, []).append(int(number))
    assert found == {section: list(range(1, count + 1)) for section, count in SECTIONS.items()}
    first = " ".join(f"{section}.{number}" for section, number, level, *_ in rows if level == "1")
    assert first.split() == LEVEL_ONE.split()
    assert {row[4] for row in rows} == {"yes", "not applicable", "installation", "**no**"}


def test_how_many_items_are_met_is_counted() -> None:
    """The sums of the page are those of its tables; what is met by a test names one."""
    rows = re.findall(r"^\| \d+\.\d+\.\d+ \| [12] \| .+? \| (.+?) \| (.+?) \|$", SECURITY, re.MULTILINE)
    by_test = sum(met == "yes" and "`test_" in by for met, by in rows)
    count = {word: sum(met == word for met, _ in rows) for word in ("yes", "installation", "not applicable", "**no**")}
    said = (
        f"{by_test} met and held by a test, {count['yes'] - by_test} met by the code, a setting or a document, "
        f"{count['installation']} the installation's, {count['not applicable']} not applicable, {count['**no**']} **not met**"
    )
    assert said in " ".join(SECURITY.split()), said


def families() -> set[str]:
    """Give the names of all numbers the service tells."""
    told = {one.name for one in Metrics()._registry.collect()}
    source = Path(numbers.__file__).read_text("utf-8")
    return told | set(re.findall(r'"(jifen_\w+)"', source))


def plain(name: str) -> str:
    return re.sub(r"_(total|bucket|count|sum)$", "", name)


def test_alerts_ask_for_numbers_that_there_are() -> None:
    """Every expression of the example alerts rests on numbers, and codes of problems, of the service; each leads to a page and section."""
    rules = [rule for group in yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text("utf-8"))["groups"] for rule in group["rules"]]
    assert len(rules) >= 8
    for rule in rules:
        asked = {plain(name) for name in re.findall(r"\bjifen_\w+", rule["expr"])}
        assert asked
        assert asked <= families(), rule["alert"]
        for codes in re.findall(r'code=~?"([^"]+)"', rule["expr"]):
            assert set(codes.split("|")) <= set(PROBLEMS)
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        heads = {
            re.sub(r"[^a-z -]", "", head.lower()).replace(" ", "-")
            for head in re.findall(r"^## (.+)", (ROOT / page).read_text("utf-8"), re.MULTILINE)
        }
        assert not anchor or anchor in heads


def test_operations_tell_every_number() -> None:
    """The table of numbers is that of the code."""
    table = OPERATIONS.split("## Numbers")[1].split("## Logs")[0]
    assert {plain(name) for name in re.findall(r"`(jifen_\w+)`", table)} == families()


def test_the_container_needs_no_rights() -> None:
    """A base image of the bank's choice, a user by number, no secret and no registry in it; the example drops all rights."""
    text = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${BASE}", "${BASE}"]
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert "tests" not in text.replace("# ", "")
    service = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text("utf-8"))["services"]["jifen"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert not re.search(r"(?i)password: *[^$/\s{]", (ROOT / "deploy" / "compose.yml").read_text("utf-8"))


LICENCES = ("MIT", "BSD", "Apache", "Python Software Foundation", "PSF", "MPL", "Mozilla", "ISC", "CC0", "0BSD", "Zlib")
LGPL = "LGPL, used as a library"
TOLD_ELSEWHERE = {"huey": "MIT", "interpret-core": "MIT", "skops": "MIT", "python-stdnum": LGPL, "psycopg": LGPL, "psycopg-binary": LGPL}
"""Packages whose metadata do not say it, or that were looked at one by one."""


def locked() -> set[str]:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    return {re.split(r"[\[=]", line)[0].lower().replace("_", "-") for line in lines if re.match(r"^[A-Za-z0-9]", line)}


def test_every_package_has_a_known_licence() -> None:
    """Each package of the service is under a licence of the list."""
    unknown = {}
    for one in distributions():
        name = one.metadata["Name"].lower().replace("_", "-")
        said = one.metadata.get("License-Expression") or "; ".join(
            line for line in one.metadata.get_all("Classifier", []) if line.startswith("License")
        )
        said = said or one.metadata.get("License") or ""
        if name in locked() and name not in TOLD_ELSEWHERE and not any(known in said for known in LICENCES):
            unknown[name] = said[:80]
    assert unknown == {}


def test_the_lock_pins_every_package_by_hash() -> None:
    """No package of the service is installed without a hash, and no registry's address is in the lock."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(blocks) > 50
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
