#!/bin/bash
# Lets libFuzzer look for inputs that break a reader, target by target, and stops at the first finding.
# usage: fuzz.sh PROGRAM WORK-FOLDER SECONDS-EACH [TARGET…]
set -euo pipefail
# The crash reporter of Swift would run into the sanitizer.
export SWIFT_BACKTRACE=enable=no
program=$1 work=$2 seconds=$3
shift 3
corpus=$(cd "$(dirname "$0")" && pwd)/Corpus
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=($(ls "$corpus"))

mkdir -p "$work/findings"
for target in "${targets[@]}"; do
  # What is new goes to the first folder, and is known again next time.
  mkdir -p "$work/corpus/$target"
  log=$work/$target.log
  # Nothing that only claims to be long may take memory: 64 MB is what one reply may really have.
  # libmariadb asks for room for as many columns as a server announces; it has to take no for an answer.
  # It also loses what it had read of a list of columns when the rest of it makes no sense. That leaks in
  # `mysql_real_query`, before there is anything that tally could free; then the connection is dropped.
  asan= lsan=
  if [ "$target" = packets ]; then
    asan=allocator_may_return_null=1:max_allocation_size_mb=64
    echo 'leak:libmariadb.so' >"$work/leaks-of-libraries"
    lsan=suppressions=$work/leaks-of-libraries:print_suppressions=0
  fi
  if ! ASAN_OPTIONS=$asan LSAN_OPTIONS=$lsan TALLY_FUZZ_TARGET=$target \
    "$program" -max_total_time="$seconds" -timeout=20 \
    -max_len=4096 -malloc_limit_mb=64 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$work/findings/$target-" "$work/corpus/$target" "$corpus/$target" \
    >"$log" 2>&1; then
    grep -E '^finding:|Fatal error|^SUMMARY|^==[0-9]+== ?ERROR|Test unit written' "$log" >&2 || tail -20 "$log" >&2
    echo "fuzz: $target: a finding; the whole report is $log" >&2
    exit 1
  fi
  awk -v target="$target" '
    /^stat::number_of_executed_units/ { runs = $2 }
    /^stat::average_exec_per_sec/ { speed = $2 }
    / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") reached = $(i + 1) }
    END { printf "%-14s %8d runs, %6d a second, %5d places reached, nothing found\n",
      target, runs, speed, reached }' "$log"
done
