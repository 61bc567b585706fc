#!/usr/bin/env python3
"""Writes a run's folder as `vkpcl report` reads it, with every file and with known numbers.

usage: make_run.py FOLDER [--lines N]      the pictures come from the program itself: see report_test.py
Prints nothing; the numbers are a function of nothing but N.
"""
import argparse
import json
import os

import numpy as np

COLUMNS = ("iteration epoch l1 orth face face_accuracy pose pose_accuracy weight_face weight_pose lr temperature "
           "norm_recon norm_face norm_pose seconds monitor_knn").split()
CLASSES = ["surprise", "fear", "disgust", "happy", "sad", "angry", "neutral"]


def log_rows(lines, random):
    t = np.arange(1, lines + 1)
    fall = np.exp(-t / (lines / 4))
    noise = lambda scale: random.normal(0, scale, lines)
    weight = 1 + 0.3 * np.sin(t / 9) + noise(0.03)
    return np.stack([
        10 * t, t // 4, 0.06 + 0.24 * fall + noise(0.004), 0.002 + 0.01 * fall + np.abs(noise(0.0005)),
        2.2 + 5.6 * fall + noise(0.15), 0.72 * (1 - fall) + 0.02 + noise(0.02), 0.8 + 3.4 * fall + noise(0.1),
        np.clip(0.95 * (1 - 0.8 * fall) + noise(0.02), 0, 1), weight, 2 - weight,
        0.5e-4 * (1 + np.cos(np.pi * t / lines)), np.full(lines, 0.07), 1.5 * fall + 0.3 + np.abs(noise(0.05)),
        8 * fall + 2 + np.abs(noise(0.4)), 5 * fall + 1 + np.abs(noise(0.4)), 0.4 + np.abs(noise(0.01)),
        np.where(t % 12 == 1, 0.1 + 0.5 * (1 - fall), np.nan)], 1)


def write_log(path, lines, random):
    with open(path, "w") as file:
        file.write("\t".join(COLUMNS) + "\n")
        for row in log_rows(lines, random):
            file.write("\t".join(f"{v:.6g}" for v in row) + "\n")


def write_embedding(path, images, random):
    """A face feature that knows identities and expressions, a pose feature that knows the yaw."""
    identity = np.arange(images) % 24
    expression = random.integers(0, len(CLASSES), images)
    angles = np.stack([random.uniform(-30, 30, images), random.uniform(-60, 60, images),
                       random.uniform(-20, 20, images)], 1)
    people, moods = random.normal(0, 1, (24, 64)), random.normal(0, 0.6, (len(CLASSES), 64))
    turn = np.stack([np.sin(np.radians(angles[:, 1])), np.cos(np.radians(2 * angles[:, 1])),
                     np.sin(np.radians(angles[:, 0]))], 1) @ random.normal(0, 1.5, (3, 48))
    face = people[identity] + moods[expression] + random.normal(0, 0.35, (images, 64))
    pose = turn + random.normal(0, 0.3, (images, 48))
    trunk = np.concatenate([0.7 * face, pose], 1)
    f32 = lambda x: x.astype(np.float32)
    np.savez(path, trunk=f32(trunk), face=f32(face), pose=f32(pose), identity=identity.astype(np.int64),
             expression=expression.astype(np.int64), angles=f32(angles))


def roc_of(separation, random):
    same, other = random.normal(separation, 1, 3000), random.normal(0, 1, 3000)
    thresholds = np.sort(np.concatenate([same, other]))[::-60]
    points = [[0.0, 0.0]] + [[float((other >= t).mean()), float((same >= t).mean())] for t in thresholds] + [[1.0, 1.0]]
    return [[round(a, 5), round(b, 5)] for a, b in points]


def confusion_of(accuracy, random):
    counts = random.multinomial(120, [1 / 7] * 7, 7) * (1 - accuracy) + np.eye(7) * 120 * accuracy
    return np.round(counts).astype(int).tolist()


def yaw_bins(scale):
    return [{"from": a, "to": a + 15, "count": int(90 - abs(a + 7.5)), "mae": round(scale * (3 + (abs(a + 7.5) / 30) ** 2), 3)}
            for a in range(-60, 60, 15)]


