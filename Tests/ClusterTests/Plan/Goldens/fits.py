#!/usr/bin/env python3
"""fits.json: times of passes and what scipy's non-negative least squares makes of them (relative errors).
  python3 fits.py > fits.json      (Python 3.11, numpy 2.3.5, scipy 1.17.1; seed 11)"""
import json
import numpy
from scipy.optimize import nnls


def main():
    draw = numpy.random.default_rng(11)
    cases = []
    for fixed, token, square in [(1e-3, 2e-5, 4e-8), (0, 3e-5, 0), (5e-3, 1e-5, 1e-9), (0, 0, 5e-8), (2e-4, 8e-6, 3e-7)]:
        for noise in (0.0, 0.03):
            samples = []
            for _ in range(12):
                lengths = draw.integers(5, 200, size=draw.integers(2, 40))
                tokens, squares = int(lengths.sum()), int((lengths ** 2).sum())
                seconds = (fixed + token * tokens + square * squares) * (1 + noise * draw.standard_normal())
                samples.append([tokens, squares, seconds])
            matrix = numpy.array([[1 / s, t / s, q / s] for t, q, s in samples])
            scales = numpy.sqrt((matrix ** 2).sum(axis=0))
            parts, _ = nnls(matrix / scales, numpy.ones(len(samples)))
            cases.append({"samples": samples, "parts": (parts / scales).tolist()})
    print(json.dumps({"cases": cases}))


main()
