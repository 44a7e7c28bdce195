"""How sure the model must be of its grade: the interval of the PD against the policy's `certainty`.

The usual firm is of tier T5 (points 50): the shipped grid lends to it up to grade 8 (PD 6.5 %), refers grade 9 and declines from 10.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from builders_cases import FakeBundle, application, decided, firm, lacking
from hypothesis import given
from hypothesis import strategies as st

from features.tables import TABLES
from service.domain import PolicyError, load_policy, shipped_policy
from service.domain.policy.verdicts import last_lending

SHIPPED = "{ beyond = 1, spans = 8 },"


def policy_with(policy_text, *rows):
    assert SHIPPED in policy_text
    return load_policy(policy_text.replace(SHIPPED, "".join(f"{row}," for row in rows)))


def sure_of(low, high, pd=0.02, **said):
    return FakeBundle(default=pd, interval=(low, high), **said)


def certainty_fired(decision):
    return [(row.row, row.rule, row.when) for row in decision.fired if row.table == "certainty"]


def test_the_grid_lends_to_the_usual_tier_up_to_grade_eight():
    """And to the worst tier in no grade at all."""
    assert last_lending(shipped_policy(), "T5") == 8
    assert last_lending(shipped_policy(), "T10") == 0


def test_an_interval_that_ends_in_the_last_grade_that_lends_refers_nothing():
    """6.5 % is grade 8, bounds inclusive; PD 2 % is grade 6."""
    decision = decided(bundle=sure_of(0.011, 0.065))
    assert decision.outcome == "approve"
    assert decision.risk.pd_interval.model_dump() == {
        "low": "0.01100",
        "high": "0.06500",
        "level": "0.9",
        "method": "by hand",
        "low_grade": 5,
        "high_grade": 8,
    }
    assert certainty_fired(decision) == []


def test_an_interval_that_reaches_past_the_last_grade_that_lends_is_referred():
    """6.501 % is grade 9, one past the last that lends; the row, the grades and the way out are on record."""
    decision = decided(bundle=sure_of(0.011, 0.06501))
    assert (decision.outcome, decision.offer, decision.risk.grade) == ("refer", None, 6)
    assert certainty_fired(decision) == [
        (1, "model-not-certain", {"beyond": 1, "grade": 6, "low_grade": 5, "high_grade": 9, "tier": "T5"}),
    ]
    reason = decision.reasons[0]
    assert (reason.code, reason.kind, reason.indicator) == ("MODEL_NOT_CERTAIN", "rule", None)
    assert reason.zh == "模型在等级5与9之间把握不足:一年违约概率2%,90%区间1.1%至6.501%;T5至多在等级8放款"
    assert reason.en == (
        "The model is not certain enough between grade 5 and grade 9: its PD is 2%, the 90% interval 1.1% to 6.501%; "
        "tier T5 is lent to up to grade 8"
    )


def test_the_same_interval_counts_by_the_firms_own_tier():
    """Points 90 are T1, which is lent to up to grade 8 as well; points 18 are T9, lent to up to grade 7 only."""
    bundle = sure_of(0.011, 0.05)
    assert decided(known=firm(rd_intensity=0.9, postgraduate_share=0.9), bundle=bundle).outcome == "approve"
    last = decided(known=firm(rd_intensity=0.18, postgraduate_share=0.18), bundle=bundle)
    assert (last.points.tier, last.outcome) == ("T9", "refer")
    assert certainty_fired(last)[0][2]["beyond"] == 1


def test_a_model_without_an_interval_is_not_asked():
    """Bundles from before have no table of doubt; the record says so."""
    decision = decided(bundle=FakeBundle(default=0.03))
    assert (decision.outcome, decision.risk.pd_interval) == ("approve", None)


def test_a_grade_that_refers_or_declines_anyway_is_not_looked_at():
    """Grade 9 refers and grade 10 declines by the grid, and stay so however wide the interval is."""
    refers, declines = (decided(bundle=sure_of(0.0001, 0.9, pd)) for pd in (0.08, 0.15))
    assert (refers.outcome, declines.outcome) == ("refer", "decline")
    assert certainty_fired(refers) == certainty_fired(declines) == []


def test_a_decline_that_is_not_certain_is_referred_where_the_policy_asks(policy_text):
    """`within = 1`: PD 15 % is grade 10; a lower end in grade 8, the last that lends, is one grade inside; in grade 9 it is none."""
    policy = policy_with(policy_text, "{ within = 1 }")
    unsure, sure = (decided(bundle=sure_of(low, 0.3, 0.15), policy=policy) for low in (0.06, 0.07))
    assert (unsure.outcome, sure.outcome) == ("refer", "decline")
    assert certainty_fired(unsure)[0][1:] == (
        "decline-not-certain",
        {"within": 1, "grade": 10, "low_grade": 8, "high_grade": 11, "tier": "T5"},
    )
    assert unsure.reasons[0].code == "DECLINE_NOT_CERTAIN"
    assert decided(bundle=sure_of(0.06, 0.3, 0.15)).outcome == "decline"


def test_a_model_that_knows_hardly_anything_is_referred_however_safe(policy_text):
    """`spans = 7`: grades 1 to 7 are seven; 1 to 6 are six."""
    policy = policy_with(policy_text, "{ spans = 7 }")
    assert decided(bundle=sure_of(0.0005, 0.03, 0.004), policy=policy).outcome == "refer"
    assert decided(bundle=sure_of(0.0005, 0.02, 0.004), policy=policy).outcome == "approve"


def test_the_first_row_that_takes_the_product_counts(policy_text):
    """A lenient row for start-up credit before a strict one for all."""
    rows = "{ products = ['startup-credit'], beyond = 3 }", "{ beyond = 1 }"
    policy, bundle = policy_with(policy_text, *rows), sure_of(0.011, 0.1)
    assert decided(bundle=bundle, policy=policy).outcome == "approve"
    other = decided(application(product="common-growth"), bundle=bundle, policy=policy)
    assert (other.outcome, certainty_fired(other)[0][0]) == ("refer", 2)


def test_the_documents_that_would_narrow_the_interval_are_named():
    """An absent table stands in the reason; nothing absent, nothing named."""
    known = lacking("contracts")
    decision = decided(known=known, bundle=sure_of(0.011, 0.1))
    (reason,) = [one for one in decision.reasons if one.code == "MODEL_NOT_CERTAIN"]
    assert reason.en.endswith(f"; these would help: {TABLES['contracts'].document_en}")
    assert reason.zh.endswith(f",可补充:{TABLES['contracts'].document}")


def test_a_policy_without_the_rule_refers_nothing(policy_text):
    """An empty table is as good as none, and hashes alike."""
    none = re.sub(r"certainty = \[\n.*?\n\]\n", "", policy_text, flags=re.DOTALL)
    policy = load_policy(none)
    assert decided(bundle=sure_of(0.0001, 0.9), policy=policy).outcome == "approve"
    assert policy_with(policy_text).hash == policy.hash != shipped_policy().hash


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{ products = ['common-growth'] }", "asks nothing; write beyond, within or spans"),
        ("{ beyond = 0 }", "greater than or equal to 1"),
        ("{ beyond = 5 }", "can never hold: at most 4 grades count"),
        ("{ within = 9 }", "can never hold: at most 8 grades count"),
        ("{ spans = 12 }", "can never hold: at most 11 grades count"),
        ("{ beyond = 1 }, { products = ['common-growth'], beyond = 2 }", "cannot be reached: earlier rows take them"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(policy_text, row, said):
    """`jifen policy check` says table, field, value, rule and remedy."""
    with pytest.raises(PolicyError, match="certainty") as raised:
        policy_with(policy_text, row)
    assert said in str(raised.value)


pds = st.floats(0.0005, 0.3)


@given(pds, st.floats(0.2, 1), st.floats(0.2, 1), st.floats(1, 5), st.floats(1, 5))
def test_a_wider_interval_never_earns_a_better_answer(pd, lower, least, upper, most):
    """The narrower one lies inside the wider: the outcome around the same PD is as good or better, and the grade the same."""
    narrow = sure_of(pd * max(lower, least), min(1.0, pd * min(upper, most)), pd)
    wide = replace(narrow, interval=(pd * min(lower, least), min(1.0, pd * max(upper, most))))
    first, second = decided(bundle=narrow), decided(bundle=wide)
    assert first.risk.grade == second.risk.grade
    assert first.outcome.rank <= second.outcome.rank


@given(pds, st.floats(0.01, 1), st.floats(1, 20))
def test_the_recorded_interval_holds_the_recorded_pd(pd, lower, upper):
    """Rounding to five decimals keeps order, in texts and in grades."""
    risk = decided(bundle=sure_of(pd * lower, min(1.0, pd * upper), pd)).risk
    assert risk.pd_interval.low <= risk.pd <= risk.pd_interval.high
    assert risk.pd_interval.low_grade <= risk.grade <= risk.pd_interval.high_grade
