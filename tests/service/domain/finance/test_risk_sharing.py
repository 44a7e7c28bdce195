"""Who carries a loss: the published programmes by hand, and laws for every one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import DecisionError
from service.domain.finance.risk_sharing import (
    Pool,
    Programme,
    Refusal,
    RiskSharing,
    Room,
    ShareClass,
    SharingCase,
    Title,
    TitleRule,
    share_risk,
    split_loss,
)

TODAY = date(2026, 11, 23)


def national_shares(fund: int) -> dict[str, int]:
    return {"bank": 2000, "national-fund": fund, "provincial-reguarantee": 2000, "local-guarantor": 6000 - fund}


def titles(*kinds: str) -> tuple[TitleRule, ...]:
    return tuple(TitleRule(kind=kind) for kind in kinds)


NATIONAL = Programme(
    id="national-special-guarantee",
    classes=(
        ShareClass(shares_bp=national_shares(4000), titles=titles("little-giant", "srdi", "national-project")),
        ShareClass(shares_bp=national_shares(3500), titles=titles("high-tech", "tech-sme-by-points")),
        ShareClass(shares_bp=national_shares(3000)),
    ),
    firm_cap=30_000_000,
    fee_bp=80,
    compensation_ceiling_bp=500,
)
ANHUI_4321 = Programme(
    id="anhui-4321",
    classes=(ShareClass(shares_bp={"local-guarantor": 4000, "provincial-guarantee": 3000, "bank": 2000, "government": 1000}),),
    firm_cap=20_000_000,
    fee_bp=100,
)
SCIENCE = Programme(
    id="anhui-science-guarantee",
    classes=(
        ShareClass(
            shares_bp={"guarantor": 8000, "bank": 2000},
            titles=(TitleRule(kind="high-tech", within_years=4), TitleRule(kind="tech-sme", within_years=2)),
        ),
    ),
    firm_cap=5_000_000,
    fee_bp=100,
    covers_part=False,
)
POOL = Pool(direct_bp=3000, guaranteed_bp=2000, extra_bp=500, public_cap_bp=8000)


UNUSED = {NATIONAL.id: 0, ANHUI_4321.id: 0, SCIENCE.id: 0, "a": 0, "b": 0}


def case(**changed: object) -> SharingCase:
    return SharingCase(**({"amount": 4_000_000, "as_of": TODAY, "cap_used": UNUSED, "compensation_bp": {}} | changed))


def holding(kind: str, since: date = date(2024, 1, 1)) -> tuple[Title, ...]:
    return (Title(kind, since),)


def shared(sharing: RiskSharing) -> dict[str, int]:
    return {share.party: share.bp for share in sharing.shares}


@pytest.mark.parametrize(
    ("kind", "fund"),
    [
        ("little-giant", 4000),
        ("srdi", 4000),
        ("national-project", 4000),
        ("high-tech", 3500),
        ("tech-sme-by-points", 3500),
        ("gazelle", 3000),
    ],
)
def test_the_national_fund_takes_40_35_or_30_per_cent_by_title(kind, fund):
    """Bank 20 %, provincial re-guarantee 20 %; the local guarantor takes the rest of the system's 80 %."""
    assert shared(share_risk([NATIONAL], None, case(titles=holding(kind)))) == national_shares(fund)


def test_the_best_class_counts_for_a_firm_with_several_titles():
    """A little giant is nearly always a high-tech enterprise too."""
    both = holding("high-tech") + holding("little-giant")
    assert shared(share_risk([NATIONAL], None, case(titles=both)))["national-fund"] == 4000


def test_a_loss_is_split_to_the_yuan():
    """1,000,001 lost: 200,000.2, 400,000.4, 200,000.2, 200,000.2; the odd yuan goes to the largest remainder."""
    shares = share_risk([NATIONAL], None, case(titles=holding("srdi"))).shares
    assert split_loss(shares, 1_000_001) == {
        "bank": 200_000,
        "national-fund": 400_001,
        "provincial-reguarantee": 200_000,
        "local-guarantor": 200_000,
    }


def test_4321_is_40_30_20_10():
    """A loss of 10 yuan: 4, 3, 2, 1; fee and cover are told."""
    sharing = share_risk([ANHUI_4321], None, case())
    assert list(split_loss(sharing.shares, 10).values()) == [4, 3, 2, 1]
    assert (sharing.programme, sharing.covered, sharing.fee_bp, sharing.bank_bp) == ("anhui-4321", 4_000_000, 100, 2000)


