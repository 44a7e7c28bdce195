from __future__ import annotations

from pathlib import Path

import pytest
from builders_training import CONTRACT

from training.errors import ContractError
from training.loanbook import load_contract, read_contract
from training.table import CONTRACTS


def test_a_contract_says_which_columns_are_features():
    """Declared, used columns in order of declaration; carriers of the book have roles of their own."""
    contract = read_contract(CONTRACT, name="toy.toml")
    assert contract.used == ("size", "debt", "kind", "age")
    assert contract.roles == {"state": "label", "number": "id", "firm": "firm", "decided": "decision date"}
    assert contract.feature("age").source == "founded"


@pytest.mark.parametrize("path", sorted(CONTRACTS.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_contracts_are_valid(path: Path):
    """Every contract in the product reads, and each column set aside says why."""
    contract = load_contract(path)
    assert all(part.reason for part in contract.columns.values() if not part.use)


def test_two_contracts_ship():
    """SBA loans and German credit."""
    assert {path.stem for path in CONTRACTS.glob("*.toml")} >= {"sba", "german-credit"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('known = "outcome"', 'known = "later"', r"columns\.lost_on\.known: Input should be .*got 'later'"),
        ('type = "money"', 'type = "coins"', r"columns\.size\.type: .*got 'coins'"),
        ("direction = 1", "direction = 2", r"columns\.size\.direction"),
        ('firm = "firm"', 'frim = "firm"', r"book\.frim: .*correct its spelling"),
        ('column = "state"', "", r"label\.column: Field required; add it"),
        ('good = ["paid"]', 'good = ["lost"]', "lost cannot be both default and good"),
        ("test_from = 2021-09-01", "", "a split by date needs test_from; add it"),
        ('[decision]\ndate = "decided"', "", r"a split by date needs \[decision\] date"),
        ('derive = "days-before-decision"', 'derive = "prefix"', "derive = 'prefix' needs length; add it"),
        ('derive = "days-before-decision"', 'derive = "prefix"\nlength = 2', "needs type = 'category', not 'date'"),
        ('type = "category"', 'type = "number"\nderive = "year"', "needs type = 'date', not 'number'"),
        ('type = "category"', 'type = "category"\ndirection = 1', "an unordered category has no direction"),
        ('type = "category"', 'type = "category"\nderive = "is-one-of"', "needs among; add it"),
        ('type = "category"', 'type = "number"\nderive = "ratio"', "needs over; add it"),
        ("[book]", "[book", "toy.toml is not TOML"),
        ("[columns.kind]", '[columns."a kind"]', r"columns\.a kind"),
    ],
)
def test_a_faulty_contract_names_file_key_and_remedy(old: str, new: str, said: str):
    """Each kind of mistake is told where it stands."""
    assert old in CONTRACT
    with pytest.raises(ContractError, match=said) as caught:
        read_contract(CONTRACT.replace(old, new, 1), name="toy.toml")
    assert "toy.toml" in str(caught.value)
    assert caught.value.code == "contract-invalid"


def test_every_fault_of_a_contract_is_listed():
    """Two mistakes, two lines."""
    text = CONTRACT.replace('type = "money"', 'type = "coins"').replace('firm = "firm"', 'frim = "firm"')
    with pytest.raises(ContractError, match=r"(?s)coins.*frim|frim.*coins"):
        read_contract(text, name="toy.toml")


def test_a_contract_that_is_not_there_says_so(tmp_path: Path):
    """The path is named."""
    with pytest.raises(ContractError, match=r"none\.toml cannot be read"):
        load_contract(tmp_path / "none.toml")


def test_an_age_at_decision_needs_a_decision_date():
    """A random split alone would not ask for one."""
    text = CONTRACT.replace('kind = "date"\ntest_from = 2021-09-01', 'kind = "random"\ntest_share = 0.3')
    with pytest.raises(ContractError, match="age counts days before the decision; name its column"):
        read_contract(text.replace('[decision]\ndate = "decided"', ""), name="toy.toml")


def test_a_random_split_needs_a_share():
    """A split at random of an unsaid share is no split."""
    text = CONTRACT.replace('kind = "date"\ntest_from = 2021-09-01', 'kind = "random"')
    with pytest.raises(ContractError, match="a split by random needs test_share"):
        read_contract(text, name="toy.toml")
