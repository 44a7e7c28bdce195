"""What columns find is what the domain finds firm by firm: for any indicators, unknown ones and those on the edge of a rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from builders_cases import HASH, NOW
from builders_portfolio import DAY, PRODUCTS, Nation, same_offer

from features.build import CONTEXT, kept_name
from features.firm_row import BASES, FirmRow
from features.indicators import FIRM
from features.measures import READINGS
from features.stages import STAGES
from service.domain import REVIEW_REQUESTED, STOPPED, Application, ManualOrder, Policy, decide
from service.domain.calendar import day_number, months_before
from service.domain.prior import Prior, TakenOver
from service.portfolio.crew import opened
from service.portfolio.offers import Bench
from service.portfolio.relay import RELAY, RELAY_TYPES
from service.portfolio.rows import rows_of
from service.portfolio.run import Run, built
from service.portfolio.screen import Grid
from service.portfolio.sheet import prior_in
from service.portfolio.standing import Standing

AS_OF = day_number(DAY)
DRAWN = 150


@dataclass(frozen=True)
class Drawn:
    """A firm as nobody has seen it, and what was looked up about an earlier loan of it."""

    firm: FirmRow
    prior: Prior | None


@pytest.fixture(scope="module")
def own(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The nation's release and firms."""
    with opened(nation.wish(tmp_path_factory.mktemp("findings"), size=1000)) as run:
        run.source.prepare()
        yield run


@pytest.fixture(scope="module")
def seen(own: Run) -> list[Drawn]:
    """The nation's firms as they are."""
    return [drawn_of(row) for row in built(own.source.read(0), own.bench).iter_rows(named=True)]


def drawn_of(row: dict[str, Any]) -> Drawn:
    """Read a firm of a frame."""
    firm = FirmRow(
        firm_id=row["firm_id"],
        as_of=row["as_of"],
        context={name: row[name] for name in CONTEXT if row[name] is not None},
        values={name: row[name] for name in FIRM},
        bases={name: row[kept_name(name)] for name in BASES},
        known={table: row[f"known_{table}"] for table in READINGS},
        coverage=row["coverage"],
    )
    return Drawn(firm, prior_in(row))


def edges(policy: Policy) -> dict[str, list[float | None]]:
    """Of each indicator that a rule compares: unknown, nothing, the bound itself and the numbers next to it."""
    rules = [*policy.knock_outs, *policy.referrals]
    ways = [way for gate in policy.gates for way in gate.ways]
    ways += [way for programme in policy.programmes for entry in programme.classes for way in entry.ways]
    bounds = [(one.indicator, float(one.value)) for one in (*rules, *ways) if one.indicator is not None]
    found: dict[str, list[float | None]] = {"growth_stage": [None, 0.0, 1.0, 2.0]}
    for name, bound in bounds:
        near = [bound, float(np.nextafter(bound, -np.inf)), float(np.nextafter(bound, np.inf))]
        found.setdefault(name, [None, 0.0]).extend(near)
    return {name: values for name, values in found.items() if name in FIRM}


def redrawn(one: Drawn, policy: Policy, draw: np.random.Generator) -> Drawn:
    """Change a firm where rules look at it: some indicators to an edge, some measures, some dates, the coverage, and the loan to relay."""
    firm = one.firm
    at_edge = {name: values[draw.integers(len(values))] for name, values in edges(policy).items() if draw.random() < 0.3}
    sums = {name: draw.choice([0.0, 1e5, 99_999.5, 2e6, 3e7, 5e9]) for name in BASES if draw.random() < 0.15}
    lost = {name: None for name in BASES if draw.random() < 0.05}
    ages = {rule.table: rule.max_age_days or 0 for rule in policy.evidence}
    known = {table: draw.choice([AS_OF - age, AS_OF - age - 1, AS_OF - 1]) for table, age in ages.items() if draw.random() < 0.3}
    floor = policy.coverage.indicators / 10_000
    coverage = draw.choice([firm.coverage, floor, floor - 1e-12, floor - 1e-4, 1.0])
    values = firm.values | at_edge
    bases = firm.bases | {name: float(value) for name, value in sums.items()} | lost
    changed = replace(firm, values=values, bases=bases, known=firm.known | {t: int(d) for t, d in known.items()}, coverage=float(coverage))
    if policy.relay is None:
        return Drawn(changed, None)  # nobody looks for a loan that no product takes over
    return Drawn(changed, _relay(policy, draw) if draw.random() < 0.6 else one.prior)


def _relay(policy: Policy, draw: np.random.Generator) -> Prior | None:
    """Draw a loan to be taken over, or that there is none, or that nobody looked."""
    kind = draw.integers(8)
    if kind < 2:
        return None if kind else Prior(relay=None)
    clean = months_before(AS_OF, policy.relay.clean_months) if policy.relay else AS_OF
    return Prior(
        relay=TakenOver(
            loan_id="L1",
            amount=int(draw.choice([100_000, 3_000_000, 40_000_000])),
            granted_on=AS_OF - 400,
            overdue_on=draw.choice([None, clean, clean + 1, clean - 1]),
            stage=draw.choice([None, *STAGES]),
            points=draw.choice([None, 0, 2_000, 9_000]),
            programme=draw.choice([None, "none", "anhui-4321"]),
            guaranteed=int(draw.choice([0, 1_000_000])),
        )
    )


