package dataset

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// ioiTemplates are sentences in which A and B are named, S acts, and the name that comes next is that of the
// other. They are of the kind of Wang et al. 2022, appendix E.
var ioiTemplates = []string{
	"When A and B went to the PLACE , S gave a THING to",
	"Then A and B had a long talk at the PLACE , and S gave a THING to",
	"After A and B left the PLACE , S handed a THING to",
	"While A and B were working at the PLACE , S showed a THING to",
	"Yesterday A and B met near the PLACE , where S sold a THING to",
	"Friends A and B found a THING at the PLACE , so S gave it to",
	"The PLACE was closed when A and B arrived , but S lent a THING to",
	"As A and B argued at the PLACE , S sent a THING to",
}

// ioiNames are frequent first names that are one token of GPT-2's vocabulary each, with a space before.
var ioiNames = strings.Fields("Aaron Adam Alan Alex Alice Amy Andrew Anna Anthony Arthur Ben Brian Carl Christian " +
	"Christopher Daniel David Edward Eric Frank George Grant Henry Jack James Jamie Jane Jason Jeff John " +
	"Jonathan Joseph Joshua Kate Kelly Kevin Kyle Laura Leon Lisa Lucy Luke Marcus Mark Martin Mary Matthew " +
	"Max Michael Michelle Paul Peter Rachel Richard Robert Roman Rose Ruth Ryan Sarah Scott Simon Stephen " +
	"Steven Thomas Tom Victoria William")

var (
	ioiPlaces = strings.Fields("store garden restaurant school hospital office house station")
	ioiThings = strings.Fields("ring kiss bone basketball computer necklace drink snack")
)

// IOISentence is one sentence that asks for the indirect object, and its partners. All of one
// sentence's texts have as many words; positions count them from 0, a comma being a word.
type IOISentence struct {
	Text   string // ends before the answer
	Answer string // the name that comes next: the indirect object
	// Subject is the wrong name, which is named twice.
	Subject string
	// Swapped is Text with the indirect object acting in place of the subject, so that the answer is
	// Subject: the partner for patching.
	Swapped string
	// Corrupted is Text with three other names, A, B and C for S: nothing says who is meant (p_ABC of the paper).
	Corrupted string
	Template  int
	// SubjectFirst says whether the subject is named before the indirect object (BABA) or after it (ABBA).
	SubjectFirst bool
	// IO, S1, S2 and End are the words of the two names, of the second mention of the subject and the last one.
	IO, S1, S2, End int
}

// IOITask is sentences with an indirect object.
type IOITask struct {
	Sentences []IOISentence
	// Words is the closed vocabulary: a word's index is its token in Set. Word 0 is the padding.
	Words []string
	// Set is Text word by word, padded at the end, the label at End; Groups are the blocks of four.
	Set *Set
}

// IOI is n sentences such as "When Mary and John went to the store , John gave a drink to", answered "Mary"
// (Wang et al. 2022, Interpretability in the wild). n is a multiple of 4: the sentences come in blocks of
// four with the same template, two names, place and thing, in which each name acts twice and is named
// first twice, so that neither the order of names nor a name itself tells the answer.
func IOI(n int, seed uint64) *IOITask {
	if n < 4 || n%4 != 0 {
		panic(fmt.Sprintf("dataset: %d sentences with an indirect object, want a multiple of 4", n))
	}
	rng := rand.New(rand.NewPCG(seed, streamIOI))
	task := &IOITask{Words: ioiWords()}
	var groups []int
	for block := range n / 4 {
		template := rng.IntN(len(ioiTemplates))
		names := sample(rng, len(ioiNames), 5)
		fill := map[string]string{"PLACE": pick(rng, ioiPlaces), "THING": pick(rng, ioiThings)}
		for variant := range 4 {
			task.Sentences = append(task.Sentences, ioiSentence(template, fill, names, variant))
			groups = append(groups, block)
		}
	}
	task.Set = task.set(groups)
	return task
}

// ioiSentence makes one of the four variants: bit 0 exchanges the two names, bit 1 says who acts.
func ioiSentence(template int, fill map[string]string, names []int, variant int) IOISentence {
	a, b := ioiNames[names[0]], ioiNames[names[1]]
	if variant&1 == 1 {
		a, b = b, a
	}
	subject, object := a, b
	if variant&2 == 2 {
		subject, object = b, a
	}
	words := strings.Fields(ioiTemplates[template])
	first, second := slices.Index(words, "A"), slices.Index(words, "B")
	s := IOISentence{Answer: object, Subject: subject, Template: template, SubjectFirst: subject == a,
		IO: second, S1: first, S2: slices.Index(words, "S"), End: len(words) - 1}
	if !s.SubjectFirst {
		s.IO, s.S1 = first, second
	}
	write := func(a, b, s string) string {
		out := slices.Clone(words)
		out[first], out[second] = a, b
		for i, w := range out {
			switch {
			case w == "S":
				out[i] = s
			case fill[w] != "":
				out[i] = fill[w]
			}
		}
		return strings.Join(out, " ")
	}
	s.Text, s.Swapped = write(a, b, subject), write(a, b, object)
	s.Corrupted = write(ioiNames[names[2]], ioiNames[names[3]], ioiNames[names[4]])
	return s
}

// Prompt is a sentence of the task as it is written for a network with a tokenizer: no space before a comma.
func Prompt(text string) string { return strings.ReplaceAll(text, " ,", ",") }

// Encode gives the tokens of a text of the task's words. It panics on a word that is not among them.
func (t *IOITask) Encode(text string) []int {
	var out []int
	for _, w := range strings.Fields(text) {
		id, ok := slices.BinarySearch(t.Words[1:], w)
		if !ok {
			panic(fmt.Sprintf("dataset: %q is no word of the task", w))
		}
		out = append(out, id+1)
	}
	return out
}

func (t *IOITask) set(groups []int) *Set {
	var examples [][]int
	length := 0
	for _, s := range t.Sentences {
		examples = append(examples, t.Encode(s.Text))
		length = max(length, s.End+1)
	}
	set := &Set{Name: "ioi", Inputs: tokens(examples, length, 0), Labels: ignored(len(examples) * length),
		Classes: len(t.Words), Vocab: len(t.Words), Groups: groups}
	for i, s := range t.Sentences {
		set.Labels[i*length+s.End] = t.Encode(s.Answer)[0]
	}
	return set
}

// ioiWords is the padding and then all words in order.
func ioiWords() []string {
	words := slices.Concat(ioiNames, ioiPlaces, ioiThings)
	for _, t := range ioiTemplates {
		for _, w := range strings.Fields(t) {
			if !slices.Contains([]string{"A", "B", "S", "PLACE", "THING"}, w) {
				words = append(words, w)
			}
		}
	}
	slices.Sort(words)
	return append([]string{"<pad>"}, slices.Compact(words)...)
}

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }
