"""The benchmark's indicators as an analyst would write them in pandas: merge, filter, group, add up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

__all__ = ["by_pandas"]

YEAR = pd.Timedelta(days=365)
KEY = "application_id"


def by_pandas(applications: pd.DataFrame, evidence: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Give a row an application in the order of `applications`."""
    out = applications.merge(evidence["firms"][["firm_id", "founded_on", "searched"]], on="firm_id", how="left")
    out["searched"] = out["searched"].where(out["founded_on"] <= out["as_of"], "")
    out = out.set_index(KEY)
    visible = {name: _visible(applications, evidence, name, known) for name, known in KNOWN.items()}
    statements, rolls, months = (
        _latest(visible[name], period) for name, period in (("financials", "year"), ("talent", "period_end"), ("invoices", "month"))
    )
    _finance(out, statements)
    _talent(out, rolls)
    _invoices(out, months)
    _patents(out, visible["patents"])
    _registers(out, visible)
    return out.reset_index()


KNOWN = {
    "financials": "known_on",
    "talent": "known_on",
    "invoices": "known_on",
    "patents": "published_on",
    "programmes": "granted_on",
    "contracts": "registered_on",
    "funding": "known_on",
    "qualifications": "valid_from",
    "conduct": "known_on",
}


def _visible(applications: pd.DataFrame, evidence: Mapping[str, pd.DataFrame], name: str, known: str) -> pd.DataFrame:
    rows = applications[[KEY, "firm_id", "as_of"]].merge(evidence[name], on="firm_id")
    return rows[rows[known] <= rows["as_of"]]


def _latest(rows: pd.DataFrame, period: str) -> pd.DataFrame:
    newest = rows.groupby([KEY, period])["known_on"].transform("max")
    return rows[rows["known_on"] == newest]


def _ratio(above: pd.Series, below: pd.Series) -> pd.Series:
    return above / below.where(below > 0)


def _finance(out: pd.DataFrame, rows: pd.DataFrame) -> None:
    lag = rows.groupby(KEY)["year"].transform("max") - rows["year"]
    now, before = (rows[lag == k].groupby(KEY).max(numeric_only=True).reindex(out.index) for k in (0, 1))
    out["rd_expense"] = now["rd_expense"] / 10_000
    out["rd_expense_growth"] = _ratio(now["rd_expense"] - before["rd_expense"], before["rd_expense"])
    out["rd_intensity"] = _ratio(now["rd_expense"], now["revenue"])
    out["revenue"] = now["revenue"] / 10_000
    out["revenue_growth"] = _ratio(now["revenue"] - before["revenue"], before["revenue"])
    out["return_on_equity"] = _ratio(now["net_profit"], now["net_assets"])
    out["debt_to_assets"] = _ratio(now["total_debt"], now["total_assets"])
    out["cash_cover_months"] = _ratio(now["cash"] * 12, now["total_cost"])
    out["loan_to_revenue"] = _ratio(out["amount"], now["revenue"])


def _talent(out: pd.DataFrame, rows: pd.DataFrame) -> None:
    latest = rows[rows["period_end"] == rows.groupby(KEY)["period_end"].transform("max")]
    now = latest.groupby(KEY)[["staff", "technical_staff", "postgraduates"]].max().reindex(out.index)
    out["tech_staff_share"] = _ratio(now["technical_staff"], now["staff"])
    out["postgraduate_share"] = _ratio(now["postgraduates"], now["staff"])


def _invoices(out: pd.DataFrame, rows: pd.DataFrame) -> None:
    newest = rows.groupby(KEY)["month"].transform("max")
    year = rows[rows["month"] > newest - pd.Timedelta(days=350)]
    known = year[year["voided_share"].notna()]
    grouped = year.groupby(KEY)["issued_amount"].agg(["size", "sum"]).reindex(out.index)
    voided = known.assign(voided=known["voided_share"] * known["issued_amount"]).groupby(KEY)[["voided", "issued_amount"]].sum()
    voided = voided.reindex(out.index)
    out["invoiced_12m"] = (grouped["sum"] / 10_000).where(grouped["size"] == 12)
    out["voided_share"] = _ratio(voided["voided"], voided["issued_amount"]) / 10_000


