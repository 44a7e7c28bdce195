"""Every text of the examiner's and the risk team's pages is there in Chinese and in English, and neither is in the other's place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.web import words, words_audit, words_rules
from service.web.words import Words

FOLDERS = [Path("service/web/templates") / name for name in ("examiner", "risk")]
TEMPLATES = [path for folder in FOLDERS for path in sorted(folder.glob("*.html"))]
PAIR = re.compile(r"'([^']*[\u4e00-\u9fff、，。：][^']*)', '([^']*)'(?:, '([^']*)')?")
"""A text and its English, and where things are counted the English of many."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_templates_say_everything_twice(path: Path) -> None:
    """Beside every Chinese text stands one that is not, and no Chinese stands outside of such pairs."""
    text = path.read_text("utf-8")
    for zh, *more in PAIR.findall(text):
        assert more[0], zh
        assert not any(CHINESE.search(en) for en in more), more
    assert not CHINESE.search(PAIR.sub("", text)), CHINESE.findall(PAIR.sub("", text))


def test_word_lists_are_in_both_languages() -> None:
    """Every value of the code has a Chinese and an English word."""
    lists = [*words_audit.WORD_LISTS.values(), words_audit.ACTS, words_rules.RULE_NAMES, words.TROUBLES, words.OUTCOMES]
    for one in (word for listed in lists for word in listed.values()):
        assert isinstance(one, Words)
        assert CHINESE.search(one.zh)
        assert one.en
        assert not CHINESE.search(one.en)


def test_the_words_of_rules_cover_the_documents() -> None:
    """Every section and column of the shipped policy and schemes has its Chinese."""
    from features.points import SHIPPED  # noqa: PLC0415
    from features.points.document import schemes_page  # noqa: PLC0415
    from features.points.scheme import shipped_scheme  # noqa: PLC0415
    from service.domain import shipped_policy  # noqa: PLC0415
    from service.domain.policy import policy_page  # noqa: PLC0415
    from service.web.markdown import blocks_of  # noqa: PLC0415

    blocks = blocks_of(policy_page(shipped_policy()), "en")
    sections = [str(block.text) for block in blocks if block.kind == "heading" and block.level > 1]
    heads = [str(cell) for block in blocks if block.kind == "table" for cell in block.rows[0]]
    assert [name for name in (*sections, *heads) if name not in words_rules.RULE_NAMES and not re.fullmatch(r"T\d.*", name)] == []
    known = {"code", "中文", *(stage.id for name in SHIPPED for stage in shipped_scheme(name).stages)}
    schemes = [str(cell) for block in blocks_of(schemes_page(), "en")[1:] if block.kind == "table" for cell in block.rows[0]]
    assert [name for name in schemes if name not in words_rules.RULE_NAMES and name not in known] == []
