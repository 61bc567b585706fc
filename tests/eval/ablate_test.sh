#!/bin/sh
# vkpcl ablate from outside, at the smallest scale: its rows and columns, a kill in the middle, other protocols and probes
# asked of the same runs, and wrong input. usage: ablate_test.sh VKPCL
set -u
program=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export LSAN_OPTIONS="print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}" # else sanitizer builds say more than one line
fail() { echo "ablate_test: $*" >&2; exit 1; }
run() { "$program" "$@" >out.txt 2>err.txt || fail "vkpcl $* ended with $?: $(cat err.txt)"; }
refuse() { # PATTERN COMMAND...: a usage error in one sentence
    pattern=$1
    shift
    "$program" "$@" >out.txt 2>err.txt
    got=$?
    [ $got = 2 ] || fail "vkpcl $* ended with $got, not 2"
    grep -q "$pattern" err.txt || fail "vkpcl $*: expected \"$pattern\" in: $(cat err.txt)"
    [ "$(wc -l <err.txt)" = 1 ] || fail "vkpcl $*: more than one line: $(cat err.txt)"
}
checkpoints() { (cd runs && find . -name 'checkpoint-*' | sort | xargs cksum); }

run synth faces --identities 24 --images 96 --size 16 --packed
how= # exec: in place of the subshell, so that its number is the program's
ablate() { # the network and batch are as small as they may be: this is about the command
    $how "$program" ablate faces --labels faces/labels.csv --pairs faces/pairs.csv --out runs --width 0.0625 --batch 2 \
        --set data.pose_batch=1 --set data.pose_negatives=2 --set sample.every=0 --iterations 2 \
        "$@" >out.txt 2>err.txt
}
# --- all rows; then the same without training
ablate || fail "ablate ended with $?: $(cat err.txt)"
grep -q "ablation: 5 runs of 2 iterations each" out.txt || fail "the budget is not said: $(cat out.txt)"
grep -q "run 5 of 5, full: dynamic weights" out.txt || fail "the runs are not counted"
[ "$(cut -f 1 runs/table.tsv | tr '\n' ,)" = "variant,pixels,random weights,face contrast,+ decoder,+ orthogonality,+ pose contrast,full: dynamic weights," ] ||
    fail "other rows: $(cat runs/table.tsv)"
for column in expression verify "AU F1" "pose MAE" "yaw R2, face" "yaw R2, pose" "identity, face" "identity, pose" "|cos|"; do
    head -n 1 runs/table.tsv | tr '\t' '\n' | grep -qxF "$column" || fail "there is no column $column"
done
awk -F '\t' 'NR > 3 { for (i = 3; i <= NF; i++) if ($i !~ /^-?[0-9]/) exit 1 }' runs/table.tsv || fail "a trained row lacks a value: $(cat runs/table.tsv)"
grep -q "weights: fixed" runs/pose/config.yaml && grep -q "weights: dynamic" runs/full/config.yaml || fail "the weights are not fixed against dynamic"
cp runs/table.tsv first.tsv
checkpoints >first.sum
ablate || fail "the second ablate ended with $?: $(cat err.txt)"
grep -q "run 1 of 5, face contrast: 2 iterations are done already" out.txt || fail "a finished run is trained again: $(cat out.txt)"
cmp -s first.tsv runs/table.tsv || fail "the same runs give another table"
# --- the published procedure beside the honest one, from the same runs
ablate --protocol both --table-only --variants full,face || fail "--table-only ended with $?: $(cat err.txt)"
[ "$(cut -f 1,2 runs/table.tsv | grep -c "honest")" = 4 ] && [ "$(cut -f 2 runs/table.tsv | grep -c "released")" = 4 ] ||
    fail "not both protocols: $(cat runs/table.tsv)"
grep "^full.*honest" runs/table.tsv >a.txt && grep "^full" first.tsv | cmp -s - a.txt || fail "honest figures changed"
ablate --probe linear --table-only --variants full || fail "--probe linear ended with $?: $(cat err.txt)"
awk -F '\t' 'NR == 4 { for (i = 3; i <= NF; i++) if ($i !~ /^-?[0-9]/) exit 1 }' runs/table.tsv || fail "linear probes lack a value: $(cat runs/table.tsv)"
checkpoints | cmp -s - first.sum || fail "asking again has trained"
# --- killed in the middle: the same command goes on, and ends with the same bits
rm -r runs/full runs/pose
how=exec
ablate &
pid=$!
how=
n=0
until grep -q "run 4 of 5" out.txt || [ $n = 600 ]; do sleep 0.1; n=$((n + 1)); done
kill -9 $pid || fail "it ended before it could be killed: $(cat out.txt)"
wait $pid 2>/dev/null
[ -e runs/full ] && fail "nothing was left to do"
ablate || fail "after a kill ablate ended with $?: $(cat err.txt)"
checkpoints | cmp -s - first.sum || fail "a killed run has other bits: $(checkpoints) $(cat first.sum)"
cmp -s first.tsv runs/table.tsv || fail "a killed ablation gives another table: $(cat first.tsv runs/table.tsv)"
# --- wrong input
refuse "labels or --pairs" ablate faces
"$program" ablate faces --labels nowhere.csv --out none 2>err.txt >out.txt && fail "missing labels are taken"
[ -e none ] && fail "missing labels are found out too late"
refuse "does not know \"nose\": it takes face, decoder" ablate faces --labels faces/labels.csv --variants nose
refuse "does not know \"fair\": it takes honest" ablate faces --labels faces/labels.csv --protocol fair
refuse "takes one of" ablate faces --labels faces/labels.csv --probe ridge,linear
refuse "no trained run" ablate faces --labels faces/labels.csv --out nowhere --table-only
echo "ok"
