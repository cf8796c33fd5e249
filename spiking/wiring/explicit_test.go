package wiring

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nissl"
	"nissl/internal/h5"
	"nissl/internal/parquet"
	"nissl/spiking/param"
	"nissl/spiking/random"
)

// made are the synapses of a rule as source>target weight delay, in the order of targets.
func made(t testing.TB, rule Rule, c Config) ([]string, error) {
	t.Helper()
	c.Params, _ = param.NewSet(rule.Params, nil)
	g, err := rule.New(c)
	if err != nil {
		return nil, err
	}
	var out []string
	var e Edges
	for j := range c.Target.N {
		e.Reset()
		var r random.Stream
		g.Into(j, &r, &e)
		for k, s := range e.Source {
			text := fmt.Sprintf("%d>%d", s, j)
			if len(e.Weight) > 0 {
				text += fmt.Sprintf(" w%v", e.Weight[k])
			}
			if len(e.Delay) > 0 {
				text += fmt.Sprintf(" d%v", e.Delay[k])
			}
			out = append(out, text)
		}
	}
	return out, nil
}

func ab(words ...string) Config {
	a, b := Population{Name: "A", N: 3, Names: []string{"AVAL", "AVAR", "17"}}, Population{Name: "B", N: 2}
	c := Config{Source: a, Target: b, All: []Population{a, b}, Alone: true, Autapses: true, Multapses: true,
		Weight: param.Constant(2), Delay: param.Constant(1), Words: map[string]string{}}
	for i := 0; i < len(words); i += 2 {
		c.Words[words[i]] = words[i+1]
	}
	return c
}

