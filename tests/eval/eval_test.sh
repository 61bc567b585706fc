#!/bin/sh
# The commands of the evaluation from outside, on drawn faces: embed, eval in its five tasks, the cache, the monitor, and
# wrong input. usage: eval_test.sh VKPCL
set -u
program=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export XDG_CACHE_HOME="$work/cache"
export LSAN_OPTIONS="print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}" # else sanitizer builds say more than one line
fail() { echo "eval_test: $*" >&2; exit 1; }
run() { "$program" "$@" >out.txt 2>err.txt || fail "vkpcl $* ended with $?: $(cat err.txt)"; }
refuse() { # CODE PATTERN COMMAND...: it must end so, with one sentence that says this
    code=$1 pattern=$2
    shift 2
    "$program" "$@" >out.txt 2>err.txt
    got=$?
    [ $got = "$code" ] || fail "vkpcl $* ended with $got, not $code"
    grep -q "$pattern" err.txt || fail "vkpcl $*: expected \"$pattern\" in: $(cat err.txt)"
    [ "$(wc -l <err.txt)" = 1 ] || fail "vkpcl $*: more than one line: $(cat err.txt)"
}

# --- data: 12 people of 8 images each, labels that say something about the pictures' order only
run synth faces --identities 12 --images 96 --size 40
find faces -name '*.png' | sort >list.txt
awk 'BEGIN { print "path,identity,expression,AU1,AU12,yaw,pitch,roll" }
     { split($0, part, "/"); i = NR - 1
       printf "%s,%s,%s,%d,%d,%.1f,%.1f,%.1f\n", $0, part[2], i % 3 ? "happy" : "sad", i % 2, i % 5 == 0,
              (i * 37) % 90 - 45, (i * 17) % 40 - 20, (i * 7) % 30 - 15 }' list.txt >labels.csv
awk -F, 'BEGIN { print "fold,same,image_a,image_b" }
     NR > 1 { path[NR - 2] = $1 }
     END { for (i = 0; i + 9 < NR - 1; i += 2) printf "%d,%d,%s,%s\n", int(i / 24) + 1, i % 4 == 0, path[i], path[i % 4 ? i + 9 : i + 1] }' \
    labels.csv >pairs.csv
run pretrain faces --preset tiny --iterations 2 --set data.batch=4 --set data.pose_batch=2 --set data.pose_negatives=3 \
    --set log.every=1 --out run --monitor labels.csv --set monitor.every=1
head -n 1 run/log.tsv | grep -q "monitor_knn.*monitor_yaw_pose.monitor_share" || fail "log.tsv lacks the monitor's columns"
[ "$(cut -f 17 run/log.tsv | sed -n 3p)" != nan ] || fail "the monitor saw nothing: $(cat run/log.tsv)"
grep -q "of looking were" out.txt || fail "the monitor's share of the time is not said"

# --- embed: order, formats, sizes, batches
run embed --weights run --out all.npz faces
[ "$(wc -l <all.npz.images.txt)" = 96 ] || fail "the list of images is not complete"
sort -c all.npz.images.txt || fail "the images are not in order"
first=$(sed -n 3p list.txt) second=$(sed -n 90p list.txt)
run embed --weights run --out two.npy --feature pose "$second" "$first"
run embed --weights run --out one.npy --feature pose --batch 1 "$second" "$first"
for file in one two; do od -An -tf4 -v -w4 -j128 $file.npy >$file.txt; done # behind the header of 128 bytes
paste one.txt two.txt | awk '{ d = $1 - $2; if (d * d > 1e-10 * ($1 * $1 + 1)) bad++ } END { exit bad > 0 || NR < 100 }' ||
    fail "features depend on the batch"
printf '%s\n%s\n' "$second" "$first" | cmp -s - two.npy.images.txt || fail "the order of the operands is lost"
run embed --weights run --out big.safetensors --size 100 "$first"
grep -q "no projections" out.txt || fail "nobody says why 100 px have no projections"
refuse 2 "made for the training size" embed --weights run --feature face_projection --size 100 "$first"
refuse 2 "must end in .npz" embed --weights run --out features.txt "$first"
refuse 2 "holds one array only" embed --weights run --out all.npy "$first"
refuse 2 "there is no feature" embed --weights run --feature nose "$first"
refuse 1 "missing.png" embed --weights run missing.png
[ -e features.txt ] && fail "a refused file was written"