def write_evaluations(folder, random):
    tasks = {
        "expression": {"task": "expression", "protocol": "honest", "data": "synth/labels.csv", "classes": CLASSES, "rows": [
            {"features": name, "metrics": {"accuracy": {"value": a, "low": a - 0.03, "high": a + 0.03},
                                           "mean_class_accuracy": a - 0.01, "macro_f1": a - 0.015},
             "confusion": confusion_of(a, random)}
            for name, a in (("trunk", 0.71), ("face", 0.66), ("pose", 0.31), ("random weights", 0.38), ("pixels", 0.35))]},
        "verify": {"task": "verify", "protocol": "honest", "rows": [
            {"features": name, "metrics": {"accuracy": {"mean": a, "std": 0.012}, "auc": a + 0.06, "eer": 1 - a,
                                           "tar_at_far_1e-2": a - 0.3, "tar_at_far_1e-3": a - 0.42},
             "roc": roc_of(s, random)}
            for name, a, s in (("face", 0.84, 2.1), ("trunk", 0.79, 1.6), ("random weights", 0.62, 0.6), ("pixels", 0.6, 0.5))]},
        "pose": {"task": "pose", "protocol": "honest", "rows": [
            {"features": name, "metrics": {"yaw": 4.1 * s, "pitch": 5.2 * s, "roll": 3.3 * s, "mean": 4.2 * s},
             "yaw_bins": yaw_bins(s)} for name, s in (("pose", 1.0), ("trunk", 1.1), ("face", 2.3), ("pixels", 2.0))]},
        "au": {"task": "au", "protocol": "honest", "rows": [
            {"features": name, "metrics": {"mean_f1": a, "AU1": a - 0.07, "AU2": a - 0.1, "AU12": a + 0.2},
             "roc": {"AU1": roc_of(s, random), "AU12": roc_of(2 * s, random)}}
            for name, a, s in (("trunk", 0.51, 0.8), ("pixels", 0.4, 0.3))]},
        "swap": {"task": "disentangle", "data": "synth/labels.csv", "images": 500, "identities": 24, "folds": 5, "rows": [
            {"source": "checkpoint", "feature": feature, "probe": "ridge", "protocol": "honest", "factor": factor,
             "metrics": {name: {"value": v, "deviation": None, "low": v - 0.02, "high": v + 0.02} for name, v in metrics.items()}}
            for feature, know in (("trunk", 0.9), ("face", 0.3), ("pose", 0.8))
            for factor, metrics in (("identity", {"accuracy": 1 - know, "macro F1": 0.9 - know}),
                                    ("pose", {"MAE": 20 * (1 - know), "R2 yaw": know, "R2 pitch": know - 0.1, "R2 roll": know - 0.05,
                                              "MAE yaw 0-15": 9 - know, "MAE yaw 15-30": 12 - know, "MAE yaw 30-45": 19 - know}))] + [
            {"source": "checkpoint", "feature": "face", "probe": "", "protocol": "honest", "factor": "each other",
             "metrics": {"mean |cosine|": {"value": 0.07, "deviation": None, "low": None, "high": None}}}]},
        "disentangle": {"task": "disentangle", "metrics": {"mean_abs_cosine": 0.04, "pose_in_face_r2": 0.21,
                                                           "identity_in_pose_accuracy": 0.09},
                        "matrix": {"rows": ["trunk", "face", "pose"],
                                   "columns": ["yaw R2", "pitch R2", "roll R2", "identity accuracy", "expression accuracy"],
                                   "values": [[0.91, 0.8, 0.85, 0.74, 0.71], [0.21, 0.18, 0.3, 0.78, 0.66],
                                              [0.93, 0.82, 0.88, 0.09, 0.31]]}},
    }
    os.makedirs(os.path.join(folder, "eval"), exist_ok=True)
    for name, task in tasks.items():
        with open(os.path.join(folder, "eval", name + ".json"), "w") as file:
            json.dump(task, file)


def write_profile(path):
    kernels = [("conv2d fwd layer%d.%d" % (a, b), 400, 900.0 / (a + b + 1), 2e10, 4e9) for a in (1, 2, 3, 4) for b in (0, 1)]
    kernels += [("conv2d bwd filter layer%d.0" % a, 400, 1300.0 / a, 3e10, 4e9) for a in (1, 2, 3, 4)]
    kernels += [("batch_norm fwd layer1.0", 400, 120.0, 0, 3e9), ("adam", 1200, 60.0, 1e9, 6e9), ("infonce fwd face", 400, 9.0, 1e8, 1e8)]
    kernels += [("mul_add %d" % i, 400, 4.0 - i / 10, 1e7, 1e8) for i in range(12)]
    with open(path, "w") as file:
        file.write("kernel\tcalls\tms\tflops\tbytes\n")
        for row in sorted(kernels, key=lambda row: -row[2]):
            file.write("%s\t%d\t%.6g\t%.9g\t%.9g\n" % row)
        file.write("idle\t0\t310.5\t0\t0\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--lines", type=int, default=150)
    parser.add_argument("--images", type=int, default=400)
    options = parser.parse_args()
    random = np.random.default_rng(5)
    os.makedirs(options.folder, exist_ok=True)
    at = lambda name: os.path.join(options.folder, name)
    write_log(at("log.tsv"), options.lines, random)
    write_embedding(at("embedding.npz"), options.images, random)
    write_evaluations(options.folder, random)
    write_profile(at("profile.tsv"))


main()
