"""The data dictionary and the request's schema are written from the tables, and the committed dictionary is the written one."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
from builders_evidence import request

from features.checks import RULES
from features.dictionary import data_dictionary, evidence_schema
from features.tables import TABLES
from features.vocabulary import PatentKind

COMMITTED = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_committed_dictionary_is_the_written_one() -> None:
    """After a change of a table, write `features.dictionary.data_dictionary()` to docs/data-dictionary.md again."""
    assert COMMITTED.read_text("utf-8") == data_dictionary()


def test_every_table_column_rule_and_word_is_in_the_dictionary() -> None:
    """Nothing that a sender must know is left out."""
    text = data_dictionary()
    for table in TABLES.values():
        part = text.split(f"## {table.name} {table.zh}\n")[1].split("\n## ")[0]
        assert all(f"| `{column.name}` | {column.zh} | {column.en} |" in part for column in table.columns)
        assert all(f"- {rule.statement}" in part for rule in table.rules)
        assert table.document in part
    assert all(f"| `{name}` | {demand} |" in text for name, demand in RULES.items())
    assert all(f"| `{kind}` | {kind.zh} |" in text for kind in PatentKind)


def test_links_of_the_dictionary_lead_somewhere() -> None:
    """Each word list that a column links to has its heading."""
    text = data_dictionary()
    assert set(re.findall(r"\(#(\w+)\)", text)) == {heading.lower() for heading in re.findall(r"^### (\w+)$", text, re.MULTILINE)}


def test_a_line_of_each_kind_reads_as_meant() -> None:
    """Ranges, word lists, codes, texts and flags are told in the column `admitted`."""
    lines = data_dictionary().splitlines()
    assert "| `claims` | 权利要求数 | Claims | integer |  | 0 to 10,000 | count |  |" in lines
    assert "| `kind` | 类型 | Kind | word | yes | [PatentKind](#patentkind) |  |  |" in lines
    assert "| `ipc` | 主分类号 | Main IPC subclass | text |  | like `H01L` |  |  |" in lines
    assert "| `patent_id` | 申请号 | Application number | text | yes | at most 64 characters |  |  |" in lines
    assert "| `main_business` | 与主营业务相关 | Related to the main business | boolean |  |  |  |  |" in lines
    assert "| `granted_on` | 授权日 | Granted on | date |  | 1949-10-01 to 2199-12-31 |  | later |" in lines
    assert "| `year` | 会计年度 | Financial year | integer | yes | 1990 to 2199 | year |  |" in lines


def test_a_dictionary_of_some_tables_has_those_only() -> None:
    """A folder that holds two tables can carry the dictionary of the two, with their word lists only."""
    text = data_dictionary(["firms", "contracts"])
    assert re.findall(r"^## (\w+) .*[\u4e00-\u9fff]", text, re.MULTILINE) == ["firms", "contracts"]
    assert re.findall(r"^### (\w+)$", text, re.MULTILINE) == ["ContractRole", "Ownership", "TechnologyField"]


def test_the_schema_accepts_a_request_and_refuses_a_wrong_one() -> None:
    """A client that validates against the schema before sending is told the same."""
    validator = jsonschema.Draft202012Validator(evidence_schema())
    validator.check_schema(evidence_schema())
    assert not list(validator.iter_errors(request()))
    assert not list(validator.iter_errors(request(conduct=[], talent=None)))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"patent": []}, []),
        ({"talent": []}, ["talent"]),
        ({"firm": {}}, ["firm"]),
        ({"contracts": [{**request()["contracts"][0], "role": "lender"}]}, ["contracts"]),
        ({"contracts": [{**request()["contracts"][0], "amount": -1}]}, ["contracts"]),
        ({"loans": request()["loans"] * 5_001}, ["loans"]),
    ],
)
def test_the_schema_refuses_what_the_model_refuses(change: dict[str, object], path: list[str]) -> None:
    """Unknown and empty tables, missing and wrong values, and too many rows are in the schema."""
    errors = jsonschema.Draft202012Validator(evidence_schema()).iter_errors(request(**change))
    assert path in [list(error.absolute_path)[:1] for error in errors]
