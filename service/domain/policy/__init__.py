"""Policy as data: read from TOML, checked for sense, pinned by hash."""

from __future__ import annotations

from service.domain.policy.document import policy_page
from service.domain.policy.loading import load_policy, shipped_policies, shipped_policy
from service.domain.policy.model import Policy
from service.domain.policy.table import Outcome

__all__ = ["Outcome", "Policy", "load_policy", "policy_page", "shipped_policies", "shipped_policy"]
