# SPDX-License-Identifier: GPL-2.0
# needs: cluster quick
"""Connections stay with their backend while the router spreads them over other
directors, and backends change at the same moment."""

from cluster import Change, add, delete, drain, fail, pool, recover, weigh
from common import kernel_is
from ktap import check
from proof import NUMBER, Proof, Step


def main():
    proof = Proof()

    def case(title, *steps):
        proof.case(title, *steps, young=0)

    two, three, others = [1, 2], [1, 2, 3], [1, 3]
    case("directors 2 to 3, add a backend", Step(add("backend9"), three))
    case("directors 3 to 2, delete a backend", Step(delete("backend9"), two))
    if not kernel_is("debug"):
        case("directors 2 to 3, a backend fails",
             Step(fail("backend5"), three))
        case("directors 3 to 2, it returns", Step(recover("backend5"), two))
        case("one of 2 directors replaced, drain",
             Step(drain("backend2"), others))
        case("directors 2 to 3 and back, weights",
             Step(weigh("backend3", 4), three),
             Step(weigh("backend4", 3), two))
        case("directors 2 to 3, another seed",
             Step(pool("--seed 0x5eed"), three))
        case("directors 3 to 2, another table size",
             Step(pool("--table-size 65521"), two))
    case("directors 2 to 3, nothing else", Step(Change(), three))
    check("the third director has forwarded a share of the packets",
          proof.cluster.counter("director3", "forwarded") > NUMBER // 4)
    proof.end()


if __name__ == "__main__":
    main()
