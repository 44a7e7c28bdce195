"""Every line that a retraining logs is said in Chinese too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.web.log_words import told

ROOT = Path(__file__).parents[3]
TELLERS = ("training", "service/retraining")
NAMES = "{bundle.name}@{bundle.version} {bundle.hash}"
"""A model's own name is the same in both."""
VALUES = {"evidence.source": "evidence on file of 8,000 firms", "', simulated' if evidence.simulated else ''": ", simulated"}


def said_in(path: Path) -> Iterator[str]:
    """Texts that a file tells whoever waits, with something in each gap."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or len(node.args) < 1:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in ("progress", "say"):
            continue
        text = node.args[0]
        if isinstance(text, ast.Constant):
            yield str(text.value)
        elif isinstance(text, ast.JoinedStr) and ast.unparse(text)[2:-1] != NAMES:
            yield "".join(_filled(part) for part in text.values)


def _filled(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return VALUES.get(ast.unparse(part.value), "passed" if "verdict" in ast.unparse(part.value) else "1,234")


SAID = sorted({line for folder in TELLERS for path in (ROOT / folder).rglob("*.py") for line in said_in(path)})


def test_the_lines_are_found() -> None:
    """Some twenty of them, plain and with numbers in them."""
    assert len(SAID) > 20
    assert {"calibrating", "challenger 1,234 of 1,234: 1,234", "evidence on file of 8,000 firms, simulated"} <= set(SAID)


@pytest.mark.parametrize("line", SAID)
def test_a_line_has_chinese_words(line: str) -> None:
    """And keeps its English ones."""
    words = told(line)
    assert words.en == line
    assert any("\u4e00" <= sign <= "\u9fff" for sign in words.zh), line


@pytest.mark.parametrize(
    ("line", "chinese"),
    [
        ("trial 3 of 25", "调参第 3 次，共 25 次"),
        ("folder province, simulated", "文件夹 province（模拟数据）"),
        ("folder province", "文件夹 province"),
        ("verdict failed on n 1,204, defaults 61", "结论：未通过（样本 1,204，违约 61）"),
        ("verdict not-enough-data on n 104, defaults 6", "结论：数据不足（样本 104，违约 6）"),
        ("jifen-startup@3 sha256:1f", "jifen-startup@3 sha256:1f"),
        (
            "jifen-growth@2, which is in force, reads other features; the two cannot be compared on these rows",
            "现用的 jifen-growth@2 读取不同的特征，无法在这些样本上比较",
        ),
    ],
)
def test_what_a_line_names_stands_in_both(line: str, chinese: str) -> None:
    """Numbers and names are carried over; a bare name stays as it is."""
    assert (told(line).zh, told(line).en) == (chinese, line)
