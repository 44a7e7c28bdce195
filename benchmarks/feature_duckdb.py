"""The benchmark's indicators as an engineer would write them in SQL by hand, for DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl

__all__ = ["QUERY", "by_duckdb", "loaded"]

REGISTERS = ("patents", "programmes", "contracts", "funding", "qualifications", "conduct")

QUERY = """
with statements as (
  select a.application_id, s.year - max(s.year) over (partition by a.application_id) as lag, s.*
  from a join financials s using (firm_id) where s.known_on <= a.as_of
  qualify s.known_on = max(s.known_on) over (partition by a.application_id, s.year)
),
fin as (
  select application_id,
    max(revenue) filter (lag = 0) as revenue_0, max(revenue) filter (lag = -1) as revenue_1,
    max(rd_expense) filter (lag = 0) as rd_0, max(rd_expense) filter (lag = -1) as rd_1,
    max(net_profit) filter (lag = 0) as profit_0, max(net_assets) filter (lag = 0) as equity_0,
    max(total_debt) filter (lag = 0) as debt_0, max(total_assets) filter (lag = 0) as assets_0,
    max(cash) filter (lag = 0) as cash_0, max(total_cost) filter (lag = 0) as cost_0
  from statements group by application_id
),
rolls as (
  select a.application_id, t.period_end = max(t.period_end) over (partition by a.application_id) as latest, t.*
  from a join talent t using (firm_id) where t.known_on <= a.as_of
  qualify t.known_on = max(t.known_on) over (partition by a.application_id, t.period_end)
),
tal as (
  select application_id, max(staff) filter (latest) as staff, max(technical_staff) filter (latest) as technical,
    max(postgraduates) filter (latest) as postgraduates
  from rolls group by application_id
),
months as (
  select a.application_id, i.month > max(i.month) over (partition by a.application_id) - 350 as in_year, i.*
  from a join invoices i using (firm_id) where i.known_on <= a.as_of
  qualify i.known_on = max(i.known_on) over (partition by a.application_id, i.month)
),
inv as (
  select application_id, count(*) filter (in_year) as months, sum(issued_amount) filter (in_year) as issued,
    sum(voided_share * issued_amount) filter (in_year) as voided,
    sum(issued_amount) filter (in_year and voided_share is not null) as voided_base
  from months group by application_id
),
pat as (
  select application_id,
    count(*) filter (kind = 'invention' and own and filed_on > as_of - 1095 and filed_on <= as_of and coalesce(main_business, true))
      as inventions,
    count(*) filter (kind = 'pct' and own and filed_on > as_of - 1095 and filed_on <= as_of and coalesce(main_business, true)) as pcts,
    count(*) filter (kind in ('invention', 'pct') and granted_on <= as_of and alive) as class1,
    count(*) filter (kind = 'invention' and own and filed_on <= as_of - 1095) as examined,
    count(*) filter (kind = 'invention' and own and filed_on <= as_of - 1095 and granted_on <= as_of) as granted,
    count(*) filter (kind in ('invention', 'pct') and published_on + 1095 <= as_of and citations_3y is not null) as cited,
    sum(citations_3y) filter (kind in ('invention', 'pct') and published_on + 1095 <= as_of) as citations,
    count(*) filter (a_right and alive) as alive_rights,
    count(*) filter (a_right and alive and acquired_on <= as_of) as bought
  from (
    select a.application_id, a.as_of, p.*, (p.acquired_on is null or p.acquired_on > a.as_of) as own,
      (p.lapsed_on is null or p.lapsed_on > a.as_of) as alive, (p.granted_on <= a.as_of or p.kind = 'software') as a_right
    from a join patents p using (firm_id) where p.published_on <= a.as_of
  ) group by application_id
),
pro as (
  select a.application_id,
    count(*) filter (kind = 'project' and level in ('national', 'provincial') and granted_on > as_of - 730) as projects
  from a join programmes using (firm_id) where granted_on <= as_of group by all
),
con as (
  select a.application_id, coalesce(sum(c.amount) filter (role = 'seller' and registered_on > as_of - 365), 0) as sold
  from a join contracts c using (firm_id) where registered_on <= as_of group by all
),
fun as (
  select a.application_id, coalesce(sum(f.amount) filter (closed_on > as_of - 730), 0) as raised
  from a join funding f using (firm_id) where known_on <= as_of and closed_on <= as_of group by all
),
tit as (
  select a.application_id, count(*) filter (kind = 'high-tech' and valid_until >= as_of) as high_tech
  from a join qualifications using (firm_id) where valid_from <= as_of group by all
),
cdt as (
  select a.application_id, count(*) filter (cleared_on is null or cleared_on > as_of) as open,
    count(*) filter (happened_on > as_of - 1095 and happened_on <= as_of) as recent
  from a join conduct using (firm_id) where known_on <= as_of group by all
)
select a.application_id,
  rd_0 / 10000.0::double as rd_expense,
  case when rd_1 > 0 then (rd_0 - rd_1) / rd_1::double end as rd_expense_growth,
  case when revenue_0 > 0 then rd_0 / revenue_0::double end as rd_intensity,
  case when staff > 0 then technical / staff::double end as tech_staff_share,
  coalesce(inventions, {patents})::double as invention_applications,
  coalesce(pcts, {patents})::double as pct_applications,
  coalesce(sold, {contracts}) / 10000.0::double as tech_contract_value,
  revenue_0 / 10000.0::double as revenue,
  case when revenue_1 > 0 then (revenue_0 - revenue_1) / revenue_1::double end as revenue_growth,
  case when staff > 0 then postgraduates / staff::double end as postgraduate_share,
  case when equity_0 > 0 then profit_0 / equity_0::double end as return_on_equity,
  coalesce(projects, {programmes})::double as provincial_projects,
  coalesce(raised, {funding}) / 10000.0::double as venture_capital,
  coalesce(class1, {patents})::double as class1_rights,
  case when examined > 0 then granted / examined::double end as invention_grant_rate,
  case when cited > 0 then citations / cited::double end as citations_per_invention,
  case when alive_rights > 0 then bought / alive_rights::double end as bought_in_share,
  case when assets_0 > 0 then debt_0 / assets_0::double end as debt_to_assets,
  case when cost_0 > 0 then cash_0 * 12 / cost_0::double end as cash_cover_months,
  case when months = 12 then issued / 10000.0::double end as invoiced_12m,
  case when voided_base > 0 then voided / voided_base::double / 10000.0 end as voided_share,
  coalesce(open, {conduct})::double as open_records,
  coalesce(recent, {conduct})::double as records_3y,
  (coalesce(high_tech, {qualifications}) > 0)::int::double as high_tech_certificate,
  case when revenue_0 > 0 then a.amount / revenue_0::double end as loan_to_revenue
from a left join firms f on f.firm_id = a.firm_id and f.founded_on <= a.as_of
  left join fin using (application_id) left join tal using (application_id) left join inv using (application_id)
  left join pat using (application_id) left join pro using (application_id) left join con using (application_id)
  left join fun using (application_id) left join tit using (application_id) left join cdt using (application_id)
""".format(**{name: f"case when contains(f.searched, '{name}') then 0 end" for name in REGISTERS})


def loaded(applications: pl.DataFrame, evidence: Mapping[str, pl.DataFrame]) -> Any:
    """Load everything into DuckDB's own storage, before the clock starts."""
    connection = duckdb.connect()
    for name, frame in {"a": applications, **evidence}.items():
        connection.register("given", frame.to_arrow())
        connection.execute(f'create table "{name}" as select * from given')
        connection.unregister("given")
    return connection


def by_duckdb(connection: Any) -> pl.DataFrame:
    """Run the query and fetch its rows."""
    table = connection.sql(QUERY).to_arrow_table()
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
