"""Rows that contradict themselves, each other, the table of firms, or the calendar."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from builders_evidence import FIRM, OTHER, evidence_texts, texts, written

from features.checks import EvidenceFaults, Fault, check_table, checked_tables
from features.tables import TABLES
from features.tables.rules import NotBefore, Within

TODAY = date(2026, 11, 23)
WRONG_ONE = "correct the one that is wrong"

BROKEN = [
    (
        "firms",
        {"paid_in_capital": "10000001"},
        "part-of-whole",
        "paid_in_capital is part of registered_capital (10000000) and never above it",
    ),
    ("financials", {"hightech_revenue": "20000001"}, "part-of-whole", "hightech_revenue is part of revenue (20000000) and never above it"),
    ("financials", {"net_assets": "30000001"}, "part-of-whole", "net_assets is part of total_assets (30000000) and never above it"),
    ("financials", {"current_assets": "30000001"}, "part-of-whole", "current_assets is part of total_assets (30000000) and never above it"),
    ("financials", {"cash": "14000001"}, "part-of-whole", "cash is part of current_assets (14000000) and never above it"),
    (
        "financials",
        {"cash": "30000001", "current_assets": ""},
        "part-of-whole",
        "cash is part of total_assets (30000000) and never above it",
    ),
    ("talent", {"technical_staff": "81"}, "part-of-whole", "technical_staff is part of staff (80) and never above it"),
    ("talent", {"postgraduates": "81"}, "part-of-whole", "postgraduates is part of staff (80) and never above it"),
    ("talent", {"phds": "13"}, "part-of-whole", "phds is part of postgraduates (12) and never above it"),
    ("talent", {"phds": "81", "postgraduates": ""}, "part-of-whole", "phds is part of staff (80) and never above it"),
    ("talent", {"known_on": "2024-12-30"}, "clock-order", "known_on is never before period_end (2024-12-31)"),
    ("patents", {"published_on": "2021-02-28"}, "clock-order", "published_on is never before filed_on (2021-03-01)"),
    ("patents", {"granted_on": "2021-02-28"}, "clock-order", "granted_on is never before filed_on (2021-03-01)"),
    ("patents", {"lapsed_on": "2021-02-28"}, "clock-order", "lapsed_on is never before filed_on (2021-03-01)"),
    ("patents", {"acquired_on": "2021-02-28"}, "clock-order", "acquired_on is never before filed_on (2021-03-01)"),
    ("patents", {"pledged_on": "2021-02-28"}, "clock-order", "pledged_on is never before filed_on (2021-03-01)"),
    ("funding", {"known_on": "2022-08-31"}, "clock-order", "known_on is never before closed_on (2022-09-01)"),
    ("qualifications", {"valid_until": "2023-10-15"}, "clock-order", "valid_until is never before valid_from (2023-10-16)"),
    ("conduct", {"known_on": "2024-01-14"}, "clock-order", "known_on is never before happened_on (2024-01-15)"),
    ("conduct", {"cleared_on": "2024-01-14"}, "clock-order", "cleared_on is never before happened_on (2024-01-15)"),
    ("loans", {"guaranteed": "3000001"}, "part-of-whole", "guaranteed is part of amount (3000000) and never above it"),
    ("loans", {"applied_on": "2023-02-02"}, "clock-order", "drawn_on is never before applied_on (2023-02-02)"),
    ("loans", {"overdue_on": "2023-01-31"}, "clock-order", "overdue_on is never before drawn_on (2023-02-01)"),
    ("loans", {"default_on": "2023-01-31", "overdue_on": ""}, "clock-order", "default_on is never before drawn_on (2023-02-01)"),
    ("loans", {"default_on": "2023-08-31"}, "clock-order", "default_on is never before overdue_on (2023-09-01)"),
    ("loans", {"closed_on": "2023-01-31"}, "clock-order", "closed_on is never before drawn_on (2023-02-01)"),
    (
        "loans",
        {"observed_until": "2023-01-31", "default_on": ""},
        "clock-order",
        "observed_until is never before drawn_on (2023-02-01)",
    ),
    ("loans", {"observed_until": "2023-11-30"}, "clock-order", "observed_until is never before default_on (2023-12-01)"),
]


@pytest.mark.parametrize(("table", "change", "rule", "said"), BROKEN, ids=[f"{b[0]}-{b[3][:30]}" for b in BROKEN])
def test_a_row_that_contradicts_itself_breaks_one_rule(table: str, change: dict[str, str], rule: str, said: str) -> None:
    """A clock out of order or a part above its whole is reported at the column that cannot be, with the value it collides with."""
    (fault,) = check_table(table, texts(table, [written(table, **change)]), today=TODAY)
    column = said.split(maxsplit=1)[0]
    assert fault == Fault(table, 1, column, written(table, **change)[column] or "", rule, f"{said}; {WRONG_ONE}")


def test_every_order_and_every_part_has_an_example() -> None:
    """Each rule of order and of parts that a table declares is broken by one of the examples above."""
    declared = {(table.name, rule.columns) for table in TABLES.values() for rule in table.rules if isinstance(rule, NotBefore | Within)}
    shown = {(table, (said.split()[0], said.split()[4])) for table, _, rule, said in BROKEN}
    assert shown == declared


def test_a_statement_is_not_known_before_its_year_is_over() -> None:
    """Figures of 2024 known on 30 December 2024 are refused, on 31 December they are not."""
    early, late = (texts("financials", [written("financials", known_on=day)]) for day in ("2024-12-30", "2024-12-31"))
    remedy = "the figures of 2024 are known at the earliest on 2024-12-31; correct year or known_on"
    assert check_table("financials", early) == [Fault("financials", 1, "known_on", "2024-12-30", "clock-order", remedy)]
    assert check_table("financials", late) == []


def test_a_months_invoices_are_not_known_before_the_month_is_over() -> None:
    """February of a leap year ends on the 29th; a day earlier is refused."""
    early, late = (texts("invoices", [written("invoices", month="2024-02-01", known_on=day)]) for day in ("2024-02-28", "2024-02-29"))
    remedy = "the invoices of a month are known at the earliest on its last day (2024-02-29); correct month or known_on"
    assert check_table("invoices", early) == [Fault("invoices", 1, "known_on", "2024-02-28", "clock-order", remedy)]
    assert check_table("invoices", late) == []


def test_a_month_is_written_as_its_first_day() -> None:
    """Another day of the month is refused and the first is shown."""
    (fault,) = check_table("invoices", texts("invoices", [written("invoices", month="2025-01-31")]))
    assert fault == Fault("invoices", 1, "month", "2025-01-31", "first-of-month", "write a month as its first day, here 2025-01-01")


def test_an_outcome_needs_a_drawn_loan_and_a_drawn_loan_an_approval() -> None:
    """Default, overdue, repayment and loss need the day of drawing, and only an approved loan is drawn."""
    undrawn = check_table("loans", texts("loans", [written("loans", drawn_on="")]))
    assert [(f.column, f.rule) for f in undrawn] == [(c, "needs") for c in ("overdue_on", "default_on", "closed_on", "loss")]
    assert undrawn[1].remedy == "default_on needs drawn_on, which is empty; fill drawn_on or empty default_on"
    (declined,) = check_table("loans", texts("loans", [written("loans", decision="declined")]))
    remedy = "drawn_on is possible only when decision is approved, here it is declined; correct one of them"
    assert declined == Fault("loans", 1, "drawn_on", "2023-02-01", "only-when", remedy)


@pytest.mark.parametrize(
    ("table", "column"), [(t.name, c.name) for t in TABLES.values() for c in t.columns if c.kind == "date" and c.name != "valid_until"]
)
def test_a_fact_of_tomorrow_is_refused_in_every_dated_column(table: str, column: str) -> None:
    """With today given, no date but a planned one lies ahead."""
    faults = check_table(table, texts(table, [written(table, **{column: "2026-11-24"})]), today=TODAY)
    remedy = f"{column} lies after today (2026-11-23); send the fact once it has happened"
    assert Fault(table, 1, column, "2026-11-24", "future-date", remedy) in faults


def test_a_title_may_expire_in_the_future() -> None:
    """The end of a title is planned, so it may lie ahead."""
    assert check_table("qualifications", texts("qualifications", [written("qualifications", valid_until="2029-01-01")]), today=TODAY) == []


def test_today_itself_is_no_future() -> None:
    """A contract registered today is accepted; without a today, tomorrow is too."""
    assert check_table("contracts", texts("contracts", [written("contracts", registered_on="2026-11-23")]), today=TODAY) == []
    assert check_table("contracts", texts("contracts", [written("contracts", registered_on="2026-11-24")])) == []


def test_a_rule_is_silent_where_one_of_its_cells_is_bad_already() -> None:
    """An unreadable day gives its own fault and no second one about its order."""
    faults = check_table("loans", texts("loans", [written("loans", drawn_on="2023/2/1")]))
    assert [(f.column, f.rule) for f in faults] == [("drawn_on", "iso-date")]


def test_a_repeated_key_names_the_first_row_that_has_it() -> None:
    """Two later rows with the key of the first are two faults; a key with a bad cell is not compared."""
    ids = ["a", "b", "a", " a ", "", ""]
    faults = check_table("patents", texts("patents", [written("patents", patent_id=text) for text in ids]))
    remedy = "row 1 has the same firm_id, patent_id; keep one of the two"
    assert [f for f in faults if f.rule == "duplicate-key"] == [
        Fault("patents", row, "patent_id", f"{FIRM} a", "duplicate-key", remedy) for row in (3, 4)
    ]
    assert [f.row for f in faults if f.rule == "empty"] == [5, 6]


def test_a_restatement_is_not_a_repetition() -> None:
    """The same firm and year with a later known_on is another row."""
    rows = [written("financials"), written("financials", known_on="2025-09-01")]
    assert check_table("financials", texts("financials", rows)) == []


def test_a_table_speaks_only_of_the_firms_there_are() -> None:
    """A row of a firm that firms does not have is refused; a bad code is reported once, as a bad code."""
    tables = evidence_texts(firms=[FIRM])
    tables["conduct"] = texts("conduct", [written("conduct", firm_id=OTHER), written("conduct", firm_id="91340100MA2XXXXX0D")])
    with pytest.raises(EvidenceFaults) as refused:
        checked_tables(tables, TODAY)
    unknown = Fault("conduct", 1, "firm_id", OTHER, "unknown-firm", "add the firm to the table firms, or correct the code")
    assert refused.value.faults[0] == unknown
    assert [(f.row, f.rule) for f in refused.value.faults[1:]] == [(2, "credit-code")]


def test_without_the_table_of_firms_every_code_is_accepted() -> None:
    """Tables can be checked one by one."""
    tables = evidence_texts(firms=[FIRM, OTHER])
    del tables["firms"]
    assert set(checked_tables(tables, TODAY)) == set(tables)


def test_good_tables_come_back_typed_and_complete() -> None:
    """Texts become numbers, days and booleans; a column left out is there and missing; order of rows is kept."""
    tables = evidence_texts(firms=[OTHER, FIRM])
    tables["patents"] = tables["patents"].drop("claims")
    checked = checked_tables(tables, TODAY)
    assert list(checked) == list(TABLES)
    for name, frame in checked.items():
        assert frame.columns == [column.name for column in TABLES[name].columns]
        assert frame["firm_id"].to_list() == [OTHER, FIRM]
    patents = checked["patents"]
    assert patents.row(0, named=True) | {"firm_id": OTHER} == {
        "firm_id": OTHER,
        "patent_id": "CN2021100000001",
        "kind": "invention",
        "filed_on": date(2021, 3, 1),
        "published_on": date(2022, 8, 30),
        "granted_on": date(2023, 11, 7),
        "lapsed_on": date(2025, 3, 1),
        "acquired_on": date(2022, 1, 5),
        "pledged_on": date(2024, 2, 6),
        "ipc": "H01L",
        "claims": None,
        "citations_3y": 4,
        "main_business": True,
    }
    assert patents.schema["claims"] == pl.Int64


def test_checked_tables_check_again_without_fault_or_change() -> None:
    """What a check gave, typed, passes the check as it is."""
    once = checked_tables(evidence_texts(), TODAY)
    again = checked_tables(once, TODAY)
    assert all(again[name].equals(once[name]) for name in once)


def test_one_bad_cell_refuses_all_tables() -> None:
    """Nothing is given in part: the only way out of a fault is the error, and it has the faults of every table."""
    tables = evidence_texts()
    tables["invoices"] = texts("invoices", [written("invoices", buyers="many")])
    tables["patents"] = texts("patents", [written("patents", claims="ten")])
    with pytest.raises(EvidenceFaults) as refused:
        checked_tables(tables, TODAY)
    assert [(f.table, f.value) for f in refused.value.faults] == [("patents", "ten"), ("invoices", "many")]


def test_an_unknown_table_among_the_tables_is_a_fault_with_a_proposal() -> None:
    """A misspelt table gets the nearest name and the list of all."""
    with pytest.raises(EvidenceFaults) as refused:
        checked_tables({"patent": pl.DataFrame(), "qqq": pl.DataFrame()})
    every = f"the tables are {', '.join(TABLES)}"
    assert refused.value.faults == (
        Fault("patent", 0, "", "patent", "unknown-table", f"rename it to patents if that is meant; {every}"),
        Fault("qqq", 0, "", "qqq", "unknown-table", every),
    )
