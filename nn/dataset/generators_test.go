package dataset

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl/internal/nissldata"
)

const seed = 20 // of all generators here

func valid(t *testing.T, sets ...*Set) {
	t.Helper()
	t.Logf("seed %d", seed)
	for _, s := range sets {
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// ids are the tokens of one example.
func ids(s *Set, example int) []int {
	size := rowSize(s.Inputs)
	out := make([]int, size)
	for j, v := range s.Inputs.Data[example*size : (example+1)*size] {
		out[j] = int(v)
	}
	return out
}

// Same seed, same data; another seed, other data.
func TestSeeds(t *testing.T) {
	for name, make := range map[string]func(seed uint64) *Set{
		"modular":       func(s uint64) *Set { return Modular(11, Add, 0.3, s).Train },
		"repeated":      func(s uint64) *Set { return Repeated(5, 8, 20, false, s).Set },
		"induction":     func(s uint64) *Set { return Induction(5, 8, 20, s).Set },
		"ioi":           func(s uint64) *Set { return IOI(8, s).Set },
		"facts":         func(s uint64) *Set { return Facts{9, 2, 5, 2, 0.3, 0.2}.Generate(s).Train },
		"features":      func(s uint64) *Set { return SparseFeatures(9, 5, 0.5, 0.9, s).Set },
		"superposition": func(s uint64) *Set { return Superposition(9, 5, 2, 0.5, s).Set },
		"brackets":      func(s uint64) *Set { return Brackets(8, 20, s).Set },
		"sorting":       func(s uint64) *Set { return Sorting(9, 6, 3, s) },
		"parity":        func(s uint64) *Set { return Parity(9, 20, 3, s).Set },
		"clusters":      func(s uint64) *Set { return Clusters(9, 3, 2, 4, s).Set },
	} {
		a, again, other := make(seed), make(seed), make(seed+1)
		valid(t, a)
		if !slices.Equal(a.Inputs.Data, again.Inputs.Data) || !slices.Equal(a.Labels, again.Labels) {
			t.Errorf("%s: same seed, other data", name)
		}
		if slices.Equal(a.Inputs.Data, other.Inputs.Data) && slices.Equal(a.Labels, other.Labels) {
			t.Errorf("%s: other seed, same data", name)
		}
	}
}

func TestModular(t *testing.T) {
	const p = 113
	for op, holds := range map[Operation]func(a, b, c int) bool{
		Add:      func(a, b, c int) bool { return (a+b-c)%p == 0 },
		Subtract: func(a, b, c int) bool { return (a-b-c)%p == 0 },
		Multiply: func(a, b, c int) bool { return (a*b-c)%p == 0 },
		Divide:   func(a, b, c int) bool { return (b*c-a)%p == 0 },
	} {
		task := Modular(p, op, 0.3, seed)
		valid(t, task.Train, task.Test)
		all := p * p
		if op == Divide {
			all = p * (p - 1)
		}
		if n := int(0.3*float64(all) + 0.5); task.Train.Len() != n || task.Test.Len() != all-n {
			t.Errorf("%d and %d of %d pairs", task.Train.Len(), task.Test.Len(), all)
		}
		seen := map[[2]int]bool{}
		for _, s := range []*Set{task.Train, task.Test} {
			for i := range s.Len() {
				x, c := ids(s, i), s.Labels[3*i+2]
				if !holds(x[0], x[1], c) || x[2] != p || s.Labels[3*i] != Ignore || s.Labels[3*i+1] != Ignore {
					t.Fatalf("operation %d: %v = %d", op, x, c)
				}
				seen[[2]int{x[0], x[1]}] = true
			}
		}
		if len(seen) != all {
			t.Errorf("%d different pairs of %d: one is on both sides", len(seen), all)
		}
	}
	mustPanic(t, "division modulo 6", func() { Modular(6, Divide, 0.5, seed) })
}

func TestRepeated(t *testing.T) {
	const half, vocab = 12, 30
	for _, distinct := range []bool{false, true} {
		task := Repeated(40, half, vocab, distinct, seed)
		valid(t, task.Set)
		for k := range 40 {
			x := ids(task.Set, k)
			if !slices.Equal(x[:half], x[half:]) {
				t.Fatalf("no repetition: %v", x)
			}
			if distinct && len(slices.Compact(slices.Sorted(slices.Values(x)))) != half {
				t.Fatalf("a token comes more than twice: %v", x)
			}
			for i, label := range task.Set.Labels[k*2*half : (k+1)*2*half] {
				source := task.Source[k*2*half+i]
				switch predictable := i >= half && i < 2*half-1; {
				case predictable != (label != Ignore) || predictable != (source != Ignore):
					t.Fatalf("position %d has label %d and source %d", i, label, source)
				case predictable && (x[i+1] != label || x[source] != label || x[source-1] != x[i] || source != i-half+1):
					t.Fatalf("position %d of %v: label %d, source %d", i, x, label, source)
				}
			}
		}
	}
}

// The answer follows the earlier A, and neither where it stands nor what it is can be guessed.
func TestInduction(t *testing.T) {
	const n, length, vocab = 4000, 10, 16
	task := Induction(n, length, vocab, seed)
	valid(t, task.Set)
	positions, answers := make([]int, length), make([]int, vocab)
	for k := range n {
		x, last := ids(task.Set, k), k*length+length-1
		source, label := task.Source[last], task.Set.Labels[last]
		if x[source] != label || x[source-1] != x[length-1] || source > length-2 {
			t.Fatalf("%v: label %d from %d", x, label, source)
		}
		if len(slices.Compact(slices.Sorted(slices.Values(x)))) != length-1 {
			t.Fatalf("%v: more than one token comes twice", x)
		}
		positions[source]++
		answers[label]++
	}
	uniform(t, "position of the answer", positions[1:length-1])
	uniform(t, "answer", answers)
}

// uniform allows each count 5 standard deviations of a binomial around its expectation.
func uniform(t *testing.T, what string, counts []int) {
	t.Helper()
	n := 0
	for _, c := range counts {
		n += c
	}
	p := 1 / float64(len(counts))
	for i, c := range counts {
		if math.Abs(float64(c)-float64(n)*p) > 5*math.Sqrt(float64(n)*p*(1-p)) {
			t.Errorf("%s: %d comes %d times of %d, want about %.0f", what, i, c, n, float64(n)*p)
		}
	}
}

func TestIOI(t *testing.T) {
	const n = 4000
	task := IOI(n, seed)
	valid(t, task.Set)
	subjectFirst := map[int]int{} // by template
	templates := map[int]int{}
	asAnswer, asSubject := map[string]int{}, map[string]int{}
	asFirst, asSecond := map[string]int{}, map[string]int{}
	variants := map[int]map[string]bool{} // the texts of each block
	for i, s := range task.Sentences {
		words := strings.Fields(s.Text)
		if words[s.IO] != s.Answer || words[s.S1] != s.Subject || words[s.S2] != s.Subject || s.End != len(words)-1 || s.Answer == s.Subject {
			t.Fatalf("%q answered %q: positions %d %d %d %d", s.Text, s.Answer, s.IO, s.S1, s.S2, s.End)
		}
		if s.SubjectFirst != (s.S1 < s.IO) || s.S2 < max(s.S1, s.IO) {
			t.Fatalf("%q: subject first is %v", s.Text, s.SubjectFirst)
		}
		if strings.Count(s.Text, s.Answer) != 1 || strings.Count(s.Text, s.Subject) != 2 {
			t.Fatalf("%q: the answer must be named once, the subject twice", s.Text)
		}
		swapped, corrupted := strings.Fields(s.Swapped), strings.Fields(s.Corrupted)
		for j := range words {
			named := j == s.IO || j == s.S1 || j == s.S2
			if (swapped[j] != words[j]) != (j == s.S2) || (corrupted[j] != words[j]) != named {
				t.Fatalf("%q against %q and %q at word %d", s.Text, s.Swapped, s.Corrupted, j)
			}
		}
		c := []string{corrupted[s.IO], corrupted[s.S1], corrupted[s.S2], s.Answer, s.Subject}
		if swapped[s.S2] != s.Answer || len(slices.Compact(slices.Sorted(slices.Values(c)))) != 5 {
			t.Fatalf("%q: partners %q, %q", s.Text, s.Swapped, s.Corrupted)
		}
		if got := ids(task.Set, i); !slices.Equal(got[:len(words)], task.Encode(s.Text)) ||
			task.Words[task.Set.Labels[i*len(got)+s.End]] != s.Answer {
			t.Fatalf("%q as tokens: %v", s.Text, got)
		}
		templates[s.Template]++
		if s.SubjectFirst {
			subjectFirst[s.Template]++
		}
		asAnswer[s.Answer]++
		asSubject[s.Subject]++
		asFirst[words[min(s.IO, s.S1)]]++
		asSecond[words[max(s.IO, s.S1)]]++
		if i%4 == 0 {
			variants[i/4] = map[string]bool{}
		}
		variants[task.Set.Groups[i]][s.Text] = true
	}
	// No shortcut: of each template and each name exactly half.
	if len(templates) != len(ioiTemplates) {
		t.Errorf("%d of %d templates are used", len(templates), len(ioiTemplates))
	}
	for template, count := range templates {
		if 2*subjectFirst[template] != count {
			t.Errorf("template %d: the subject comes first in %d of %d sentences", template, subjectFirst[template], count)
		}
	}
	for _, name := range ioiNames {
		if asAnswer[name] != asSubject[name] || asFirst[name] != asSecond[name] {
			t.Errorf("%s is the answer %d times and the subject %d times, named first %d times and second %d times",
				name, asAnswer[name], asSubject[name], asFirst[name], asSecond[name])
		}
	}
	for block, texts := range variants {
		if len(texts) != 4 {
			t.Errorf("block %d has %d different sentences, want 4", block, len(texts))
		}
	}
}

// Every word is one token of GPT-2, so that positions of words are positions of tokens.
func TestIOIWordsAreTokens(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(nissldata.Dir(t), "networks", "text", "gpt2_encoder.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vocab map[string]int
	if err := json.Unmarshal(b, &vocab); err != nil {
		t.Fatal(err)
	}
	for _, s := range IOI(400, seed).Sentences {
		for i, w := range strings.Fields(s.Text + " " + s.Answer) {
			if i > 0 && w != "," {
				w = "Ġ" + w // GPT-2's way to write the space before a word
			}
			if _, ok := vocab[w]; !ok {
				t.Fatalf("%q in %q is no token", w, Prompt(s.Text))
			}
		}
	}
}

func TestFacts(t *testing.T) {
	f := Facts{Subjects: 50, Relations: 3, Objects: 7, Phrasings: 4, HoldOut: 0.4, Unknown: 0.2}
	task := f.Generate(seed)
	valid(t, task.Train, task.Heldout, task.Unseen)
	if task.Unseen.Len() != 30*4 || task.Heldout.Len() != 60 || task.Train.Len() != 60*3+60*4 {
		t.Errorf("%d, %d and %d examples", task.Train.Len(), task.Heldout.Len(), task.Unseen.Len())
	}
	asked := map[[2]int]bool{}
	known := map[int]bool{}
	for _, s := range []*Set{task.Train, task.Heldout, task.Unseen} {
		for i := range s.Len() {
			x, label := ids(s, i), s.Labels[2*i+1]
			relation := f.Relation(x[1])
			if label != task.Object[x[0]][relation] || (label-50-3*4)/7 != relation || s.Labels[2*i] != Ignore {
				t.Fatalf("%v is answered %d", x, label)
			}
			if q := [2]int{x[0], x[1]}; asked[q] {
				t.Fatalf("%v is asked twice", x)
			} else {
				asked[q] = true
			}
			switch fact := x[0]*3 + relation; {
			case s == task.Train:
				known[fact] = true
			case known[fact] != (s == task.Heldout):
				t.Fatalf("%s: training shows fact %d: %v", s.Name, fact, known[fact])
			}
		}
	}
	if len(asked) != 50*3*4 {
		t.Errorf("%d of %d questions are asked", len(asked), 50*3*4)
	}
	// The object does not follow from the relation: the most frequent one is little better than chance.
	counts := make([]int, 7)
	for _, objects := range (Facts{Subjects: 7000, Relations: 1, Objects: 7, Phrasings: 1}).Generate(seed).Object {
		counts[objects[0]-7001]++
	}
	uniform(t, "object", counts)
	mustPanic(t, "one phrasing held out", func() { Facts{9, 2, 5, 1, 0.3, 0.2}.Generate(seed) })
}
