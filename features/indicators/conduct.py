"""Conduct: public-credit records and how earlier loans were repaid."""

from __future__ import annotations

from functools import partial, reduce

from features.algebra import Term, column, ratio
from features.indicators.amounts import MONTH, in_10k, latest
from features.indicators.spec import Action, define
from features.measures.behaviour import GUARANTEE_UNKNOWN, GUARANTEED

__all__ = ["CONDUCT_INDICATORS"]

conduct = partial(define, group="conduct", zero_inflated=True)


def _all(names: tuple[str, ...]) -> Term:
    """Add up measures of one table, known or unknown together."""
    return reduce(lambda total, term: total + term, map(column, names))


CONDUCT_INDICATORS = (
    conduct(
        "open_records",
        "未消除信用记录数",
        "Open public-credit records",
        "count",
        column("open_records"),
        direction=-1,
        span=(0, 50),
        says=("公共信用报告中未消除记录{value}", "Open records in the public-credit report: {value}"),
        source="Public-credit report; not cleared by the as-of date",
        action=Action(step=-1, zh="完成整改并申请信用修复", en="Settle the matter and apply for credit repair"),
    ),
    conduct(
        "cleared_records",
        "已消除信用记录数",
        "Cleared public-credit records",
        "count",
        column("cleared_records"),
        direction=0,
        span=(0, 50),
        says=("已消除的公共信用记录{value}", "Public-credit records settled and cleared: {value}"),
        source="Public-credit report; cleared by the as-of date",
    ),
    conduct(
        "records_3y",
        "近三年信用记录数",
        "Records in three years",
        "count",
        column("records_3y"),
        direction=-1,
        span=(0, 50),
        says=("近三年公共信用记录{value}", "Public-credit records of three years: {value}"),
        source="Public-credit report; happened in 3 x 365 days, cleared or not",
    ),
    conduct(
        "penalties_2y",
        "近两年行政处罚数",
        "Penalties in two years",
        "count",
        column("penalties_2y"),
        direction=-1,
        span=(0, 30),
        says=("近两年行政处罚{value}", "Administrative penalties of two years: {value}"),
        source="Technology-SME evaluation gate (this or last year, here 730 days)",
    ),
    conduct(
        "lawsuits_2y",
        "近两年涉诉数",
        "Lawsuits in two years",
        "count",
        column("lawsuits_2y"),
        direction=-1,
        span=(0, 50),
        says=("近两年涉诉{value}", "Lawsuits of two years: {value}"),
        source="Public-credit report; happened in 730 days",
    ),
    conduct(
        "listings_open",
        "在列异常或失信名单数",
        "Abnormal or dishonesty listings",
        "count",
        column("listings_open"),
        direction=-1,
        span=(0, 5),
        says=("在列经营异常或严重失信名单{value}", "Open listings as abnormal or dishonest: {value}"),
        source="Technology-SME evaluation gate; not cleared by the as-of date",
        action=Action(step=-1, zh="补报信息并申请移出名单", en="File what is missing and apply for removal from the list"),
    ),
    conduct(
        "arrears_open",
        "未结清欠税记录数",
        "Open tax arrears",
        "count",
        column("arrears_open"),
        direction=-1,
        span=(0, 20),
        says=("未结清欠税记录{value}", "Open records of tax arrears: {value}"),
        source="Public-credit report; not cleared by the as-of date",
        action=Action(step=-1, zh="缴清欠税", en="Pay the tax that is due"),
    ),
    conduct(
        "open_amount_to_revenue",
        "未消除涉案金额占收入比",
        "Open claims to revenue",
        "ratio",
        ratio(column("open_amount"), latest("revenue")),
        direction=-1,
        span=(0, 2),
        says=("未消除记录涉及金额占营业收入{value}", "Open records involve {value} of a year's revenue"),
        source="default; amounts of open records over the latest revenue",
    ),
    conduct(
        "months_since_record",
        "距最近信用记录月数",
        "Months since last record",
        "months",
        (column("as_of") - column("last_record_on")) / MONTH,
        direction=1,
        zero_inflated=False,
        span=(0, 360),
        says=("距最近一条公共信用记录已{value}", "The last public-credit record lies {value} back"),
        source="default; unknown where there is no record, a month is 30.4375 days",
    ),
    conduct(
        "loans_repaid",
        "按时结清贷款笔数",
        "Loans repaid in order",
        "count",
        column("loans_repaid_clean"),
        direction=1,
        span=(0, 50),
        says=("按时结清的既往贷款{value}", "Earlier loans repaid without a day overdue: {value}"),
        source="Credit bureau; drawn and closed before the as-of date and never overdue",
    ),
    conduct(
        "loans_overdue_2y",
        "近两年逾期贷款笔数",
        "Loans overdue in two years",
        "count",
        column("loans_overdue_2y"),
        direction=-1,
        span=(0, 20),
        says=("近两年首次逾期的贷款{value}", "Loans that first fell overdue in two years: {value}"),
        source="Credit bureau; first overdue day in 730 days",
    ),
    conduct(
        "loans_defaulted",
        "逾期满90天贷款笔数",
        "Loans 90 days past due",
        "count",
        column("loans_defaulted"),
        direction=-1,
        span=(0, 20),
        says=("曾逾期满90天的贷款{value}", "Loans that were ever 90 days past due: {value}"),
        source="Credit bureau; more than 90 days past due is substandard",
    ),
    conduct(
        "loans_running",
        "未结清贷款金额",
        "Loans outstanding",
        "10k yuan",
        in_10k(column("loans_running")),
        direction=-1,
        span=(0, 500_000),
        says=("未结清贷款的原始金额为{value}", "Loans outstanding were granted for {value}"),
        source="Credit bureau; original amounts of loans drawn and not closed",
        action=Action(step=-50, zh="结清部分存量贷款", en="Repay part of the loans outstanding"),
    ),
    conduct(
        "guarantees_running",
        "在保贷款担保金额",
        "Guarantees outstanding",
        "10k yuan",
        in_10k(_all((*GUARANTEED.values(), GUARANTEE_UNKNOWN))),
        direction=0,
        span=(0, 500_000),
        says=("未结清贷款中由担保计划承保的至多{value}", "Guarantee programmes stand behind at most {value} of the loans outstanding"),
        source="Credit bureau; original amounts, whole where the guaranteed part or the programme is not on record",
    ),
)