def _known(out: pd.DataFrame, register: str, rows: pd.DataFrame) -> pd.Series:
    """Is the register known: has it a visible row, or was it searched?"""
    return rows.groupby(KEY).size().reindex(out.index).notna() | out["searched"].str.contains(register)


def _counted(out: pd.DataFrame, known: pd.Series, rows: pd.DataFrame, amount: str | None = None) -> pd.Series:
    """Count or add up: zero where the register is known and nothing counts, else unknown."""
    grouped = rows.groupby(KEY)
    counts = (grouped[amount].sum() if amount else grouped.size()).reindex(out.index)
    return counts.where(counts.notna() | ~known, 0.0)


def _patents(out: pd.DataFrame, rows: pd.DataFrame) -> None:
    as_of, kind = rows["as_of"], rows["kind"]
    own = ~(rows["acquired_on"] <= as_of)
    alive = ~(rows["lapsed_on"] <= as_of)
    granted = rows["granted_on"] <= as_of
    class1, right = kind.isin(["invention", "pct"]), granted | (kind == "software")
    fresh = own & (rows["filed_on"] > as_of - 3 * YEAR) & (rows["filed_on"] <= as_of) & (rows["main_business"] != False)  # noqa: E712 - unknown counts
    examined = (kind == "invention") & own & (rows["filed_on"] <= as_of - 3 * YEAR)
    cited = class1 & (rows["published_on"] + 3 * YEAR <= as_of) & rows["citations_3y"].notna()

    known = _known(out, "patents", rows)

    def count(condition: pd.Series, amount: str | None = None) -> pd.Series:
        return _counted(out, known, rows[condition], amount)

    out["invention_applications"] = count(fresh & (kind == "invention"))
    out["pct_applications"] = count(fresh & (kind == "pct"))
    out["class1_rights"] = count(class1 & granted & alive)
    out["invention_grant_rate"] = _ratio(count(examined & granted), count(examined))
    out["citations_per_invention"] = _ratio(count(cited, "citations_3y"), count(cited))
    out["bought_in_share"] = _ratio(count(right & alive & ~own), count(right & alive))


def _registers(out: pd.DataFrame, visible: Mapping[str, pd.DataFrame]) -> None:
    rows = visible["programmes"]
    hit = (rows["kind"] == "project") & rows["level"].isin(["national", "provincial"]) & (rows["granted_on"] > rows["as_of"] - 2 * YEAR)
    out["provincial_projects"] = _counted(out, _known(out, "programmes", rows), rows[hit])
    rows = visible["contracts"]
    hit = (rows["role"] == "seller") & (rows["registered_on"] > rows["as_of"] - YEAR)
    out["tech_contract_value"] = _counted(out, _known(out, "contracts", rows), rows[hit], "amount") / 10_000
    rows = visible["funding"]
    rows = rows[rows["closed_on"] <= rows["as_of"]]
    out["venture_capital"] = (
        _counted(out, _known(out, "funding", rows), rows[rows["closed_on"] > rows["as_of"] - 2 * YEAR], "amount") / 10_000
    )
    rows = visible["qualifications"]
    hit = (rows["kind"] == "high-tech") & (rows["valid_until"] >= rows["as_of"])
    titles = _counted(out, _known(out, "qualifications", rows), rows[hit])
    out["high_tech_certificate"] = np.where(titles.isna(), np.nan, (titles > 0).astype(float))
    rows = visible["conduct"]
    known = _known(out, "conduct", rows)
    out["open_records"] = _counted(out, known, rows[~(rows["cleared_on"] <= rows["as_of"])])
    recent = (rows["happened_on"] > rows["as_of"] - 3 * YEAR) & (rows["happened_on"] <= rows["as_of"])
    out["records_3y"] = _counted(out, known, rows[recent])
