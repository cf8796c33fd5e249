#!/bin/sh
# Lists what measures speed: the comparisons with other programs below bench/, each with the first
# words about it, and the packages with Go benchmarks.
set -eu
cd "$(dirname "$0")/.."
echo "Comparisons with other programs (each runs both sides and prints a ratio):"
[ -d bench ] && for dir in bench/*/; do
  about=$(sed -n '/^#* *[A-Za-z]/{s/^#* *//p;q;}' "$dir/README.md" 2>/dev/null ||
    cat "$dir"*.go 2>/dev/null | sed -n '/^\/\/ Command/{s/^\/\/ //p;q;}')
  printf '  %-24s %s\n' "${dir%/}" "$about"
done
echo "Go benchmarks:"
for dir in $(grep -rl --include='*_test.go' '^func Benchmark' . | xargs -r -n1 dirname | sort -u); do
  echo "  go test -run '^\$' -bench . $dir"
done
