"""Writes statistics.json: statistics of drift by scipy and evidently, over samples that a formula makes on both sides.

A sample [count, a, b, c, m] has the values ((a·i² + b·i + c) mod m) / 8. Pinned: scipy 1.17.1, evidently 0.7.23.
Run: python generate.py, or with --check to compare.
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import goldens

PINNED = {"scipy": "1.17.1", "evidently": "0.7.23"}

PAIRS = [
    ([5, 3, 1, 0, 17], [7, 2, 5, 1, 19]),
    ([1, 0, 0, 8, 100], [1, 0, 0, 9, 100]),
    ([40, 7, 13, 5, 101], [25, 5, 3, 11, 97]),
    ([60, 7, 13, 5, 1009], [60, 11, 17, 3, 1209]),
    ([100, 7, 13, 5, 1009], [300, 11, 17, 3, 1009]),
    ([500, 7, 13, 5, 1009], [700, 11, 17, 3, 1109]),
    ([500, 7, 13, 5, 1009], [500, 11, 17, 3, 1009]),
    ([2000, 7, 13, 5, 10007], [1500, 11, 17, 3, 10007]),
    ([300, 7, 13, 5, 11], [200, 5, 17, 3, 13]),
    # Above scipy's limit for exact p-values.
    ([12000, 7, 13, 5, 10007], [11000, 11, 17, 3, 10007]),
    ([12000, 7, 13, 5, 10007], [11000, 11, 17, 3, 10307]),
    ([20000, 7, 13, 5, 10007], [50, 11, 17, 3, 10307]),
    ([20000, 7, 13, 5, 10007], [500, 11, 17, 3, 13007]),
    ([10500, 7, 13, 5, 20011], [10400, 7, 13, 900, 20011]),
]
COUNTS = [
    ([10, 20, 30], [12, 18, 33]),
    ([500, 500], [430, 570]),
    ([100, 0, 5, 7], [90, 0, 9, 4]),
    ([1000, 20, 3, 400, 77, 5], [500, 9, 8, 210, 30, 2]),
    ([5000, 4], [4000, 0]),
    ([70, 1, 29], [0, 60, 5]),
]
TAILS = [(0.001, 1), (3.84, 1), (50, 3), (700, 600), (12.5, 30), (5000, 5200), (300, 2)]
KOLMOGOROV = [(1, 0.7), (5, 0.12), (20, 0.03), (50, 0.11), (100, 0.17), (140, 0.07), (141, 0.05), (800, 0.03),
              (5000, 0.011), (5000, 0.02), (20000, 0.004), (150000, 0.002), (150000, 0.003), (400, 0.6), (300, 0.003)]


# A name that evidently imports for its tests of tables, and that pandas 3 has no more; nothing here uses it.
import pandas.core.dtypes.common  # noqa: E402

if not hasattr(pandas.core.dtypes.common, "infer_dtype_from_object"):
    pandas.core.dtypes.common.infer_dtype_from_object = None


def sample(spec):
    count, a, b, c, m = spec
    return [((a * i * i + b * i + c) % m) / 8 for i in range(count)]


def evidently_value(test, reference, current, kind):
    import pandas
    from evidently.legacy.core import ColumnType

    kinds = {"num": ColumnType.Numerical, "cat": ColumnType.Categorical}
    result = test.func(pandas.Series(reference), pandas.Series(current), kinds[kind], 0.1)
    return float(result[0])


def generate(folder):
    import scipy.special
    import scipy.stats
    from evidently.legacy.calculations import stattests
    from scipy.spatial.distance import jensenshannon

    tests = {name: getattr(stattests, name) for name in
             ("jensenshannon_stat_test", "psi_stat_test", "wasserstein_stat_test", "ks_stat_test", "chi_stat_test")}
    pairs = []
    for first, second in PAIRS:
        a, b = sample(first), sample(second)
        found = scipy.stats.ks_2samp(a, b)
        pairs.append({
            "first": first, "second": second, "statistic": found.statistic, "p": found.pvalue,
            # Of single values scipy knows none.
            "asymptotic": scipy.stats.ks_2samp(a, b, method="asymp").pvalue if len(a) > 1 else None,
            "ks": evidently_value(tests["ks_stat_test"], a, b, "num"),
            "wasserstein": scipy.stats.wasserstein_distance(a, b),
            "normalized": evidently_value(tests["wasserstein_stat_test"], a, b, "num"),
            "jensenshannon": evidently_value(tests["jensenshannon_stat_test"], a, b, "num"),
            "psi": evidently_value(tests["psi_stat_test"], a, b, "num"),
        })
    counts = []
    for first, second in COUNTS:
        rows = [[f"c{i}" for i, n in enumerate(side) for _ in range(n)] for side in (first, second)]
        both = [i for i in range(len(first)) if first[i] + second[i] > 0]
        table = [[side[i] for i in both] for side in (first, second)]
        contingency = scipy.stats.chi2_contingency(table, correction=False)
        counts.append({
            "first": first, "second": second, "p": evidently_value(tests["chi_stat_test"], *rows, "cat"),
            "contingency": contingency.statistic, "contingencyP": contingency.pvalue,
            "jensenshannon": float(jensenshannon(first, second)),
            "jensenshannonBase2": float(jensenshannon(first, second, 2)),
            "psi": evidently_value(tests["psi_stat_test"], *rows, "cat"),
            "fisher": scipy.stats.fisher_exact(
                [[second[0], sum(second) - second[0]], [first[0], sum(first) - first[0]]], "greater").pvalue,
        })
    document = {
        "pairs": pairs, "counts": counts,
        "tails": [[x, d, float(scipy.stats.chi2.sf(x, d))] for x, d in TAILS],
        "kolmogorov": [[n, d, float(scipy.stats.kstwo.sf(d, n))] for n, d in KOLMOGOROV],
        "outside": [[k, m, n, float(scipy.stats.betabinom.sf(k - 1, m, 2, n - 1))]
                    for k, m, n in ((1, 500, 4000), (3, 500, 1000), (12, 2000, 4000), (1, 30, 2))],
    }
    with open(os.path.join(folder, "statistics.json"), "w") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
    return goldens.write_sums(folder)


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
