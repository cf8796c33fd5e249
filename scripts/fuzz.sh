#!/bin/sh
# Fuzzes every reader for a short while, one after the other: FUZZ=1m scripts/fuzz.sh
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}
n=0
for file in $(grep -rl --include='*_test.go' '^func Fuzz' . | sort); do
  for name in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file"); do
    echo "fuzz: $name in $(dirname "$file")"
    "$GO" test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZ:-10s}" "$(dirname "$file")"
    n=$((n + 1))
  done
done
echo "fuzz: $n targets, no failure"
