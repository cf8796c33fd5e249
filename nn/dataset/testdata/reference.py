"""Reference figures for the readers of package dataset, by numpy, json and csv.

Run in this folder: NISSL_DATA=... python reference.py > reference.json
"""
import gzip, hashlib, json, os, platform
import numpy as np

root = os.path.join(os.environ["NISSL_DATA"], "networks")


def path(*parts):
    return os.path.join(root, *parts)


def sha(a):
    return hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest()


out = {"numpy": np.__version__, "python": platform.python_version()}

x = np.frombuffer(gzip.open(path("mnist", "t10k-images-idx3-ubyte.gz")).read()[16:], np.uint8).reshape(-1, 1, 28, 28)
y = np.frombuffer(gzip.open(path("mnist", "t10k-labels-idx1-ubyte.gz")).read()[8:], np.uint8)
f = (x.astype(np.float32) / np.float32(255) - np.float32(0.1307)) / np.float32(0.3081)
out["mnist"] = {"shape": list(x.shape), "pixels": int(x.sum()), "labels": np.bincount(y).tolist(), "sha256": sha(f)}

r = np.fromfile(path("images", "cifar10_test200_from_jpeg.bin"), np.uint8).reshape(-1, 3073)
p = r[:, 1:].reshape(-1, 3, 32, 32)
mean = np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1)
std = np.array([0.229, 0.224, 0.225], np.float32).reshape(1, 3, 1, 1)
out["cifar"] = {"shape": list(p.shape), "labels": np.bincount(r[:, 0]).tolist(),
                "torchvision": sha((p.astype(np.float32) / np.float32(255) - mean) / std),
                "caffe": sha(p[:, ::-1].astype(np.float32) - np.array([104, 117, 123], np.float32).reshape(1, 3, 1, 1))}

stories = json.load(open(path("text", "tinystories_1000.json"), encoding="utf-8"))
out["stories"] = {"count": len(stories), "bytes": sum(len(s.encode()) for s in stories),
                  "sha256": hashlib.sha256("\n".join(stories).encode()).hexdigest()}
names = open(path("text", "names.txt"), encoding="utf-8").read().split()
out["names"] = {"count": len(names), "last": names[-1]}
brackets = json.load(open(path("toy-transformers", "brackets_data_2000.json")))
out["brackets"] = {"count": len(brackets), "balanced": sum(b for _, b in brackets),
                   "longest": max(len(s) for s, _ in brackets)}
print(json.dumps(out, indent=1))
