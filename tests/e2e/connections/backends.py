# SPDX-License-Identifier: GPL-2.0
# needs: cluster quick
"""Connections stay with their backend while backends and tables change."""

from cluster import add, delete, drain, fail, pool, recover, undrain, weigh
from common import kernel_is
from proof import Proof, Step


def main():
    proof = Proof()
    case = proof.case
    case("add a backend", Step(add("backend9")))
    case("delete a backend", Step(delete("backend4")))
    case("a backend fails and returns", Step(fail("backend5")),
         Step(recover("backend5")))
    if not kernel_is("debug"):
        case("weight 0", Step(weigh("backend1", 0)))
        case("drain", Step(drain("backend2")))
        case("weight 1 to 4", Step(weigh("backend3", 4)))
        case("two changes in a row", Step(weigh("backend1", 1)),
             Step(undrain("backend2")))
        case("another table size", Step(pool("--table-size 65521")))
    case("another seed", Step(pool("--seed 0x5eed")))
    proof.end()


if __name__ == "__main__":
    main()
