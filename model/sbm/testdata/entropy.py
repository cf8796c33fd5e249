"""Description lengths of given partitions by graph-tool, term by term: the reference of TestAgainstGraphTool.

Program  graph-tool 2.45 (LGPL-3), Debian 12 `apt install python3-graph-tool`, numpy 1.24.2, /usr/bin/python3
Usage    entropy.py > entropy.txt
Output   one block of lines per case: `graph N`, `edges i j w ...` , `level labels` (of the blocks below), then one line per model:
         model name dc adjacency degrees partition counts weights total
"""
import warnings
warnings.filterwarnings("ignore")
import numpy as np
import graph_tool as G
import graph_tool.inference as gti

print("# graph-tool", G.__version__.split()[0], "numpy", np.__version__)
rng = np.random.default_rng(3)


def report(n, edges, w, bs):
    print("graph", n)
    print("edges", " ".join("%d %d %.17g" % (i, j, x) for (i, j), x in zip(edges, w)))
    for b in bs:
        print("level", " ".join(map(str, b)))
    for weights in ("exp", "lognormal"):
        for flat, prior in ((1, "conjugate"), (1, "microcanonical"), (0, "microcanonical")):
            for dc in (0, 1):
                g = G.Graph(directed=False)
                g.add_vertex(n)
                prop = g.new_edge_property("double")
                g.add_edge_list([(i, j, x) for (i, j), x in zip(edges, np.log(w) if weights == "lognormal" else w)], eprops=[prop])
                args = dict(deg_corr=bool(dc), recs=[prop], rec_types=["real-normal" if weights == "lognormal" else "real-exponential"])
                args["rec_params"] = [{} if prior == "conjugate" else "microcanonical"]
                if flat:
                    s = base = gti.BlockState(g, b=g.new_vp("int", vals=bs[0]), **args)
                    counts = s.entropy(adjacency=False, recs=False, partition_dl=False, degree_dl=False, recs_dl=False)
                    total, plain = s.entropy(), s.entropy(recs=False, recs_dl=False)
                else:
                    s = gti.NestedBlockState(g, bs=[np.array(b) for b in bs], state_args=args)
                    base, total = s.levels[0], s.entropy()
                    counts = 0
                    for l, level in enumerate(s.levels[1:], 1):
                        top = l == len(s.levels) - 1
                        counts += level.entropy(dense=True, multigraph=True, recs=False, recs_dl=False, edges_dl=top)
                    plain = counts + base.entropy(recs=False, recs_dl=False, edges_dl=False)
                adjacency = base.entropy(dl=False, recs=False)
                partition = base.entropy(adjacency=False, recs=False, recs_dl=False, degree_dl=False, edges_dl=False)
                degrees = base.entropy(adjacency=False, recs=False, recs_dl=False, partition_dl=False, edges_dl=False)
                print("model", weights, prior, "flat" if flat else "nested", dc, *("%.9f" % x for x in (adjacency, degrees, partition, counts, total - plain, total)))


def graph(n, p, twice=False):
    e = [(i, j) for i in range(n) for j in range(i + 1, n) if rng.random() < p]
    w = np.round(rng.lognormal(.3, .8, len(e)), 4)
    return (e + e, np.concatenate([w, w])) if twice else (e, w)


e, w = graph(12, .5)
report(12, e, w, [[0] * 12, [0]])
report(12, e, w, [[0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2], [0, 1, 1], [0, 0]])
report(12, e, w, [list(range(12)), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], [0, 0, 1, 1], [0, 0]])
e, w = graph(14, .3, twice=True)
report(14, e, w, [[0, 1, 2, 3] * 3 + [0, 1], [0, 0, 1, 1], [0, 0]])
e, w = graph(30, .9)
report(30, e, w, [list(rng.permutation(30) % 6), [0, 0, 1, 1, 2, 2], [0, 0, 1], [0, 0]])
