"""Who would be matched with whom if all were decided at once: the best list, its proof, and what a place is worth.

Hard rules give a sparse set of allowed pairs, each with a whole-number score; a supporter has some free places, and a
person gets one at most. That is a maximum-weight b-matching of two sides, and so a minimum-cost flow whose optimum is
whole. Nothing here assigns anybody: a round is what a coordinator is shown (decision 0025).
"""

from kith_matching.solving.problem import Optimum, Problem
from kith_matching.solving.proof import Prices, price
from kith_matching.solving.solve import Solver, UnsolvedError, solve

__all__ = ["Optimum", "Prices", "Problem", "Solver", "UnsolvedError", "price", "solve"]
