package dataset

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Tokens of bracket strings, those of the network of ARENA 2.0 (McDougall).
const (
	BracketStart = iota
	BracketPad
	BracketEnd
	BracketOpen
	BracketClose
	bracketVocab
)

// Fault is what is wrong with a string of brackets.
type Fault int

const (
	Balanced Fault = iota
	Dips           // as many close as open, but one closes before it was opened
	Uneven         // more open than close or the other way round
)

// BracketString is one string and what was planted in it.
type BracketString struct {
	Text  string
	Fault Fault
}

// BracketsTask is strings to be told apart.
type BracketsTask struct {
	Strings []BracketString
	Set     *Set // BracketSet of the strings
}

// Brackets is n strings of 6 to longest brackets, half of them balanced, a quarter each with either
// fault (after the balanced brackets of ARENA 2.0 and the Dyck languages of Weiss et al. 2021). All begin with an open
// bracket, end with a closed one and have an even length whose distribution is the same for both answers, so that
// no single one of these tells. Balanced strings are uniform among those of their length. n must
// be a multiple of 4. Groups are the pairs of one length, balanced and not.
func Brackets(n, longest int, seed uint64) *BracketsTask {
	if n < 4 || n%4 != 0 || longest < 6 {
		panic(fmt.Sprintf("dataset: %d strings of 6 to %d brackets, want a multiple of 4", n, longest))
	}
	rng := rand.New(rand.NewPCG(seed, streamBrackets))
	task := &BracketsTask{}
	texts, balanced, groups := make([]string, n), make([]bool, n), make([]int, n)
	for i := 0; i < n; i += 2 {
		length := 6 + 2*rng.IntN((longest-6)/2+1)
		wrong := BracketString{dipping(rng, length), Dips}
		if i%4 == 2 {
			wrong = BracketString{uneven(rng, length), Uneven}
		}
		task.Strings = append(task.Strings, BracketString{dyck(rng, length), Balanced}, wrong)
	}
	for i, s := range task.Strings {
		texts[i], balanced[i], groups[i] = s.Text, s.Fault == Balanced, i/2
	}
	task.Set = BracketSet(texts, balanced, longest)
	task.Set.Groups = groups
	return task
}

// BracketSet is strings of at most longest brackets as tokens, between start and end and padded to
// longest + 2, with one label each: 1 where balanced. It panics on other characters and longer strings.
func BracketSet(texts []string, balanced []bool, longest int) *Set {
	if len(texts) != len(balanced) {
		panic(fmt.Sprintf("dataset: %d answers for %d strings", len(balanced), len(texts)))
	}
	out := &Set{Name: "brackets", Classes: 2, Vocab: bracketVocab}
	var examples [][]int
	for i, text := range texts {
		if len(text) > longest || strings.Trim(text, "()") != "" {
			panic(fmt.Sprintf("dataset: %q is no string of at most %d brackets", text, longest))
		}
		x := []int{BracketStart}
		for _, c := range text {
			x = append(x, BracketOpen+int(c-'('))
		}
		examples = append(examples, append(x, BracketEnd))
		label := 0
		if balanced[i] {
			label = 1
		}
		out.Labels = append(out.Labels, label)
	}
	out.Inputs = tokens(examples, longest+2, BracketPad)
	return out
}

// Elevation is how many brackets are open after each bracket: balanced means that it never is negative
// and ends at 0.
func Elevation(text string) []int {
	out := make([]int, len(text))
	height := 0
	for i, c := range text {
		height += 1 - 2*int(c-'(')
		out[i] = height
	}
	return out
}

// dyck draws a balanced string uniformly: with height h and r brackets to go, the next one is open in
// (h+2)(r-h) / 2r(h+1) of the ways to go on (Arnold and Sleep 1980).
func dyck(rng *rand.Rand, length int) string {
	b := make([]byte, 0, length)
	h := 0
	for r := length; r > 0; r-- {
		if rng.IntN(2*r*(h+1)) < (h+2)*(r-h) {
			b = append(b, '(')
			h++
		} else {
			b = append(b, ')')
			h--
		}
	}
	return string(b)
}

// dipping draws uniformly among the strings with as many open as closed that begin and end properly and
// are not balanced.
func dipping(rng *rand.Rand, length int) string {
	b := []byte(strings.Repeat("()", length/2))
	inner := b[1 : length-1]
	for {
		rng.Shuffle(len(inner), func(i, j int) { inner[i], inner[j] = inner[j], inner[i] })
		for _, h := range Elevation(string(b)) {
			if h < 0 {
				return string(b)
			}
		}
	}
}

// uneven draws uniformly among the strings that begin and end properly and do not have as many open as closed.
func uneven(rng *rand.Rand, length int) string {
	b := []byte(strings.Repeat("()", length/2))
	for {
		for i := 1; i < length-1; i++ {
			b[i] = "()"[rng.IntN(2)]
		}
		if Elevation(string(b))[length-1] != 0 {
			return string(b)
		}
	}
}
