# Sourced by the scripts beside it: runs one model with spin, and counts.
# shellcheck shell=bash

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0 states=0
quickest=${CC:-$(command -v clang || echo cc)}

# check MODEL WANTED WHAT [OPTION...]: explores MODEL.pml with the options, -DNAME for the model
# and -l to look for cycles without progress. WANTED is "holds", or a piece of spin's words
# for the fault that must be found: a mistake was made on purpose.
check() {
    local model=$1 wanted=$2 what=$3 option compile=-DSAFETY found count seconds verdict=ok
    local -a defines=() run=()
    local compiler=${CC:-cc} effort=-Og
    # A mistake is found in no time: what takes long there is the compiler.
    if [ "$wanted" != holds ]; then compiler=$quickest effort=-O0; fi
    shift 3
    for option in "$@"; do
        case $option in
        -l) compile=-DNP run+=(-l) ;;
        *) defines+=("$option") ;;
        esac
    done
    (
        cp "$here/$model.pml" "$scratch" && cd "$scratch" || exit 1
        rm -f pan* ./*.trail
        spin "${defines[@]}" -a "$model.pml" >spin.log 2>&1 && [ -f pan.c ] &&
            "$compiler" $effort -w $compile -DVECTORSZ=2048 -DMEMLIM=3000 -o pan pan.c >>spin.log 2>&1 ||
            { cat spin.log; exit 1; }
        timeout 300 ./pan -m5000000 "${run[@]}" >pan.log 2>&1
    )
    found=$(sed -n 's/^pan:1: \(.*\) (at depth.*/\1/p' "$scratch/pan.log" 2>/dev/null)
    count=$(awk '/states, stored/ { print $1 }' "$scratch/pan.log" 2>/dev/null)
    seconds=$(awk '/elapsed time/ { print $4 }' "$scratch/pan.log" 2>/dev/null)
    case $wanted in
    holds) grep -q 'errors: 0' "$scratch/pan.log" 2>/dev/null &&
        ! grep -q 'max search depth too small\|out of memory' "$scratch/pan.log" || verdict=FAILED ;;
    *) [[ $found == *"$wanted"* ]] || verdict=FAILED ;;
    esac
    states=$((states + ${count:-0}))
    if [ $verdict = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    printf '%-6s %-8s %9s states %6s s  %s%s\n' $verdict "$model" "${count:-?}" "${seconds:-?}" \
        "$what" "${found:+ [$found]}"
}

finish() {
    echo "$states states explored"
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ]
}

command -v spin >/dev/null || {
    echo "spin is not installed (ci/deps --models)"
    exit 77
}
