"""Policies and schemes read in Chinese down to the last cell; codes of rows stay codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.web.markdown import blocks_of
from service.web.rule_cells import in_chinese
from service.web.words_rules import RULE_NAMES

DOCS = Path(__file__).resolve().parents[3] / "docs"
TERMS = re.compile(r"<code>.*?</code>|<br>|</?b>|\{value\}|&[a-z]+;|(?<![A-Za-z])(?:LPR|PCT|T\d+|II?|[A-Z]|under-\d+|code)(?![A-Za-z])")


@pytest.mark.parametrize("name", ["policy", "schemes"])
def test_no_cell_is_left_in_english(name: str) -> None:
    """A row or a shape of sentence that is added without its Chinese is found here."""
    blocks = blocks_of((DOCS / f"{name}.md").read_text("utf-8"), "zh", RULE_NAMES)
    cells = [str(cell) for block in blocks if block.kind == "table" for row in block.rows for cell in row]
    assert len(cells) > 100
    assert [cell for cell in cells if re.search(r"[A-Za-z]{2,}", TERMS.sub("", cell))] == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("startup-credit, common-growth", "初创信用贷、共同成长计划"),
        ("`tech_staff_share` >= 0.3", "科技人员占职工总数的比重 ≥ 0.3"),
        ("`startup-credit` 初创信用贷", "初创信用贷"),
        ("`financials`", "财务报表"),
        ("`technology-firm`", "`technology-firm`"),
        ("T1 to T3", "T1 至 T3"),
        ("LGD 35 %", "违约损失率 35%"),
        ("bank at least 20 %; guarantors together at most 80 %", "银行 至少 20%；担保机构合计 至多 80%"),
        ("no shape that is known", "no shape that is known"),
        ("0.1 %", "0.1 %"),
    ],
)
def test_shapes_have_their_chinese(written: str, said: str) -> None:
    """Names for codes, words for marks; what is not known is left as it is written."""
    assert in_chinese(written) == said


def test_columns_of_numbers_stand_to_the_right() -> None:
    """A dash is no number, and does not make a text of the others."""
    (block,) = blocks_of("| a | b | c |\n|---|---|---|\n| 1,000 | x | - |\n| 2 % | 3 | 0.5 |", "zh")
    assert block.numbers == {0, 2}
