#!/bin/sh
# Lists what measures speed: the comparisons with other programs below bench/, each with the first
# sentence of its doc, and the packages with Go benchmarks.
set -eu
cd "$(dirname "$0")/.."
echo "Comparisons with other programs (each runs both sides and prints a ratio):"
for file in $(grep -l '^// Command' bench/*/*.go 2>/dev/null | sort); do
  about=$(awk '/^\/\/ Command/{on=1} /^package/{exit} on{sub(/^\/\/ ?/, ""); line=line " " $0}
               END{sub(/^ Command [^ ]+ /, "", line); sub(/[.:]( |$).*/, "", line); print line}' "$file")
  printf '  go run ./%-20s %s\n' "$(dirname "$file")" "$about"
done
echo "Go benchmarks:"
for dir in $(grep -rl --include='*_test.go' '^func Benchmark' . | xargs -r -n1 dirname | sort -u); do
  echo "  go test -run '^\$' -bench . $dir"
done