def frame_of(drawn: Sequence[Drawn], amount: int, term_months: int) -> pl.DataFrame:
    """Lay firms out as `build_features` and `with_relay` would."""
    rows = []
    for number, one in enumerate(drawn):
        firm = one.firm
        relay = one.prior.relay if one.prior else None
        told = {column: None if relay is None else getattr(relay, name, None) for name, column in RELAY.items()}
        rows.append(
            {"firm_id": f"{firm.firm_id}-{number}", "as_of": firm.as_of, "coverage": firm.coverage}
            | {name: firm.context.get(name) for name in CONTEXT}
            | firm.with_request(amount, term_months)
            | {kept_name(name): value for name, value in firm.bases.items()}
            | {f"known_{table}": day for table, day in firm.known.items()}
            | told
            | {"relay_searched": one.prior is not None}
        )
    kinds = {**dict.fromkeys(FIRM, pl.Float64), **{kept_name(name): pl.Float64 for name in BASES}, **RELAY_TYPES}
    kinds |= {f"known_{table}": pl.Int64 for table in READINGS} | dict.fromkeys(CONTEXT, pl.String)
    return pl.DataFrame(rows, schema_overrides=kinds, infer_schema_length=None)


def compared(own: Run, seen: Sequence[Drawn], standing: Standing, policy: Policy, seed: int) -> set[str]:
    """Draw firms, judge them by columns and one by one, and give the causes that occurred."""
    draw = np.random.default_rng(seed)
    drawn = [redrawn(seen[draw.integers(len(seen))], policy, draw) for _ in range(DRAWN)]
    active = replace(own.bench.active, policy=policy)
    bench = Bench(active, standing, own.bench.plan, Grid(policy))
    rows = rows_of(frame_of(drawn, standing.amount, standing.term_months), bench).to_dicts()
    for one, row in zip(drawn, rows, strict=True):
        for product in PRODUCTS:
            asked = Application(
                product=product,
                amount=standing.amount,
                term_months=standing.term_months,
                purpose=None,
                firm_id=one.firm.firm_id,
                as_of=DAY,
            )
            decision = decide(
                asked,
                one.firm,
                bundles=active.bundles,
                scheme=active.scheme,
                reference=active.reference,
                policy=policy,
                now=NOW,
                decision_id="not-recorded",
                evidence_hash=HASH,
                prior=one.prior,
                manual=(*standing.orders, *standing.reviews.get(row["firm_id"], ())),
            )
            same_offer(row, decision, product)
    return {cause for row in rows for name, causes in row.items() if name.endswith("_causes") for cause in causes}


@pytest.mark.parametrize(("amount", "term_months", "seed"), [(3_000_000, 24, 1), (99_999, 6, 2), (2_000_000, 60, 3), (10**9, 36, 4)])
def test_columns_find_what_the_domain_finds(own: Run, seen: list[Drawn], amount: int, term_months: int, seed: int) -> None:
    """150 firms at the edges of the policy's rules, five products each."""
    standing = Standing(as_of=DAY, amount=amount, term_months=term_months)
    assert len(compared(own, seen, standing, own.bench.active.policy, seed)) > (5 if amount < 100_000 else 25)


def test_policies_without_special_rules_are_judged_alike(own: Run, seen: list[Drawn]) -> None:
    """No investors' rule, no relay, no certainty, no bound on age, no capacity for one product, no highest authority."""
    policy = own.bench.active.policy
    plain = policy.model_copy(
        update={
            "investors": None,
            "relay": None,
            "certainty": (),
            "evidence": tuple(rule.model_copy(update={"max_age_days": None}) for rule in policy.evidence),
        }
    )
    compared(own, seen, Standing(as_of=DAY, amount=3_000_000, term_months=24), plain, 5)


def test_orders_are_obeyed_alike(own: Run, seen: list[Drawn]) -> None:
    """A stop of a segment, one of a product, and requests for a person."""
    orders: tuple[ManualOrder, ...] = (
        replace(STOPPED, given_by="1", scope="segment", value="startup"),
        replace(STOPPED, given_by="2", scope="product", value="acquisition"),
        replace(REVIEW_REQUESTED, given_by="3", scope="product", value="common-growth"),
    )
    compared(own, seen, Standing(as_of=DAY, amount=3_000_000, term_months=24, orders=orders), own.bench.active.policy, 6)
    everything = (replace(STOPPED, given_by="1"),)
    compared(own, seen, Standing(as_of=DAY, amount=3_000_000, term_months=24, orders=everything), own.bench.active.policy, 7)
