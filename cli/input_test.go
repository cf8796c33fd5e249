package cli

import "testing"

// Distances by hand: one replaced, one inserted, two neighbours swapped.
func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"map", "map", 0}, {"mop", "map", 1}, {"inspct", "inspect", 1}, {"mpa", "map", 1}, {"", "map", 3}, {"kitten", "sitting", 3}} {
		if got := edits(c.a, c.b); got != c.want {
			t.Errorf("edits(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
	for typed, want := range map[string]string{"corelation": "correlation", "corr": "correlation", "zzz": "", "partial": "partial-correlation"} {
		if got := nearest(typed, []string{"correlation", "partial-correlation"}); got != want {
			t.Errorf("nearest to %q is %q, want %q", typed, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{count(-1234567), "-1,234,567"}, {count(999), "999"}, {plural(1, "unit"), "1 unit"}, {number(123456), "123,456"},
		{number(0.00012345), "0.0001234"}, {seconds(472.5), "472.5" + glue + "s (7.9" + glue + "min)"}, {seconds(7200), "7200" + glue + "s (2.0" + glue + "h)"}, {seconds(30), "30" + glue + "s"},
		{clip("abcdef", 4), "abc…"}, {some([]string{"a", "b", "c", "d"}, 2), "a, b and 2 more"}, {some(nil, 2), "none"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
