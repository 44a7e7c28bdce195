"""One firm in the request path: the same numbers as a batch, and a row that can be kept."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from builders_features import applications, province
from builders_golden import GOLDEN_DAY, GOLDEN_FIRM, golden_evidence

from features.build import build_features
from features.errors import EvidenceError
from features.evidence import dossier_frames, gathered_frames, split_dossiers
from features.firm_row import FirmRow, build_firm, build_firms
from features.indicators import CATALOGUE, FIRM
from features.measures import READINGS

EPOCH = date(1970, 1, 1)
GOLDEN_NUMBER = (GOLDEN_DAY - EPOCH).days


@pytest.fixture(scope="module")
def golden_row() -> FirmRow:
    return build_firm(golden_evidence(), GOLDEN_NUMBER)


def test_one_firm_alone_equals_the_same_firm_in_a_batch_bit_for_bit() -> None:
    """Values with the request, coverage, context and newest facts are those of the batch, null where it has null."""
    evidence, asked = province(30, seed=11), applications(30, seed=11, each=1)
    batch = build_features(asked, evidence)
    for application, expected in zip(asked.iter_rows(named=True), batch.iter_rows(named=True), strict=True):
        own = {name: frame.filter(pl.col("firm_id") == application["firm_id"]) for name, frame in evidence.items()}
        row = build_firm(own, expected["as_of"])
        assert row.with_request(application["amount"], application["term_months"]) == {n: expected[n] for n in CATALOGUE}
        assert row.coverage == expected["coverage"]
        assert row.known == {table: expected[f"known_{table}"] for table in READINGS}
        assert row.context == {n: expected[n] for n in ("field", "region", "industry", "ownership") if expected[n] is not None}


def test_firms_built_together_equal_each_firm_alone_bit_for_bit() -> None:
    """A nightly run over many dossiers gives the very rows that a request would build, measures included."""
    dossiers = dict(split_dossiers(province(30, seed=11)))
    day = (date(2026, 6, 30) - EPOCH).days
    together = list(build_firms(gathered_frames(dossiers.values()), day))
    assert [row.firm_id for row in together] == list(dossiers)
    for row, dossier in zip(together, dossiers.values(), strict=True):
        assert row.to_json() == build_firm(dossier_frames(dossier), day).to_json()


def test_tables_without_the_firm_column_and_with_day_numbers_are_read(golden_row: FirmRow) -> None:
    """A dossier holds one firm's rows as day numbers; nothing changes."""
    numbers = {name: frame.with_columns(pl.col(pl.Date).to_physical()) for name, frame in golden_evidence().items()}
    bare = {name: frame if name == "firms" else frame.drop("firm_id") for name, frame in numbers.items()}
    assert build_firm(bare, GOLDEN_NUMBER) == golden_row


def test_the_row_says_whose_it_is(golden_row: FirmRow) -> None:
    """Identity, date and context travel with the numbers; a firm row holds no request."""
    assert (golden_row.firm_id, golden_row.as_of) == (GOLDEN_FIRM, GOLDEN_NUMBER)
    assert golden_row.context == {"field": "electronics", "region": "340100", "industry": "I6510", "ownership": "private"}
    assert tuple(golden_row.values) == FIRM


def test_a_kept_row_gives_the_same_bits(golden_row: FirmRow) -> None:
    """Written and read again, the row completes a request to the same bits."""
    again = FirmRow.from_json(golden_row.to_json())
    assert again == golden_row
    assert again.with_request(7_654_321, 18) == golden_row.with_request(7_654_321, 18)


def test_a_request_without_amount_or_term_is_unknown(golden_row: FirmRow) -> None:
    """What was not asked is null, and the firm's own values stay."""
    values = golden_row.with_request(None, None)
    assert {values[name] for name, i in CATALOGUE.items() if i.is_request} == {None}
    assert {name: values[name] for name in FIRM} == golden_row.values


@pytest.mark.parametrize("text", [b"{}", b"[]", b"no json", b'{"firm_id": "F", "rows": 1}'])
def test_what_is_no_firm_row_is_refused(text: bytes) -> None:
    """A cached row of another shape is never half read."""
    with pytest.raises(EvidenceError, match="not a firm row"):
        FirmRow.from_json(text)


def test_evidence_that_is_not_one_firm_is_refused() -> None:
    """No firm, two firms, rows of another firm, or a table without a needed column are named."""
    evidence = golden_evidence()
    with pytest.raises(EvidenceError, match="no table firms"):
        build_firm({}, GOLDEN_NUMBER)
    with pytest.raises(EvidenceError, match="firms has 2 rows"):
        build_firm(evidence | {"firms": pl.concat([evidence["firms"]] * 2)}, GOLDEN_NUMBER)
    with pytest.raises(EvidenceError, match="financials has no column revenue"):
        build_firm(evidence | {"financials": evidence["financials"].drop("revenue")}, GOLDEN_NUMBER)
    with pytest.raises(EvidenceError, match="patents holds rows of another firm"):
        build_firm(evidence | {"patents": evidence["patents"].with_columns(firm_id=pl.lit("OTHER"))}, GOLDEN_NUMBER)
