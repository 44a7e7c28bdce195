"""A wrong scheme file is refused with every fault: file, section, item, value, rule and remedy."""

from __future__ import annotations

import pytest
from builders_points import AnyIndicator, item, scheme_text

from features.errors import FeaturesError
from features.points import SHIPPED, SchemeFault, SchemeFaults, load_scheme, shipped_scheme
from features.points.quantities import decimal_text, points_text

LINE = '{ kind = "linear", zero_at = 0, full_at = 1 }'
SOUND = item("line", LINE)
GATE = '\n[[gates]]\nid = "gate"\nzh = "门槛"\nen = "gate"\n'
TIERS = '\n[[tiers]]\nid = "T1"\nat_least = {first}\n[[tiers]]\nid = "T2"\nat_least = {second}\n[[tiers]]\nid = "T3"\n'


def faults_of(text: str) -> tuple[SchemeFault, ...]:
    with pytest.raises(SchemeFaults) as caught:
        load_scheme(text, catalogue=AnyIndicator(), file="ours.toml")
    assert caught.value.code == "scheme-invalid"
    assert isinstance(caught.value, FeaturesError)
    return caught.value.faults


CASES = {
    "not TOML": ("name = ", "file", "is not TOML"),
    "unknown key": (SOUND + "wieght = 3\n", "line.wieght", "Extra inputs are not permitted"),
    "missing key": (item("line", LINE).replace('group = "first"\n', ""), "line.group", "Field required"),
    "text for points": (item("line", LINE, weight='weight = "10"'), "line.weight", "points from 0|finite number"),
    "boolean for points": (item("line", LINE, weight="weight = true"), "line.weight", "finite number"),
    "endless points": (item("line", LINE, weight="weight = inf"), "line.weight", "finite number"),
    "negative points": (item("line", LINE, weight="weight = -1"), "line.weight", "at most two decimals"),
    "third decimal": (item("line", LINE, weight="weight = 1.005"), "line.weight", "at most two decimals"),
    "no weight": (item("line", LINE, weight=""), "line", "either weight or weights"),
    "two weights": (item("line", LINE, weight="weight = 1\nweights = { young = 1, old = 1 }"), "line", "either weight or weights"),
    "stage left out": (item("line", LINE, weight="weights = { young = 1 }"), "line.weights", "one weight for each stage: young, old"),
    "stage unknown": (item("line", LINE, weight="weights = { young = 1, old = 1, odd = 1 }"), "line.weights", "one weight for each stage"),
    "unknown rule": (item("line", '"magic"'), "line.rule", "peer-percentile"),
    "rule without kind": (item("line", "{ zero_at = 0 }"), "line.rule", "Unable to extract tag"),
    "flat line": (item("line", '{ kind = "linear", zero_at = 1, full_at = 1 }'), "line.rule.linear", "must differ"),
    "steps upside down": (item("line", '{ kind = "steps", steps = [[1, 2], [2, 4]] }'), "line.rule.steps", "best down"),
    "step twice": (item("line", '{ kind = "steps", steps = [[2, 4], [2, 3]] }'), "line.rule.steps", "best down"),
    "falling steps upside down": (
        item("line", '{ kind = "steps", direction = -1, steps = [[2, 4], [1, 2]] }'),
        "line.rule.steps",
        "best down",
    ),
    "step of nothing": (item("line", '{ kind = "steps", steps = [[2, 4], [1, 0]] }'), "line.rule.steps", "more than 0"),
    "step above all": (item("line", '{ kind = "steps", steps = [[2, 4]], out_of = 3 }'), "line.rule.steps", "at most out_of"),
    "no steps": (item("line", '{ kind = "steps", steps = [] }'), "line.rule.steps.steps", "at least 1 item"),
    "bound as text": (item("line", '{ kind = "steps", steps = [["a", 4]] }'), "line.rule.steps.steps.0.0", "finite number"),
    "fraction of a unit": (item("line", '{ kind = "per-unit", unit = 0.1, each = 1, cap = 2 }'), "line.rule.per-unit.unit", "integer"),
    "unit of nothing": (
        item("line", '{ kind = "per-unit", unit = 0, each = 1, cap = 2 }'),
        "line.rule.per-unit.unit",
        "greater than or equal",
    ),
    "one alternative": (
        item("line", '{ kind = "best-of", alternatives = [ { indicator = "a", rule = "peer-percentile" } ] }'),
        "line.rule.best-of.alternatives",
        "at least 2 items",
    ),
    "best-of with an indicator": (
        SOUND
        + item(
            "best",
            '{ kind = "best-of", alternatives = [ { indicator = "a", rule = "peer-percentile" }, '
            '{ indicator = "b", rule = "peer-percentile" } ] }\nindicator = "c"',
        ),
        "best",
        "from its alternatives",
    ),
    "unknown group": (item("line", LINE, group="third"), "line.group", "the groups are first, second"),
    "group without items": (item("line", LINE, group="second"), "first", "a group has items"),
    "item twice": (SOUND + SOUND, "line", "an id stands once"),
    "item named as a group": (item("first", LINE), "first", "an id stands once"),
    "item with a taken name": (SOUND + item("total", LINE), "total", "these ids are taken"),
    "item id in capitals": (item("Line", LINE), "Line.id", "should match pattern"),
    "unheard indicator": (item("unheard_of", LINE), "unheard_of.indicator", "does not have it"),
    "gate on an unheard indicator": (SOUND + GATE + 'indicator = "unheard"\nat_most = 1\n', "gate.indicator", "does not have it"),
    "gate on no item": (SOUND + GATE + 'points_of = "lime"\nabove = 0\n', "gate.points_of", "of the total or of an item"),
    "gate without a bound": (SOUND + GATE + 'indicator = "a"\n', "gate", "one bound"),
    "gate with two bounds": (SOUND + GATE + 'indicator = "a"\nat_most = 1\nat_least = 0\n', "gate", "one bound"),
    "gate that asks nothing": (SOUND + GATE + "at_most = 1\n", "gate", "one of indicator, points_of, declared"),
    "declared gate with a bound": (SOUND + GATE + "declared = true\nat_most = 1\n", "gate", "one bound"),
    "waivable direct pass": (
        SOUND + GATE.replace("gates", "direct") + 'indicator = "a"\nat_least = 1\nwaivable = true\n',
        "gate",
        "rests on an indicator",
    ),
    "direct pass by points": (
        SOUND + GATE.replace("gates", "direct") + 'points_of = "line"\nat_least = 1\n',
        "gate",
        "rests on an indicator",
    ),
    "tiers that rise": (SOUND + TIERS.format(first=20, second=80), "", "tiers run from the best down"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_names_place_and_rule(case: str) -> None:
    """The fault says which file and item it is about, what the rule is, and what to write instead."""
    text, place, rule = CASES[case]
    found = faults_of(scheme_text(text))
    (fault,) = [fault for fault in found if fault.item == place or (case == "not TOML" and fault.section == "file")][:1]
    assert fault.file == "ours.toml"
    assert any(part in fault.rule for part in rule.split("|"))
    assert fault.remedy
    assert str(fault) == f"ours.toml: {' '.join(filter(None, (fault.section, fault.item)))} = {fault.value}: {fault.rule}; {fault.remedy}"


@pytest.mark.parametrize(
    ("was", "now", "place", "rule"),
    [
        ('stage_if_unknown = "old"', 'stage_if_unknown = "older"', "stage_if_unknown", "the stages are young, old"),
        ('when = [{ indicator = "age", below = 5 }]', "", "stages", "only the last stage has none"),
        ('when = [{ indicator = "age", below = 5 }]', 'when = [{ indicator = "age" }]', "stages", "at_least or below"),
        ('when = [{ indicator = "age", below = 5 }]', 'when = [{ indicator = "unheard", below = 5 }]', "stages", "does not have it"),
        ('en = "old"', 'en = "old"\nwhen = [{ indicator = "age", at_least = 5 }]', "stages", "takes every other firm"),
        ('weights_sum = "any"', "", "weights", "sum to out_of = 100"),
        ('status = "illustrative"', 'status = "approved"', "status", "illustrative"),
        ("out_of = 100", "out_of = 0", "out_of", "greater than 0"),
        ('version = "1"', 'version = "1 beta"', "version", "match pattern"),
    ],
)
def test_faults_of_the_head(was: str, now: str, place: str, rule: str) -> None:
    """The head of the file is checked as its items are."""
    text = scheme_text(SOUND).replace(was, now)
    assert text != scheme_text(SOUND)
    fault = faults_of(text)[0]
    assert fault.section == place
    assert rule in fault.rule


def test_every_fault_is_reported_at_once() -> None:
    """An author mends the file in one go: three faults, three lines."""
    found = faults_of(scheme_text(item("a", LINE, weight="weight = -1"), item("b", '"magic"'), item("c", LINE, weight="")))
    assert [fault.item.split(".")[0] for fault in found] == ["a", "b", "c"]


def test_an_entry_without_an_id_is_named_by_its_number() -> None:
    """The filler is item 1, so the nameless one is #2; a long value is cut."""
    (fault,) = faults_of(scheme_text(SOUND.replace('id = "line"\n', f'zh = "{"甲" * 90}"\n')))
    assert (fault.item, fault.remedy) == ("#2.id", "add it")
    assert fault.value == "nothing"


def test_a_file_of_another_shape_is_refused() -> None:
    """Sections that are not lists do not break the report."""
    assert "items" in {fault.section for fault in faults_of('items = "none"\n')}


def test_layout_and_comments_do_not_change_the_hash() -> None:
    """The hash is of the meaning: comments and spacing are free, a weight is not."""
    plain = scheme_text(SOUND)
    load = lambda text: load_scheme(text, catalogue=AnyIndicator()).hash  # noqa: E731 - shortest here
    assert load("# a comment\n" + plain.replace("\n\n", "\n\n\n")) == load(plain)
    assert load(plain.replace("weight = 10", "weight = 10.00")) == load(plain)
    assert load(plain.replace("weight = 10", "weight = 10.01")) != load(plain)


def test_hashes_of_shipped_schemes_are_distinct() -> None:
    """Each scheme pins itself."""
    hashes = {shipped_scheme(name).hash for name in SHIPPED}
    assert len(hashes) == len(SHIPPED)
    assert all(found.startswith("sha256:") and len(found) == 71 for found in hashes)


@pytest.mark.parametrize(
    ("value", "text"), [(14.0, "14"), (0.184, "0.184"), (-0.5, "-0.5"), (1e22, "1e+22"), (0.1 + 0.2, "0.30000000000000004")]
)
def test_values_are_written_as_shortest_decimals(value: float, text: str) -> None:
    """The text reads back as the same double."""
    assert decimal_text(value) == text
    assert float(text) == value


@pytest.mark.parametrize(("hundredths", "text"), [(1_225, "12.25"), (1_250, "12.5"), (1_200, "12"), (5, "0.05"), (-450, "-4.5"), (0, "0")])
def test_hundredths_are_written_as_points(hundredths: int, text: str) -> None:
    """No trailing zeros, and the sign stays."""
    assert points_text(hundredths) == text
