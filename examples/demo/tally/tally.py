"""Counts what was picked."""


def count(baskets):
    """How many of each fruit there are in all baskets."""
    totals = {}
    for basket in baskets:
        for fruit in basket:
            totals[fruit] = totals.get(fruit, 0) + 1
    return totals


def most(baskets):
    """The fruit that there is most of."""
    totals = count(baskets)
    return max(totals, key=totals.get)