def test_beyond_the_cap_of_a_firm_the_bank_stands_alone():
    """National cap 30 m, 5 m used, 40 m lent: 25 m covered. Bank (0.2 x 25 + 15) / 40 = 50 %, fund 0.4 x 25 / 40 = 25 %."""
    used = case(amount=40_000_000, titles=holding("srdi"), cap_used={NATIONAL.id: 5_000_000})
    sharing = share_risk([NATIONAL], None, used)
    assert shared(sharing) == {"bank": 5000, "national-fund": 2500, "provincial-reguarantee": 1250, "local-guarantor": 1250}
    assert sharing.covered == 25_000_000


def test_a_cap_that_is_used_up_closes_the_programme():
    """20 m of 4321 are in use: no room is left, and the bank carries all."""
    sharing = share_risk([ANHUI_4321], None, case(cap_used={"anhui-4321": 20_000_000}))
    room = Room(programme="anhui-4321", firm_cap=20_000_000, used=20_000_000, undeclared=0)
    refusals = (Refusal("anhui-4321", "cap-used"),)
    assert sharing == RiskSharing(programme=None, shares=sharing.shares, covered=0, fee_bp=0, refusals=refusals, rooms=(room,))
    assert shared(sharing) == {"bank": 10_000}


def test_a_programme_of_which_nobody_knows_the_use_is_closed():
    """Not known is not zero: the room is unknown, and the next programme is asked."""
    sharing = share_risk([NATIONAL, ANHUI_4321], None, case(cap_used={ANHUI_4321.id: 0}))
    assert (sharing.programme, sharing.refusals) == ("anhui-4321", (Refusal(NATIONAL.id, "room-unknown"),))
    assert [(room.used, room.left) for room in sharing.rooms] == [(None, None), (0, 20_000_000)]


def test_the_last_yuan_of_a_cap_is_still_covered():
    """Of 4 m one yuan: the guarantee is too small to move a basis point."""
    sharing = share_risk([ANHUI_4321], None, case(cap_used={"anhui-4321": 19_999_999}))
    assert (sharing.covered, sharing.bank_bp) == (1, 10_000)


@pytest.mark.parametrize(
    ("title", "programme"),
    [
        (Title("high-tech", date(2022, 11, 23)), "anhui-science-guarantee"),
        (Title("high-tech", date(2022, 11, 22)), None),
        (Title("tech-sme", date(2024, 11, 23)), "anhui-science-guarantee"),
        (Title("tech-sme", date(2024, 11, 22)), None),
        (Title("srdi", date(2026, 1, 1)), None),
    ],
)
def test_the_science_guarantee_is_for_young_titles(title, programme):
    """High-tech within four years of the certificate, technology SME within two, the anniversary included."""
    assert share_risk([SCIENCE], None, case(titles=(title,))).programme == programme


def test_the_science_guarantee_takes_whole_loans_up_to_its_cap():
    """5 m yes, a yuan more no: it does not cover a part of a loan."""
    firm = holding("high-tech")
    assert share_risk([SCIENCE], None, case(amount=5_000_000, titles=firm)).covered == 5_000_000
    assert share_risk([SCIENCE], None, case(amount=5_000_001, titles=firm)).refusals == (Refusal(SCIENCE.id, "above-cap"),)


def test_a_programme_that_has_paid_its_ceiling_takes_nothing_new():
    """At 5.00 % of compensation the next programme is asked; at 4.99 % it is still open."""
    firm = holding("srdi")
    closed = share_risk([NATIONAL, ANHUI_4321], None, case(titles=firm, compensation_bp={NATIONAL.id: 500}))
    assert (closed.programme, closed.refusals) == ("anhui-4321", (Refusal(NATIONAL.id, "compensation-ceiling"),))
    assert share_risk([NATIONAL], None, case(titles=firm, compensation_bp={NATIONAL.id: 499})).programme == NATIONAL.id


@pytest.mark.parametrize(
    ("facts", "pool", "bank"),
    [
        ({}, 3000, 7000),
        ({"is_pure_credit": True}, 3500, 6500),
        ({"is_first_loan": True}, 3500, 6500),
        ({"has_ip_pledge": True}, 3500, 6500),
        ({"is_first_loan": True, "is_pure_credit": True}, 3500, 6500),
        ({"other_public_bp": 5000}, 3000, 7000),
        ({"is_pure_credit": True, "other_public_bp": 5000}, 3000, 7000),
        ({"other_public_bp": 9000}, 0, 10_000),
    ],
)
def test_the_pool_pays_30_per_cent_and_five_more_within_80_of_public_money(facts, pool, bank):
    """Direct loans; the five points count once; 50 % from elsewhere leaves room for 30 %."""
    assert shared(share_risk([], POOL, case(**facts))) == {"bank": bank, "compensation-pool": pool}


