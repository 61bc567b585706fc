"""Our metrics against scikit-learn's on random cases. usage: metrics_sklearn.py METRICS_CASES; ends with 77 without it."""
import subprocess, sys, tempfile
from pathlib import Path
try:
    import numpy as np
    from sklearn import metrics
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TOLERANCE = 1e-12


def draw(rng, n, classes, levels):
    """One case. levels: how many different scores there are, so that ties occur; 0: all differ."""
    score = rng.normal(size=n)
    positive = (score + rng.normal(size=n) * rng.uniform(0.2, 3) > rng.normal()).astype(np.int64)
    positive[:2] = 0, 1  # both occur
    if levels:
        score = np.round(score * levels) / levels
    target = rng.normal(size=n) * 20 + 5
    return dict(truth=rng.integers(0, classes, n), predicted=rng.integers(0, classes, n), classes=np.array([classes]),
                score=score, positive=positive, target=target, estimate=target + rng.normal(size=n) * rng.uniform(1, 40))


def equal_error_rate(fpr, tpr):
    """Where the broken line through the points meets fpr = 1 - tpr."""
    rest = 1 - tpr - fpr
    i = int(np.argmax(rest <= 0))
    if i == 0:
        return fpr[0]
    share = rest[i - 1] / (rest[i - 1] - rest[i])
    return fpr[i - 1] + share * (fpr[i] - fpr[i - 1])


def check_curve(case, result):
    """The whole curve is scikit-learn's, and so is the area under it; the thinned one runs through some of its points."""
    fpr, tpr, thresholds = metrics.roc_curve(case["positive"], case["score"], drop_intermediate=False)
    thresholds[0] = np.inf  # older versions: largest score + 1
    for name, want in (("fpr", fpr), ("tpr", tpr), ("threshold", thresholds)):
        assert np.array_equal(result[name], want), f"{name} is not scikit-learn's"
    thin, most = result["thin"], 42
    step = 4 / (most - 2)
    assert 2 <= len(thin) <= most and tuple(thin[0]) == (0, 0) and tuple(thin[-1]) == (1, 1), "the ends are missing"
    assert set(map(tuple, thin)) <= set(zip(fpr, tpr)), "a thinned point is not on the curve"
    at = [int(np.flatnonzero((fpr == x) & (tpr == y))[0]) for x, y in thin]
    walk = np.diff(thin.sum(1))
    assert all(b == a + 1 or w <= step + 1e-12 for a, b, w in zip(at, at[1:], walk)), "a gap is too wide"
    assert abs(metrics.auc(thin[:, 0], thin[:, 1]) - metrics.auc(fpr, tpr)) <= step / 4, "thinning moves the area"
    assert abs(metrics.auc(fpr, tpr) - result["roc_auc"][0]) <= TOLERANCE, "the area is not that under the curve"


def expected(case):
    truth, predicted, score, positive = case["truth"], case["predicted"], case["score"], case["positive"]
    labels = np.arange(case["classes"][0])
    met = np.union1d(truth, predicted)
    fpr, tpr, thresholds = metrics.roc_curve(positive, score, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(positive, score)
    with np.errstate(invalid="ignore"):
        f1s = np.nan_to_num(2 * precision * recall / (precision + recall))
    negatives, positives = (positive == 0).sum(), positive.sum()
    return dict(
        accuracy=metrics.accuracy_score(truth, predicted),
        mean_class_accuracy=metrics.recall_score(truth, predicted, labels=np.unique(truth), average="macro"),
        macro_f1=metrics.f1_score(truth, predicted, labels=met, average="macro", zero_division=0),
        confusion=metrics.confusion_matrix(truth, predicted, labels=labels),
        roc_auc=metrics.roc_auc_score(positive, score),
        eer=equal_error_rate(fpr, tpr),
        tar_1e2=tpr[fpr <= 1e-2].max(), tar_1e1=tpr[fpr <= 1e-1].max(),
        best_accuracy=((tpr * positives + (1 - fpr) * negatives) / len(score)).max(),
        f1=metrics.f1_score(positive, score >= 0, zero_division=0),
        best_f1=f1s.max(),
        mae=metrics.mean_absolute_error(case["target"], case["estimate"]),
        r2=metrics.r2_score(case["target"], case["estimate"]),
        deviation=case["target"].std(ddof=1), quantile=np.quantile(case["target"], 0.025))


def main():
    program = sys.argv[1]
    rng = np.random.default_rng(20260101)
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        given, got = Path(folder, "in.npz"), Path(folder, "out.npz")
        for n, classes, levels in [(2, 1, 0), (3, 2, 1), (31, 3, 2), (33, 7, 0), (257, 8, 3), (1000, 31, 0)] * 5:
            case = draw(rng, n, classes, levels)
            np.savez(given, **case)
            subprocess.run([program, given, got], check=True)
            result = np.load(got)
            check_curve(case, result)
            for name, want in expected(case).items():
                have = result[name] if np.ndim(want) else result[name][0]
                if not np.allclose(have, want, rtol=TOLERANCE, atol=TOLERANCE):
                    sys.exit(f"n {n}, classes {classes}, levels {levels}: {name} is {have}, scikit-learn says {want}")
                compared += 1
    print(f"{compared} metrics and their ROC curves agree with scikit-learn within {TOLERANCE}")


main()
