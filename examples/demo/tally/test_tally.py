import unittest

from tally import count, most


class TestTally(unittest.TestCase):
    def test_baskets_are_counted_together(self):
        self.assertEqual(count([["pear", "plum"], ["pear"]]), {"pear": 2, "plum": 1})

    def test_there_is_most_of_the_pears(self):
        self.assertEqual(most([["plum"], ["pear", "pear"]]), "pear")

    # Red on purpose: nobody thought of a day without a harvest.
    def test_of_nothing_there_is_nothing_most(self):
        self.assertIsNone(most([]))
