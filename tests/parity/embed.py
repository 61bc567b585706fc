"""vkpcl embed against PyTorch in inference, at the training size, at 100 px (odd layer sizes), and resized.

usage: embed.py VKPCL; ends with 77 where PyTorch is missing."""
import subprocess, sys, tempfile
from pathlib import Path
try:
    import numpy as np
    import torch
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
import pcl_oracle as po
import tensor_files as tf

WIDTH, SIZE, IMAGES = 0.125, 32, 5
TOLERANCE = 1e-4  # largest difference / largest value


def write_ppm(path, image):
    """(3, H, W) u8."""
    with open(path, "wb") as f:
        f.write(b"P6\n%d %d\n255\n" % (image.shape[2], image.shape[1]))
        f.write(image.transpose(1, 2, 0).tobytes())


def expected(net, images):
    x = torch.tensor(images.astype(np.float64) / 255)
    with torch.no_grad():
        face, pose = net.encoder.both(x)
        out = dict(trunk=net.encoder.trunk(x).flatten(1), face=face, pose=pose)
        if x.shape[2] == net.size:
            out.update(face_projection=net.exp_fc(face), pose_projection=net.pose_fc(pose))
        grey = (x * torch.tensor([0.299, 0.587, 0.114], dtype=x.dtype)[:, None, None]).sum(1)
        out["pixels"] = grey.flatten(1)
    return {k: v.numpy() for k, v in out.items()}


def compare(got, want, what):
    if set(got) != set(want):
        sys.exit(f"{what}: features {sorted(got)}, wanted {sorted(want)}")
    for name, w in want.items():
        g = got[name]
        if g.shape != w.shape:
            sys.exit(f"{what}: {name} has shape {g.shape}, wanted {w.shape}")
        error = np.abs(g - w).max() / np.abs(w).max()
        if not error < TOLERANCE:
            sys.exit(f"{what}: {name} differs by {error:.2e}")
        print(f"{what}: {name} {g.shape} agrees within {error:.1e}")


def main():
    program = sys.argv[1]
    weights = po.init_weights(WIDTH, SIZE, seed=3, perturb=True)
    net = po.build(weights, WIDTH, SIZE, torch.float64).eval()
    rng = np.random.default_rng(4)
    with tempfile.TemporaryDirectory() as folder:
        w = Path(folder, "w.safetensors")
        tf.write_safetensors(w, weights)  # no metadata: the shape has to be found in the arrays
        for size in (SIZE, 100):
            images = (po.smooth_images(rng, IMAGES, size) * 255).round().astype(np.uint8)
            names = []
            for i, image in enumerate(images):
                names.append(str(Path(folder, f"{size}_{i}.ppm")))
                write_ppm(names[-1], image)
            want = expected(net, images)
            for out, batch in ((Path(folder, "f.npz"), 2), (Path(folder, "f.safetensors"), 7)):
                features = [a for name in want for a in ("--feature", name)]
                subprocess.run([program, "embed", "--weights", w, "--size", str(size), "--batch", str(batch), "--out", out,
                                *features, *names], check=True, stdout=subprocess.DEVNULL)
                got = dict(np.load(out)) if out.suffix == ".npz" else tf.read_safetensors(out)
                compare(got, want, f"{size} px, batch {batch}")
                if Path(f"{out}.images.txt").read_text().split("\n")[:-1] != names:
                    sys.exit("the list of images is not that of the command")


main()