func TestTable(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ name, text, words, want string }{
		{"all columns", "source,target,weight,delay\nAVAL,0,.5,1.5\n17,1,3,2\n", "", "0>0 w1 d1.5; 2>1 w6 d2"},
		{"names of the field", "pre\tpost\tn_synapses\nAVAR\t1\t4\nAVAL\tB/0\t1\n", "", "0>0 w2; 1>1 w8"},
		{"no weights", "from,to\nAVAR,1\nAVAL,1\n", "", "0>1; 1>1"},
		{"where", "pre,post,type,weight\nAVAL,0,chemical,1\nAVAL,0,electrical,2\nAVAR,1,chemical,2\n", "where;type = electrical", "0>0 w4"},
		{"where and", "pre,post,type,weight\nAVAL,0,chemical,1\nAVAL,1,electrical,2\nAVAR,1,chemical,2\n", "where;type = chemical and weight >= 2", "1>1 w4"},
		{"skip", "pre,post\nAVAL,0\nmuscle,0\nAVAL,muscle\nAVAR,B/1\n", "unknown;skip", "0>0; 1>1"},
		{"other pair", "pre,post\nAVAL,AVAR\nAVAL,B/0\n", "", "0>0"},
		{"sum", "pre,post,weight\nAVAL,0,1\nAVAL,1,1\nAVAL,0,2\n", "duplicates;sum", "0>0 w6; 0>1 w2"},
		{"keep", "pre,post,weight\nAVAL,0,1\nAVAL,1,1\nAVAL,0,2\n", "duplicates;keep", "0>0 w2; 0>0 w4; 0>1 w2"},
		{"no weight column", "pre,pos,weight\nAVAL,0,1\n", "", `edges.csv:1: no column for the target`},
		{"NaN", "pre,post,weight\nAVAL,0,1\nAVAR,1,nan\n", "", "edges.csv:3: weight = NaN: expected a finite number"},
		{"text", "pre,post,weight\nAVAL,0,1\nAVAR,1,strong\n", "", `edges.csv:2: weight = "1": expected a number`},
		{"infinite", "pre,post,delay\nAVAL,0,inf\n", "", "edges.csv:2: delay = +Inf: expected a finite number"},
		{"negative delay", "pre,post,delay\nAVAL,0,-1\n", "", "edges.csv:2: delay = -1 ms: expected a delay above 0"},
		{"unknown", "# made by hand\npre,post\nAVAL,0\nmuscle,0\n", "", `edges.csv:4: pre = "muscle": no cell of the model has that name`},
		{"no such index", "pre,post\nAVAL,0\nAVAR,2\n", "", "edges.csv:3: post = 2: B has cells 0 to 1"},
		{"broken index", "pre,post\nAVAL,0.5\n", "", "edges.csv:2: post = 0.5: B has cells 0 to 1"},
		{"duplicate", "pre,post\nAVAL,0\nAVAR,0\nAVAL,0\n", "", "edges.csv:4: AVAL -> 0 is there already in line 2"},
		{"missing name", "pre,post\nAVAL,0\n,0\n", "", "edges.csv:3: pre is missing"},
		{"short row", "pre,post,weight\nAVAL,0,1\nAVAR,0\n", "", "edges.csv: line 3: 2 fields, expected 3"},
		{"no header", "0,0\n1,1\n", "", "edges.csv:1: the columns have no names"},
		{"no such column", "pre,post\nAVAL,0\n", "where;type = chemical", `no column "type"`},
		{"nothing left", "pre,post,type\nAVAL,0,gap\n", "where;type = chemical", "no row has"},
		{"bad condition", "pre,post,type\nAVAL,0,gap\n", "where;type", "expected COLUMN = VALUE"},
		{"bad word", "pre,post\nAVAL,0\n", "unknown;ignore", `unknown = "ignore"; expected refuse, skip`},
	} {
		if err := os.WriteFile(filepath.Join(dir, "edges.csv"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		config := ab("file", "edges.csv")
		if name, value, ok := strings.Cut(c.words, ";"); ok {
			config.Words[name] = value
		}
		config.Folder = dir
		got, err := made(t, Table(), config)
		text := strings.Join(got, "; ")
		if err != nil {
			text = err.Error()
		}
		if err == nil && text != c.want || err != nil && !strings.Contains(text, c.want) || strings.Contains(text, "\n") {
			t.Errorf("%s: got %s, want %s", c.name, text, c.want)
		}
	}
}

// A number could be a cell of either population, a name is not.
func TestTableOfSeveral(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.csv")
	if err := os.WriteFile(path, []byte("pre,post\nAVAL,0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := ab("file", path)
	c.Alone = false
	if _, err := made(t, Table(), c); err == nil || !strings.Contains(err.Error(), "any population") {
		t.Errorf("not refused: %v", err)
	}
}

// Parquet holds the long numbers of large connectomes as they are.
func TestTableParquet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.parquet")
	table := nissl.Table{Columns: []nissl.Column{nissl.Col("pre_root_id", "", []int64{720575940000000001, 720575940000000003}),
		nissl.Col("post_root_id", "", []int64{0, 1}), nissl.Col("syn_count", "", []int64{5, 6})}}
	if err := parquet.Write(path, table); err != nil {
		t.Fatal(err)
	}
	c := ab("file", path)
	c.Source.Names = []string{"720575940000000001", "720575940000000002", "720575940000000003"}
	c.All[0] = c.Source
	got, err := made(t, Table(), c)
	if want := []string{"0>0 w10", "2>1 w12"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

// FuzzTable reads any text as a table of synapses: it gives an error or synapses of cells
// that there are.
func FuzzTable(f *testing.F) {
	for _, s := range []string{"pre,post,weight\nAVAL,0,1\n", "source;target\n17;1\n", "pre,post,delay\nAVAR,B/1,2\n", "pre,post\n1e300,-1\n"} {
		f.Add([]byte(s), "weight > 0", "skip", "sum")
	}
	f.Fuzz(func(t *testing.T, text []byte, where, unknown, duplicates string) {
		path := filepath.Join(t.TempDir(), "e.csv")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := made(t, Table(), ab("file", path, "where", where, "unknown", unknown, "duplicates", duplicates))
		for _, s := range got {
			if s[0] < '0' || s[0] > '2' || s[2] < '0' || s[2] > '1' {
				t.Errorf("synapse %s", s)
			}
		}
		if err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}

// edges writes a SONATA edges file of two groups: the first has weights and delays of its
// own, the second takes them from the types.
func edges(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	f, err := h5.Create(filepath.Join(dir, "edges.h5"))
	if err != nil {
		t.Fatal(err)
	}
	ints := func(name string, v ...int64) error {
		return h5.Write(f, "/edges/A_to_B/"+name, []int{len(v)}, v, h5.Layout{})
	}
	for _, err := range []error{
		ints("source_node_id", 2, 0, 1, 2), ints("target_node_id", 1, 0, 1, 0), ints("edge_type_id", 100, 100, 101, 101),
		ints("edge_group_id", 0, 0, 1, 1), ints("edge_group_index", 1, 0, 0, 1), ints("1/nsyns", 2, 3),
		ints("0/nsyns", 1, 1),
		h5.Write(f, "/edges/A_to_B/0/syn_weight", []int{2}, []float64{.5, 1.5}, h5.Layout{}),
		h5.Write(f, "/edges/A_to_B/0/delay", []int{2}, []float64{1, 2}, h5.Layout{}),
		f.Close(), os.WriteFile(filepath.Join(dir, "types.csv"), []byte("edge_type_id model_template delay syn_weight\n100 static 9 9\n101 static 3 -.25\n"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSonata(t *testing.T) {
	c := ab("edges", "edges.h5", "edge_types", "types.csv")
	c.Folder = edges(t)
	got, err := made(t, Sonata(), c)
	if want := []string{"0>0 w1 d1", "2>0 w-1.5 d3", "1>1 w-1 d3", "2>1 w3 d2"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	delete(c.Words, "edge_types")
	if _, err := made(t, Sonata(), c); err == nil || !strings.Contains(err.Error(), "edge 2 has no syn_weight") {
		t.Errorf("missing types: %v", err)
	}
	c.Words["edge_population"] = "V1"
	if _, err := made(t, Sonata(), c); err == nil || !strings.Contains(err.Error(), "there are A_to_B") {
		t.Errorf("unknown population: %v", err)
	}
	delete(c.Words, "edge_population")
	c.Source.N = 2
	if _, err := made(t, Sonata(), c); err == nil || !strings.Contains(err.Error(), "node 2") {
		t.Errorf("node that is not there: %v", err)
	}
}

// FuzzSonata damages an edges file.
func FuzzSonata(f *testing.F) {
	raw, err := os.ReadFile(filepath.Join(edges(f), "edges.h5"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)/2])
	rng := rand.New(rand.NewPCG(1, 1))
	for range 8 {
		bad := append([]byte(nil), raw...)
		bad[rng.IntN(len(bad))] ^= 255
		f.Add(bad)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "e.h5")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := made(t, Sonata(), ab("edges", path)); err != nil && strings.TrimSpace(err.Error()) == "" {
			t.Error("an error without words")
		}
	})
}