def test_the_pool_pays_on_what_the_guarantee_leaves_to_the_bank():
    """4321 leaves 20 %; guaranteed 20 % + 5 for a first loan is a quarter of it: 5 % of the loss, and 15 % stay."""
    sharing = share_risk([ANHUI_4321], POOL, case(is_first_loan=True))
    assert shared(sharing) == {
        "local-guarantor": 4000,
        "provincial-guarantee": 3000,
        "bank": 1500,
        "government": 1000,
        "compensation-pool": 500,
    }
    assert split_loss(sharing.shares, 1_000_000)["compensation-pool"] == 50_000


parts = st.lists(st.integers(0, 10_000), min_size=3, max_size=3).map(sorted)
classes = parts.map(lambda cut: {"bank": cut[0], "fund": cut[1] - cut[0], "local": cut[2] - cut[1], "province": 10_000 - cut[2]})
programmes = st.lists(
    st.builds(
        Programme,
        id=st.sampled_from(["a", "b"]),
        classes=st.lists(st.builds(ShareClass, shares_bp=classes, titles=st.sampled_from([(), titles("srdi")])), max_size=2).map(tuple),
        firm_cap=st.integers(0, 50_000_000),
        fee_bp=st.integers(0, 100),
        covers_part=st.booleans(),
        compensation_ceiling_bp=st.none() | st.integers(0, 500),
    ),
    max_size=3,
)
shares_of_loss = st.integers(0, 10_000)
pools = st.none() | st.builds(
    Pool, direct_bp=shares_of_loss, guaranteed_bp=shares_of_loss, extra_bp=shares_of_loss, public_cap_bp=shares_of_loss
)
loans = st.builds(
    case,
    amount=st.integers(1, 50_000_000),
    titles=st.sampled_from([(), holding("srdi")]),
    is_first_loan=st.booleans(),
    cap_used=st.dictionaries(st.sampled_from(["a", "b"]), st.none() | st.integers(0, 60_000_000)),
    compensation_bp=st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 600)),
    other_public_bp=shares_of_loss,
)


@given(programmes, pools, loans, st.integers(0, 50_000_000))
def test_shares_and_losses_sum_under_every_cap(rows, pool, loan, loss):
    """10,000 basis points and every yuan; nobody carries less than nothing, and each programme passed over says why."""
    sharing = share_risk(rows, pool, loan)
    split = split_loss(sharing.shares, loss)
    assert sum(share.bp for share in sharing.shares) == 10_000
    assert sum(split.values()) == loss
    assert min(*split.values(), *(share.bp for share in sharing.shares)) >= 0
    assert sharing.covered <= loan.amount
    assert len(sharing.refusals) == len(rows) if sharing.programme is None else sharing.programme == rows[len(sharing.refusals)].id


@given(programmes, loans)
def test_a_programme_never_covers_more_than_its_cap(rows, loan):
    """What it covers already counts."""
    sharing = share_risk(rows, None, loan)
    if sharing.programme is not None:
        programme = rows[len(sharing.refusals)]
        assert sharing.covered + loan.cap_used[programme.id] <= programme.firm_cap
        assert sharing.rooms[len(sharing.refusals)].left >= sharing.covered
        assert sharing.covered == loan.amount or programme.covers_part


@given(programmes, pools, loans)
def test_all_fiscal_compensation_stays_within_its_cap(rows, pool, loan):
    """The pool and other fiscal money together, as a share of what a guarantee leaves to the bank."""
    without, with_pool = share_risk(rows, None, loan).bank_bp, share_risk(rows, pool, loan)
    paid = shared(with_pool).get("compensation-pool", 0)
    assert with_pool.bank_bp + paid == without
    assert paid == 0 or 10_000 * paid <= (pool.public_cap_bp - loan.other_public_bp) * without


@pytest.mark.parametrize("shares", [{"bank": 9999}, {"bank": 10_001, "fund": -1}, {"fund": 10_000}])
def test_shares_that_are_no_whole_are_refused(shares):
    """They must sum to 10,000, none is negative, and the bank is named."""
    with pytest.raises(DecisionError, match="shares_bp = "):
        ShareClass(shares_bp=shares)


def test_a_loan_of_nothing_is_refused():
    """And so is a loss below zero."""
    with pytest.raises(DecisionError, match="amount = 0"):
        share_risk([], None, case(amount=0))
    with pytest.raises(DecisionError, match="total = -1"):
        split_loss(share_risk([], None, case()).shares, -1)
