"""The parts of a limit, a rate and a shared loss in both languages."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LIMIT_WORDS", "PARTY_WORDS", "RATE_WORDS"]

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
