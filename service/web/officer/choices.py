"""Lists to choose from: products as the policy in force offers them, purposes, reasons."""

from __future__ import annotations

from features.vocabulary import Word
from service.active import Active
from service.desk import Desk
from service.domain import Purpose
from service.domain.policy.rules import ProductRow
from service.web.figures import money, word
from service.web.forms import Choice
from service.web.words import STAGE_WORDS, Words
from service.web.words_audit import OVERRIDE_REASONS

__all__ = ["product_choices", "product_rows", "purpose_choices", "reason_choices"]


def product_rows(desk: Desk) -> tuple[ProductRow, ...]:
    """Give the products of the policy in force; none where nothing decides."""
    return desk.found.policy.products if isinstance(desk.found, Active) else ()


def product_choices(desk: Desk) -> tuple[Choice, ...]:
    """Give the products that can be asked for, each with who may ask and its limits."""
    return tuple(Choice(row.product.value, _words(row.product), _limits(row)) for row in product_rows(desk))


def purpose_choices() -> tuple[Choice, ...]:
    """Give the purposes of a loan."""
    return tuple(Choice(one.value, _words(one)) for one in Purpose)


def reason_choices() -> tuple[Choice, ...]:
    """Give the coded reasons of an override."""
    return tuple(Choice(value, words) for value, words in OVERRIDE_REASONS.items())


def _words(value: Word) -> Words:
    return Words(word(value, "zh"), word(value, "en"))


def _limits(row: ProductRow) -> Words:
    stages = [STAGE_WORDS[stage] for stage in row.stages]
    zh = f"{'、'.join(one.zh for one in stages)}企业；{money(row.min_amount, 'zh')}至{money(row.max_amount, 'zh')}；"
    zh += f"最长 {row.max_term_months} 个月"
    en = f"{', '.join(one.en for one in stages)}; {money(row.min_amount, 'en')} to {row.max_amount:,}; at most {row.max_term_months} months"
    return Words(zh, en)
