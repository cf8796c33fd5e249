"""Makes h5py.h5: what h5py writes and this package's own writer cannot. h5py 3.16.0, HDF5 2.0.0, numpy 2.4.6."""
import h5py
import numpy as np

with h5py.File("h5py.h5", "w", libver=("earliest", "v110")) as f:
    d = f.create_dataset("grid", data=np.arange(12, dtype="<i2").reshape(3, 4), chunks=(2, 2), compression="gzip", shuffle=True)
    f["big_endian"] = np.array([1.5, -2.25, np.nan, np.inf], ">f4")
    f["half"] = np.array([0.5, 65504, -1], "<f2")
    f["unsigned"] = np.array([0, 2**63, 2**64 - 1], "u8")
    f["flags"] = np.array([True, False, True])
    f["latin1"] = np.array(["Universität".encode("latin-1"), b"ok"], "S12")
    f["words"] = np.array(["µV", "", "x" * 300], dtype=h5py.string_dtype())
    f["table"] = np.array([(1, 2.5, b"a"), (3, 4.5, b"bc")], [("x", "u2"), ("weight", "f8"), ("tag", "S3")])
    lists = f.create_dataset("lists", (3,), dtype=h5py.vlen_dtype("f4"))
    lists[0], lists[2] = [1, 2, 3], [4.5]
    refs = f.create_dataset("refs", (3,), dtype=h5py.ref_dtype)
    refs[0], refs[1] = f["grid"].ref, f["table"].ref
    regions = f.create_dataset("regions", (2,), dtype=h5py.regionref_dtype)
    regions[0] = d.regionref[0:2, 1:3]
    f["null"] = h5py.Empty("f8")
    f["scalar"] = 7
    f["empty"] = np.zeros((0, 4))
    f.create_dataset("array_type", (2,), dtype=np.dtype(("f8", (3,))))
    f.attrs["names"] = np.array(["a", "b"], dtype=h5py.string_dtype())
    f.attrs["fixed"] = np.bytes_("text")
    f.attrs["ref"] = f["grid"].ref
    f.attrs["region"] = d.regionref[2, :]
    f.attrs["pair"] = np.array([0, 1], "u4")
    f.attrs["nothing"] = h5py.Empty("f8")
    layout = h5py.VirtualLayout((6,), "<i2")
    layout[:3] = h5py.VirtualSource(f["grid"])[:, 0]
    layout[3:] = h5py.VirtualSource(f["grid"])[:, 1]
    f.create_virtual_dataset("virtual", layout)
    f["group/hard"] = f["grid"]
    f["group/soft"] = h5py.SoftLink("/grid")
    f["group/lost"] = h5py.SoftLink("/not/there")
    f["group/outside"] = h5py.ExternalLink("missing.h5", "/data")
    f["group/loop"] = f["group"]
