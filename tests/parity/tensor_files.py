"""Reading and writing .safetensors and .npz with numpy alone.

safetensors: u64 little-endian header length, a JSON header
{name: {"dtype", "shape", "data_offsets": [begin, end]}}, then the raw little-endian data;
offsets count from the end of the header.
"""
import json
import struct
from pathlib import Path
from typing import Dict, List, Union

import numpy as np

Arrays = Dict[str, np.ndarray]
PathLike = Union[str, Path]

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U32": "<u4", "U8": "u1"}
NAMES = {np.dtype(v): k for k, v in DTYPES.items()}


def write_safetensors(path: PathLike, tensors: Arrays) -> None:
    header: Dict[str, object] = {}
    blobs: List[bytes] = []
    offset = 0
    for name, array in tensors.items():
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + len(blob)],
        }
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        f.writelines(blobs)


def read_safetensors(path: PathLike) -> Arrays:
    data = Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    out: Arrays = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + o for o in entry["data_offsets"])
        flat = np.frombuffer(data[begin:end], dtype=DTYPES[entry["dtype"]])
        out[name] = flat.reshape(entry["shape"]).copy()
    return out


def write_npz(path: PathLike, arrays: Arrays, compress: bool = False) -> None:
    # handed an open file, numpy leaves the name as it is instead of appending ".npz"
    with open(path, "wb") as f:
        (np.savez_compressed if compress else np.savez)(f, **arrays)


def read_npz(path: PathLike) -> Arrays:
    with np.load(path, allow_pickle=False) as archive:
        return {k: archive[k] for k in archive.files}
