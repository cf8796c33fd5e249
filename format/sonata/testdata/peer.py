"""The other side of SONATA spikes (libsonata 0.2.2, h5py 3):

    python peer.py make            writes h5py.h5 beside this script, and reads it with libsonata
    python peer.py read FILE       what libsonata reads from a file that nissl wrote
"""
import pathlib
import sys

import h5py
import libsonata
import numpy as np


def make(path):
    with h5py.File(path, "w") as f:
        f.attrs["magic"], f.attrs["version"] = np.uint32(0x0A7A), np.array([0, 1], np.uint32)
        g = f.create_group("spikes/V1")
        g.attrs.create("sorting", 1, dtype=h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype=np.uint8))
        g.create_dataset("timestamps", data=np.array([0.5, 20.25, 1.5, 100.0])).attrs["units"] = "ms"
        g.create_dataset("node_ids", data=np.array([2, 2, 5, 5], np.uint64))


def read(path):
    reader = libsonata.SpikeReader(str(path))
    for name in reader.get_population_names():
        p = reader[name]
        print(name, p.sorting, p.time_units, p.times, p.get())
    with h5py.File(path) as f:
        if "nodes" not in f:
            return
    nodes = libsonata.NodeStorage(str(path))
    for name in sorted(nodes.population_names):
        p = nodes.open_population(name)
        print(name, p.size, sorted(p.attribute_names), p.get_attribute("name", p.select_all()))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        path = pathlib.Path(__file__).with_name("h5py.h5")
        make(path)
        read(path)
    else:
        read(sys.argv[2])
