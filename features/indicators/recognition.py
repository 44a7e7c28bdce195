"""Recognition: investors, public science bodies, official titles and the technology market."""

from __future__ import annotations

from functools import partial

from features.algebra import Term, column, when
from features.indicators.amounts import MONTH, in_10k
from features.indicators.spec import Action, define

__all__ = ["RECOGNITION_INDICATORS"]

recognition = partial(define, group="recognition")


def _flag(number: Term) -> Term:
    """Give 1 above zero and 0 at zero; a bare comparison would turn unknown into 0 in plain Python."""
    return when(number > 0, 1, when(number <= 0, 0))


RECOGNITION_INDICATORS = (
    recognition(
        "funding_rounds",
        "历次融资轮数",
        "Funding rounds",
        "count",
        column("rounds"),
        direction=1,
        span=(0, 20),
        zero_inflated=True,
        says=("累计完成风险融资{value}", "Rounds of venture capital closed so far: {value}"),
        source="default; rounds closed and known by the as-of date",
    ),
    recognition(
        "backed_rounds",
        "知名或引导基金领投轮数",
        "Rounds led by known investors",
        "count",
        column("backed_rounds"),
        direction=1,
        span=(0, 20),
        zero_inflated=True,
        says=("头部、知名机构或政府引导基金领投{value}", "Rounds led by top, established or guidance funds: {value}"),
        source="Loan-and-investment linkage lists firms backed by such funds",
    ),
    recognition(
        "months_since_round",
        "距最近一轮融资月数",
        "Months since last round",
        "months",
        (column("as_of") - column("last_round_on")) / MONTH,
        direction=0,
        span=(0, 240),
        says=("距最近一轮融资已{value}", "The last round closed {value} ago"),
        source="default; unknown where there was none, a month is 30.4375 days",
    ),
    recognition(
        "titles_valid",
        "有效资质数量",
        "Titles in force",
        "count",
        column("titles_valid"),
        direction=1,
        span=(0, 10),
        zero_inflated=True,
        says=("有效资质{value}", "Official titles in force: {value}"),
        source="Loan-and-investment linkage lists titled firms; valid on the as-of date",
    ),
    recognition(
        "high_tech_certificate",
        "高新技术企业证书有效",
        "High-tech certificate in force",
        "flag",
        _flag(column("high_tech_valid")),
        direction=1,
        span=(0, 1),
        zero_inflated=True,
        says=("高新技术企业证书有效:{value}", "High-tech enterprise certificate in force: {value}"),
        source="Technology-SME evaluation, direct pass",
        action=Action(step=1, zh="申报高新技术企业认定", en="Apply for recognition as a high-tech enterprise"),
    ),
    recognition(
        "specialised_title",
        "专精特新等称号有效",
        "Specialised title in force",
        "flag",
        _flag(column("specialised_valid")),
        direction=1,
        span=(0, 1),
        zero_inflated=True,
        says=(
            "专精特新、小巨人、瞪羚或独角兽称号有效:{value}",
            "A specialised, little-giant, gazelle or unicorn title is in force: {value}",
        ),
        source="National technology guarantee: higher share for such firms",
        action=Action(step=1, zh="申报专精特新企业", en="Apply for the specialised-firm title"),
    ),
    recognition(
        "public_funding",
        "近三年财政科技资助",
        "Public science funding",
        "10k yuan",
        in_10k(column("granted_3y")),
        direction=1,
        span=(0, 100_000),
        zero_inflated=True,
        says=("近三年获财政科技资助{value}", "Public science funding of three years: {value}"),
        source="default; programme amounts of 3 x 365 days, unknown amounts add nothing",
    ),
    recognition(
        "platforms_recognised",
        "历年省级及以上研发平台数",
        "Recognised R&D platforms",
        "count",
        column("platforms_ever"),
        direction=1,
        span=(0, 30),
        zero_inflated=True,
        says=("历年获批省级及以上研发平台{value}", "Provincial or national R&D platforms so far: {value}"),
        source="Technology-SME evaluation, direct pass",
    ),
    recognition(
        "national_awards",
        "近五年国家科技奖励数",
        "National science awards",
        "count",
        column("national_awards_5y"),
        direction=1,
        span=(0, 10),
        zero_inflated=True,
        says=("近五年获国家科技奖励{value}", "National science awards in five years: {value}"),
        source="Technology-SME evaluation, direct pass; 5 x 365 days",
    ),
    recognition(
        "standards_led",
        "近五年主导制定标准数",
        "Standards led",
        "count",
        column("standards_5y"),
        direction=1,
        span=(0, 30),
        zero_inflated=True,
        says=("近五年主导制定标准{value}", "Standards led in five years: {value}"),
        source="Technology-SME evaluation, direct pass; 5 x 365 days",
    ),
    recognition(
        "technology_sales",
        "近三年技术合同份数",
        "Technology contracts in three years",
        "count",
        column("sales_3y"),
        direction=1,
        span=(0, 500),
        zero_inflated=True,
        says=("近三年登记技术合同{value}", "Technology contracts sold and registered in three years: {value}"),
        source="default; as seller, 3 x 365 days",
        action=Action(step=1, zh="将技术服务合同登记认定", en="Register technology service contracts"),
    ),
    recognition(
        "technology_bought",
        "近三年购入技术金额",
        "Technology bought",
        "10k yuan",
        in_10k(column("bought_3y")),
        direction=0,
        span=(0, 100_000),
        zero_inflated=True,
        says=("近三年购入技术{value}", "Technology bought in three years: {value}"),
        source="default; registered contracts as buyer, 3 x 365 days",
    ),
)
