package docs

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Every row of the record is read, and every figure in it is found again.
func TestEveryRow(t *testing.T) {
	claims, err := Claims()
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Count(papers, "\n|") - 2; len(claims) != want { // less the head and the line beneath it
		t.Errorf("%d claims, %d rows", len(claims), want)
	}
	seen := map[string]bool{}
	interval := regexp.MustCompile(`^(>= \S+|<= \S+|\S+ to \S+)$`)
	for _, c := range claims {
		name := c.Method + "/" + c.Claim
		if seen[name] {
			t.Errorf("%s stands there twice", name)
		}
		seen[name] = true
		if c.Statement == "" || c.Without == "" || !interval.MatchString(c.Accept) || !interval.MatchString(c.Vanishes) {
			t.Errorf("%s: %+v", name, c)
		}
		if (c.Measured == "" || c.Control == "") != (c.State == "not run") {
			t.Errorf("%s: %s, measured %q, control %q", name, c.State, c.Measured, c.Control)
		}
		if c.Date == "" || c.Version == "" {
			t.Errorf("%s: measured when? %+v", name, c)
		}
	}
}

func TestParse(t *testing.T) {
	const text = "# Measured\n\nWritten by `x` on 2026-11-22 with nissl 0.1.0 (linux/amd64), and for some (rows 17, 36, and `spiking`) by `y` on 2026-11-23: 3 claims.\n\n" +
		head + "\n|---|---|---|---|---|---|---|---|\n" +
		"| 17, 20 | a | **one**: an \\|effect\\| (size) | 0.5 octaves | >= 0.2 | 3 (shifted (in time)) | <= 1 | passed |\n" +
		"|  | spiking | **two**: another | 1 | 0 to 0.6 | 2 (none) | >= 2 | failed: measured 1, accepted is 0 to 0.6 |\n" +
		"| 4 | c | **three**: a third |  | >= 1 | (shuffled) | <= 0 | not run: needs x below NISSL_DATA |\n"
	got, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []Claim{
		{[]int{17, 20}, "a", "one", "an |effect| (size)", "0.5 octaves", ">= 0.2", "3", "shifted (in time)", "<= 1", "passed", "", "2026-11-23", "0.1.0"},
		{nil, "spiking", "two", "another", "1", "0 to 0.6", "2", "none", ">= 2", "failed", "measured 1, accepted is 0 to 0.6", "2026-11-23", "0.1.0"},
		{[]int{4}, "c", "three", "a third", "", ">= 1", "", "shuffled", "<= 0", "not run", "needs x below NISSL_DATA", "2026-11-22", "0.1.0"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for _, bad := range []string{"", head + "\n| 1 | a |\n", head + "\n| x | a | **n**: s | 1 | >= 1 | 1 (c) | <= 1 | passed |\n",
		head + "\n| 1 | a | n: s | 1 | >= 1 | 1 (c) | <= 1 | passed |\n", head + "\n| 1 | a | **n**: s | 1 | >= 1 | 1 | <= 1 | passed |\n",
		head + "\n| 1 | a | **n**: s | 1 | >= 1 | 1 (c) | <= 1 | perhaps |\n"} {
		if got, err := parse(bad); err == nil {
			t.Errorf("%q was read as %+v", bad, got)
		}
	}
}
