"""The word lists: closed, bilingual, and each word able to stand in a file, a key and a page."""

from __future__ import annotations

import re

import pytest

from features import vocabulary
from features.tables import TABLES
from features.vocabulary import PatentKind, Product, TechnologyField, Word

LISTS = [words for words in Word.__subclasses__() if words.__module__ == vocabulary.__name__]


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words.__name__)
def test_each_word_has_two_faces(words: type[Word]) -> None:
    """The English value is a plain key, the Chinese term is Chinese; neither repeats inside its list."""
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", word.value) for word in words)
    assert all(re.search(r"[\u4e00-\u9fff]", word.zh) for word in words)
    assert len({word.zh for word in words}) == len(words) == len({word.value for word in words})
    assert words.__doc__


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words.__name__)
def test_a_word_is_its_value(words: type[Word]) -> None:
    """A word compares, prints and looks up as its English value, so frames and JSON need no conversion."""
    for word in words:
        assert words(word.value) is word
        assert f"{word}" == word.value == str(word)


def test_every_word_list_is_used_by_a_column() -> None:
    """No list is left over, and no column uses one that is not here."""
    assert {column.words for table in TABLES.values() for column in table.columns if column.words} == set(LISTS)


def test_the_fields_are_the_eight_of_the_state() -> None:
    """The eight high-tech fields, by their official names."""
    official = "电子信息 生物与新医药 航空航天 新材料 高技术服务 新能源与节能 资源与环境 先进制造与自动化"
    assert {field.zh for field in TechnologyField} == set(official.split())


def test_the_four_products_of_the_plan_are_there() -> None:
    """The plan's four products, and one word for every other loan."""
    assert {product.zh for product in Product} - {Product.OTHER.zh} == {
        "初创信用贷",
        "贷投批量联动",
        "成长接力贷",
        "共同成长计划",
        "并购贷款",
    }


def test_a_word_outside_the_list_is_refused() -> None:
    """The lists are closed."""
    with pytest.raises(ValueError, match="'trademark' is not a valid PatentKind"):
        PatentKind("trademark")
