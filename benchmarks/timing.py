"""Medians of calls that take turns, so that a noisy moment falls on all of them alike."""

import gc
from statistics import median
from time import perf_counter

ROUNDS, EACH, WARM_UP = 8, 5, 3


def medians(jobs, rounds=ROUNDS, each=EACH, warm_up=WARM_UP):
    """{name: seconds} for {name: (prepare, call)}; every round prepares and calls each job `each` times."""
    taken = {name: [] for name in jobs}
    for number in range(-1, rounds):
        for name, (prepare, call) in jobs.items():
            prepare()
            found = [seconds(call) for _time in range(each if number >= 0 else warm_up)]
            if number >= 0:
                taken[name] += found
    return {name: median(found) for name, found in taken.items()}


def seconds(call):
    gc.collect(0)
    begun = perf_counter()
    call()
    return perf_counter() - begun
