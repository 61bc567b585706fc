#!/bin/sh
# A run that is killed at random moments and resumed must end with the same bytes as one that never stopped.
# Usage: resume_test.sh PATH-OF-vkpcl [SEED [half]]; half: in half precision, from a loss scale that makes steps overflow
# The moments are random but repeatable: the seed picks how many iterations a run may do and how far into the next one
# it gets. The first is ended by SIGTERM, which saves between the regular checkpoints; the others by kill -9.
# Ends with 77 where there is no Vulkan device, or one that is too slow to start a run over and over.
set -u
vkpcl=$1
random=${2:-1234}
precision=${3:-float}
iterations=10
folder=$(mktemp -d) || exit 2
child=
trap '[ -z "$child" ] || kill -KILL "$child" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 2

fail() {
    echo "resume_test: $*"
    exit 1
}
"$vkpcl" devices >devices.txt 2>&1 || { cat devices.txt; exit 77; }
"$vkpcl" synth images --identities 8 --images 16 --size 48 >synth.txt 2>&1 || fail "synth: $(cat synth.txt)"

# Eight people in batches of four: an epoch has two iterations, so the weights of the losses move from the fifth on.
settings="--iterations $iterations --width 0.0625 --batch 4 --set data.pose_batch=2 --set data.pose_negatives=2
    --set checkpoint.every=3 --set log.every=1 --set sample.every=0"
[ "$precision" = half ] && settings="$settings --set model.precision=f16 --set optimizer.loss_scale=16384
    --set optimizer.loss_scale_growth=2"
draw() { # a number below $1
    random=$(((random * 1103515245 + 12345) % 2147483648))
    drawn=$((random / 65536 % $1))
}

begin=$(date +%s)
# shellcheck disable=SC2086 # words are wanted
"$vkpcl" pretrain images $settings --out whole >whole.txt 2>&1 || fail "the run that is never stopped: $(tail -n 3 whole.txt)"
last=$(printf 'checkpoint-%08d.safetensors' $iterations)
[ -s "whole/$last" ] || fail "no whole/$last"
took=$(($(date +%s) - begin))
[ $took -le 150 ] || { echo "resume_test: skipped, a run of $iterations iterations takes $took s here"; exit 77; }
if [ "$precision" = half ]; then
    skipped=$(cut -f 20 whole/log.tsv | tail -n 1)
    [ "$skipped" -ge 2 ] && [ "$skipped" -le 20 ] || fail "$skipped of 30 steps skipped: nothing to compare"
fi
cut -f 9 whole/log.tsv | tail -n 1 | grep -qx 1 && fail "the weights of the losses never moved: nothing to compare"

# Starts or resumes, lets $2 iterations be reported, waits $3 percent of an iteration, sends signal $1.
run_and_end() {
    resume=
    ls parts/checkpoint-*.safetensors >/dev/null 2>&1 && resume=--resume
    [ -n "$resume" ] || rm -rf parts # killed before it saved anything: from the start again
    rm -f lines
    mkfifo lines || exit 2
    # shellcheck disable=SC2086
    "$vkpcl" pretrain images $settings --out parts $resume >lines 2>problem.txt &
    child=$!
    seen=0
    exec 3<lines
    while [ $seen -lt "$2" ] && read -r line <&3; do
        case $line in
        *[0-9]" | "*"s" | *[0-9]" | "*"s | "*[0-9]) seen=$((seen + 1)) ms=$(echo "$line" | cut -d '|' -f 12) ;;
        esac
    done
    if [ $seen -eq "$2" ]; then
        sleep "$(awk "BEGIN { print $ms * $3 / 100000 }")"
        kill -"$1" $child && ended=$((ended + 1))
    fi
    cat <&3 >/dev/null
    exec 3<&-
    wait $child
    code=$?
    child=
    [ $code -le 1 ] || [ $code -eq 130 ] || [ $code -eq 137 ] || [ $code -eq 143 ] || fail "exit status $code: $(cat problem.txt)"
    [ $code -ne 1 ] || fail "$(cat problem.txt)"
}

ended=0 rounds=0 signal=TERM
while [ ! -s "parts/$last" ]; do
    rounds=$((rounds + 1))
    [ $rounds -le 30 ] || fail "30 runs were not enough"
    draw 100
    percent=$drawn
    # Four iterations reach the next checkpoint from anywhere; fewer are allowed, too.
    draw 4
    run_and_end $signal $((drawn + 1 + rounds / 4)) $percent
    signal=KILL
done
[ $ended -ge 2 ] || fail "only $ended of $rounds runs were ended before they were done"

cmp "whole/$last" "parts/$last" || fail "the last checkpoint differs after $ended ends in $rounds runs"
cut -f 1-15 whole/log.tsv >whole.tsv # all but the seconds
cut -f 1-15 parts/log.tsv >parts.tsv
diff whole.tsv parts.tsv || fail "log.tsv differs"
echo "resume_test: $ended ends in $rounds runs, and the same bytes"
