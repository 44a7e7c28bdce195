def test_x(nation, rows):
    from collections import Counter
    print(rows.height, rows.width)
    for c in rows.columns:
        if c.endswith("outcome"): print(c, Counter(rows[c].to_list()))
    print(Counter(rows["grade"].to_list()), Counter(rows["tier"].to_list()), Counter(rows["stage"].to_list()), Counter(rows["is_lead"].to_list()))
    print(Counter(x for c in rows.columns if c.endswith("causes") for l in rows[c].to_list() for x in l))