# --- eval: every task gives its table and JSON; pixels need no weights
common="--size 32 --epochs 2 --bootstrap 20 --folds 3"
# shellcheck disable=SC2086 # several words are meant
{
    run eval expression labels.csv $common --weights run --protocol both --probe linear,knn,ridge --json e.json
    grep -q "checkpoint *| trunk *| ridge *| released" out.txt || fail "expression: a line is missing: $(cat out.txt)"
    grep -q "confusion of pixels, knn, honest" out.txt || fail "expression: no confusion matrix"
    grep -q '"confusion"' e.json || fail "no confusion matrix in the JSON"
    ls cache/vkpcl/features/*-trunk.npy >/dev/null 2>&1 || fail "features were not kept"
    cp out.txt first.txt
    run eval expression labels.csv $common --weights run --protocol both --probe linear,knn,ridge
    cmp -s out.txt first.txt || fail "cached features give another table"
    run eval expression labels.csv $common --weights run --protocol both --probe linear,knn,ridge --no-cache
    cmp -s out.txt first.txt || fail "a second run gives another table"
    run eval au labels.csv $common --features pixels
    grep -q "AU12 F1" out.txt || fail "au: no F1 of a unit"
    run eval au labels.csv $common --features pixels --json au.json
    tr -d '\n\t ' <au.json | grep -q '"roc":{"AU1":\[\[0,0\],.*\[1,1\]\],"AU12":\[\[0,0\]' || fail "au: no ROC of the units"
    run eval pose labels.csv $common --weights run --feature pose
    [ -s run/eval/pose.json ] || fail "the evaluation of a run is not kept in it"
    grep -q "MAE yaw 30-45" out.txt || fail "pose: no error by yaw"
    run eval verify pairs.csv --size 32 --epochs 1 --bootstrap 20 --weights run --protocol both
    grep -q "TAR at FAR 1e-3" out.txt || fail "verify: no TAR"
    [ "$(grep -c "| cosine, centred |" out.txt)" = 6 ] || fail "verify: lines are missing: $(cat out.txt)"
    [ "$(tr -d '\n\t ' <run/eval/verify.json | grep -o '"roc":\[\[0,0\],' | wc -l)" = 18 ] || fail "verify: a line has no ROC"
    run report run
    grep -q '"roc":\[\[0,0\],' run/report.html || fail "the report has no ROC"
    run eval disentangle labels.csv --folds 3 --bootstrap 0 --weights run --picture swap.png
    grep -q "identity leaks into the pose feature" out.txt || fail "disentangle: no leakage"
    head -c 4 swap.png | tail -c 3 | grep -q PNG || fail "no picture of the pose swap"
    refuse 2 "there is no task" eval nose labels.csv
    refuse 2 "does not know" eval pose labels.csv --features eyes
    refuse 2 "needs\|must name" eval pose labels.csv --features checkpoint
    refuse 2 "no knn probe of pose: choose of linear, ridge" eval pose labels.csv --features pixels --probe linear,knn
    refuse 2 "width cannot be -1" eval pose labels.csv --features random --width -1
    refuse 1 "nowhere/e.json" eval pose labels.csv --features pixels --json nowhere/e.json
    refuse 1 "faces holds no checkpoint" eval pose labels.csv --weights faces
    refuse 2 "holds labels.csv: name that file" eval expression faces --features pixels
}

# --- a packed set is its images: the same tables from its labels.csv and pairs.csv, the folder, or pairs from elsewhere
run synth tree --identities 24 --images 96 --size 24
run synth packed --identities 24 --images 96 --size 24 --packed
same() { # WHAT FIRST SECOND: the tables of the two, without the line that names the data
    sed "s/ on [^ ]*: / on it: /" "$2" >a.txt
    sed "s/ on [^ ]*: / on it: /" "$3" >b.txt
    cmp -s a.txt b.txt || fail "$1: the packed set gives another table: $(cat a.txt b.txt)"
}
mkdir elsewhere
cp packed/pairs.csv elsewhere
set -- --size 24 --bootstrap 10 --features pixels --probe knn
run eval verify tree/pairs.csv "$@" && cp out.txt tree.txt
run eval verify packed/pairs.csv "$@" && same pairs tree.txt out.txt
run eval verify elsewhere/pairs.csv --root packed "$@" && same "pairs with --root" tree.txt out.txt
set -- --size 24 --bootstrap 10 --features pixels --probe ridge
run eval pose tree/labels.csv "$@" && cp out.txt tree.txt
run eval pose packed/labels.csv "$@" && same labels tree.txt out.txt
run eval pose packed "$@" && same folder tree.txt out.txt
run embed --weights run --out tree.npy --feature trunk tree
run embed --weights run --out packed.npy --feature trunk packed
cmp -s tree.npy packed.npy || fail "embed gives other features of the packed set"
[ "$(tail -n 1 packed.npy.images.txt)" = "packed/images.npy[95]" ] || fail "images of a packed set are not named"
refuse 1 "nowhere/x.npy" embed --weights run --out nowhere/x.npy --feature trunk tree
run data --pairs packed/pairs.csv
grep -q "problem" out.txt && fail "data misses the images of packed pairs: $(cat out.txt)"
awk 'NR == 2 { sub(/[^,]*$/, "nobody.png") } { print }' packed/pairs.csv >bad.csv
refuse 1 "packed lacks 1 of its .* images; the first is packed/nobody.png" eval verify bad.csv --root packed --features pixels --size 24

cut -d, -f 1,2 labels.csv >names.csv
refuse 2 "hold no action units" eval au names.csv --features pixels --size 32
refuse 2 "hold no classes" eval expression names.csv --features pixels --size 32
awk -F, 'NR == 1 || !seen[$2]++ || seen[$2] == 2' labels.csv >pairs_only.csv # two images of each person
run eval disentangle pairs_only.csv --folds 3 --bootstrap 0 --features pixels --size 32
grep -q "factor identity is left out: too few" out.txt || fail "disentangle: a factor is left out in silence: $(cat out.txt)"
grep -q "pixels .* 0\.[0-9]\|pixels .*-0\.[0-9]" out.txt || fail "disentangle: one factor takes the others with it: $(cat out.txt)"
head -n 6 labels.csv >few.csv
refuse 2 "too few labelled images" eval pose few.csv --features pixels --size 32
echo "ok"
