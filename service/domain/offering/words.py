"""The parts of a limit, a rate and a shared loss in both languages."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["INSTRUMENT_WORDS", "LIMIT_WORDS", "PARTY_WORDS", "RATE_WORDS", "REFUSAL_WORDS"]

LIMIT_WORDS: Mapping[str, tuple[str, str]] = {
    "points": ("创新积分上浮", "innovation points"),
    "grade": ("评级调整", "grade"),
    "collateral": ("担保增额", "collateral"),
    "existing_exposure": ("存量贷款扣减", "loans running"),
    "old_line": ("原贷款额度", "line taken over"),
    "capacity": ("测算额度", "capacity"),
    "asked": ("申请金额", "amount asked"),
    "product_cap": ("产品上限", "product cap"),
    "authority": ("审批权限", "authority"),
    "rounding": ("取整", "rounding"),
}
"""Parts that are not named by a row of `capacities`."""

RATE_WORDS: Mapping[str, tuple[str, str]] = {
    "funding": ("资金成本", "funding"),
    "relending": ("再贷款优惠", "relending"),
    "operating": ("运营成本", "operating cost"),
    "expected_loss": ("预期损失", "expected loss"),
    "capital": ("资本成本", "capital charge"),
    "margin": ("目标利差", "margin"),
    "technology_benefit": ("科技优惠", "technology benefit"),
    "floor": ("利率下限调整", "floor"),
    "cap": ("利率上限调整", "cap"),
}

PARTY_WORDS: Mapping[str, tuple[str, str]] = {
    "bank": ("银行", "bank"),
    "guarantor": ("担保机构", "guarantor"),
    "national-fund": ("国家融资担保基金", "national guarantee fund"),
    "provincial-re-guarantee": ("省级再担保机构", "provincial re-guarantor"),
    "provincial-guarantee": ("省级担保机构", "provincial guarantor"),
    "government": ("地方政府", "local government"),
    "compensation-pool": ("风险补偿资金池", "compensation pool"),
}
"""Who may carry a loss; a policy that names anyone else is refused."""

INSTRUMENT_WORDS: Mapping[str, tuple[str, str]] = {
    "loan": ("银行贷款", "bank loan"),
    "lease": ("融资租赁", "lease"),
}
"""What an amount may be split into."""

REFUSAL_WORDS: Mapping[str, tuple[str, str]] = {
    "no-title": ("企业不符合承保对象条件", "the firm is not of its classes"),
    "cap-used": ("单户额度已用完", "its cap for one firm is used up"),
    "room-unknown": ("存量担保情况未知,需提供征信报告", "what it guarantees already is not known; needed: credit bureau report"),
    "above-cap": ("贷款金额超过单户剩余额度", "the loan is above what is left of its cap for one firm"),
    "compensation-ceiling": ("代偿率已达上限", "it has paid its ceiling of compensation"),
}
"""Why a programme does not take a loan."""
