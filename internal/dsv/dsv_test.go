package dsv

import (
	"fmt"
	"strings"
	"testing"
)

// show is a table in one line: columns name=values.
func show(t *Table) string {
	var b strings.Builder
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s=", c.Name)
		if c.Text != nil {
			fmt.Fprintf(&b, "%q", c.Text)
		} else {
			fmt.Fprint(&b, c.Numbers)
		}
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"header", "a,b\n1,2\n3,4\n", "a=[1 3]; b=[2 4]"},
		{"no header", "1,2\n3,4", "=[1 3]; =[2 4]"},
		{"crlf", "a\tb\r\n1\t2\r\n", "a=[1]; b=[2]"},
		{"old mac", "a;b\r1;2\r", "a=[1]; b=[2]"},
		{"bom", "\xef\xbb\xbfa,b\n1,2\n", "a=[1]; b=[2]"},
		{"utf-16", "\xff\xfea\x00,\x00\xb5\x00\n\x001\x00,\x002\x00", "a=[1]; µ=[2]"},
		{"latin-1", "a,\xb5V\n1,2\n", "a=[1]; µV=[2]"},
		{"quotes", "\"a, or \"\"b\"\"\",c\n1,2\n", `a, or "b"=[1]; c=[2]`},
		{"line in quotes", "\"a\nb\",c\n1,2\n", "a\nb=[1]; c=[2]"},
		{"missing", "a,b,c\n1,,n/a\nNaN,2,NA\n", "a=[1 NaN]; b=[NaN 2]; c=[NaN NaN]"},
		{"decimal comma", "a;b\n1,5;2,25\n-3;1,0e3\n", "a=[1.5 -3]; b=[2.25 1000]"},
		{"decimal comma, tab", "1,5\t2\n3,5\t4\n", "=[1.5 3.5]; =[2 4]"},
		{"comma, not decimal", "1,5\n2,6\n", "=[1 2]; =[5 6]"},
		{"spaces", "  1.0   2\n 3 \t 4  \n", "=[1 3]; =[2 4]"},
		{"comments", "# made by hand\n\n%x\n1 2\n# more\n3 4\n\n", "=[1 3]; =[2 4]"},
		{"savetxt header", "# x y\n1 2\n3 4\n", "x=[1 3]; y=[2 4]"},
		{"text", "unit,t\nA,1\nB,2\n", `unit=["A" "B"]; t=[1 2]`},
		{"mixed is text", "a,b\n1,2\nx,3\n", `a=["1" "x"]; b=[2 3]`},
		{"pandas", ",0,1,2\n0,5,6,7\n1,8,9,10\n", "=[0 1]; 0=[5 8]; 1=[6 9]; 2=[7 10]"},
		{"row names of R", "x y\nr1 1 2\nr2 3 4\n", `=["r1" "r2"]; x=[1 3]; y=[2 4]`},
		{"separator at the end", "a,b\n1,2,\n3,4,\n", "a=[1 3]; b=[2 4]"},
		{"one column", "12\n15.5\n", "=[12 15.5]"},
		{"one named column", "t (s)\n12\n", "t (s)=[12]"},
		{"infinite", "1,inf\n2,-Inf\n", "=[1 2]; =[+Inf -Inf]"},
		{"spaces after commas", "1, 2, 3\n4, 5, 6\n", "=[1 4]; =[2 5]; =[3 6]"},
	} {
		got, err := Parse([]byte(c.text), Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if s := show(got); s != c.want {
			t.Errorf("%s: got %s, want %s", c.name, s, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":               "no rows",
		"# only\n":       "no rows",
		"a,b\n":          "a header and no rows",
		"1,2\n3,4\n5\n":  "line 3: 1 fields, expected 2 as in line 1",
		"1,2\n\n3,4,5\n": "line 3: 3 fields",
		"a,b,c,d\n1,2\n": "expected 4 as in the header",
		"1,2\x00\n":      "offset 3: a zero byte",
	} {
		if _, err := Parse([]byte(text), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", text, err, want)
		}
	}
}

func TestOptions(t *testing.T) {
	got, err := Parse([]byte("1,2\n3,4\n"), Options{Header: "yes"})
	if err != nil || show(got) != "1=[3]; 2=[4]" {
		t.Errorf("header=yes: %v, %v", got, err)
	}
	got, err = Parse([]byte("0,1,2\n3,4,5\n"), Options{Header: "no"})
	if err != nil || show(got) != "=[0 3]; =[1 4]; =[2 5]" {
		t.Errorf("header=no: %v, %v", got, err)
	}
	got, err = Parse([]byte("1,5 2\n"), Options{Sep: ' '})
	if err != nil || show(got) != "=[1.5]; =[2]" {
		t.Errorf("sep=space: %v, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"", "1;2,5\n", "\xff\xfea", "# x\r1 2", ",,,\n,,,", "a\n\"b\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := Parse(b, Options{})
		if err != nil {
			return
		}
		for _, c := range table.Columns {
			if len(c.Numbers)+len(c.Text) != table.Rows() {
				t.Errorf("column %q of %d rows in a table of %d", c.Name, len(c.Numbers)+len(c.Text), table.Rows())
			}
		}
	})
}
