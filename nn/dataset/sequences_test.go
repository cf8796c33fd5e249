package dataset

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl/internal/nissldata"
)

// balanced by the definition: matching pairs are taken away until nothing changes.
func balanced(text string) bool {
	for strings.Contains(text, "()") {
		text = strings.ReplaceAll(text, "()", "")
	}
	return text == ""
}

func TestBrackets(t *testing.T) {
	const n, longest = 4000, 20
	task := Brackets(n, longest, seed)
	valid(t, task.Set)
	lengths := [2]map[int]int{{}, {}}
	faults := map[Fault]int{}
	for i, s := range task.Strings {
		label := task.Set.Labels[i]
		if balanced(s.Text) != (label == 1) || (s.Fault == Balanced) != (label == 1) {
			t.Fatalf("%q has label %d and fault %d", s.Text, label, s.Fault)
		}
		up := strings.Count(s.Text, "(")
		if even := 2*up == len(s.Text); even == (s.Fault == Uneven) {
			t.Fatalf("%q has fault %d", s.Text, s.Fault)
		}
		if dips := slices.Min(Elevation(s.Text)) < 0; s.Fault == Dips && !dips {
			t.Fatalf("%q does not dip", s.Text)
		}
		// What would tell without counting: first, last, length.
		if s.Text[0] != '(' || s.Text[len(s.Text)-1] != ')' || len(s.Text)%2 != 0 {
			t.Fatalf("%q is seen to be unbalanced at once", s.Text)
		}
		lengths[label][len(s.Text)]++
		faults[s.Fault]++
	}
	if faults[Balanced] != n/2 || faults[Dips] != n/4 || faults[Uneven] != n/4 {
		t.Errorf("faults %v", faults)
	}
	if fmt.Sprint(lengths[0]) != fmt.Sprint(lengths[1]) || len(lengths[0]) != 8 {
		t.Errorf("lengths tell the answer: %v, %v", lengths[0], lengths[1])
	}
}

// Of length 8 there are 14 balanced strings (the fourth Catalan number), all equally likely.
func TestBalancedStringsAreUniform(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 0))
	counts := map[string]int{}
	for range 14000 {
		s := dyck(rng, 8)
		if !balanced(s) {
			t.Fatalf("%q", s)
		}
		counts[s]++
	}
	if len(counts) != 14 {
		t.Errorf("%d different strings, want 14", len(counts))
	}
	var list []int
	for _, c := range counts {
		list = append(list, c)
	}
	uniform(t, "balanced string", list)
}

// The 2000 labelled strings of ARENA 2.0, as its network wants them.
func TestBracketSetOfARENA(t *testing.T) {
	want := references(t).Brackets
	b, err := os.ReadFile(filepath.Join(nissldata.Dir(t), "networks", "toy-transformers", "brackets_data_2000.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list [][2]any
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	var texts []string
	var answers []bool
	for _, item := range list {
		texts, answers = append(texts, item[0].(string)), append(answers, item[1].(bool))
		if balanced(texts[len(texts)-1]) != answers[len(answers)-1] {
			t.Errorf("%q is labelled %v", item[0], item[1])
		}
	}
	s := BracketSet(texts, answers, want.Longest)
	valid(t, s)
	if s.Len() != want.Count || histogram(s.Labels, 2)[1] != want.Balanced || s.Inputs.Shape[1] != 42 {
		t.Errorf("%v with %v, want %+v", s.Inputs.Shape, histogram(s.Labels, 2), want)
	}
	if got := ids(BracketSet([]string{"())"}, []bool{false}, 4), 0); !slices.Equal(got, []int{0, 3, 4, 4, 2, 1}) {
		t.Errorf("()) is %v", got)
	}
	mustPanic(t, "another character", func() { BracketSet([]string{"(a)"}, []bool{true}, 9) })
}

// 2 0 1 is followed by 0 1 and asked for 0 1 2; all 3^6 sequences of gpt-nano come once.
func TestSorting(t *testing.T) {
	all := Sorting(0, 6, 3, seed)
	drawn := Sorting(500, 6, 3, seed)
	valid(t, all, drawn)
	if !slices.Equal(all.Inputs.Shape, []int{729, 11}) {
		t.Errorf("shape %v, want 729 × 11", all.Inputs.Shape)
	}
	seen := map[string]bool{}
	for _, s := range []*Set{all, drawn} {
		for i := range s.Len() {
			x, labels := ids(s, i), s.Labels[11*i:11*i+11]
			sorted := slices.Sorted(slices.Values(x[:6]))
			if !slices.Equal(x[6:], sorted[:5]) || !slices.Equal(labels[5:], sorted) || !slices.Equal(labels[:5], ignored(5)) {
				t.Fatalf("%v asks for %v", x, labels)
			}
			seen[fmt.Sprint(x)] = true
		}
	}
	if len(seen) != 729 {
		t.Errorf("%d different sequences, want 729", len(seen))
	}
	small := Sorting(0, 3, 3, seed)
	if k := 2*9 + 0*3 + 1; !slices.Equal(ids(small, k), []int{2, 0, 1, 0, 1}) || !slices.Equal(small.Labels[5*k:5*k+5], []int{-1, -1, 0, 1, 2}) {
		t.Errorf("2 0 1 is %v asking for %v", ids(small, k), small.Labels[5*k:5*k+5])
	}
	mustPanic(t, "too many sequences", func() { Sorting(0, 100, 10, seed) })
}
