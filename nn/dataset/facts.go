package dataset

import (
	"fmt"
	"math/rand/v2"
)

// Facts says what a task of facts is made of.
type Facts struct {
	Subjects  int
	Relations int
	Objects   int // of each relation; no object belongs to two relations
	Phrasings int // ways to name each relation, 1 or more
	// HoldOut is the fraction of facts that training sees in all phrasings but one (Heldout asks for that
	// one; needs two Phrasings). Unknown is the fraction that training never sees.
	HoldOut, Unknown float64
}

// FactsTask is facts to be stored in a network's weights, one answer for each subject and relation.
type FactsTask struct {
	Facts
	Object [][]int // subjects × relations: the object's token, which was drawn uniformly from the relation's
	Train  *Set
	// Heldout are known facts in a phrasing that training did not show for them: to answer them the
	// network must have stored the fact and not the sentence.
	Heldout *Set
	// Unseen are facts that were never shown, in all phrasings. They are random, so that the best that
	// can be reached on them is 1 in Objects: the control.
	Unseen *Set
}

// Generate makes facts (subject, relation → object) as they are asked of language models by Meng et al. 2022
// (Locating and editing factual associations), for networks that store keys and values (Geva et al. 2021), with
// phrasings held out as by Allen-Zhu and Li 2023 (Physics of language models 3.1). Inputs are two tokens,
// subject and phrasing; the label is the object, at the second. Tokens: subjects, then phrasings
// relation by relation, then objects relation by relation. Groups are the facts.
func (f Facts) Generate(seed uint64) *FactsTask {
	ok := f.Subjects > 0 && f.Relations > 0 && f.Objects > 0 && f.Phrasings > 0 &&
		f.HoldOut >= 0 && f.Unknown >= 0 && f.HoldOut+f.Unknown <= 1
	if !ok || f.HoldOut > 0 && f.Phrasings < 2 {
		panic(fmt.Sprintf("dataset: facts %+v, want positive counts, fractions in [0, 1] and two phrasings to hold one out", f))
	}
	rng := rand.New(rand.NewPCG(seed, streamFacts))
	task := &FactsTask{Facts: f, Object: make([][]int, f.Subjects)}
	for s := range task.Object {
		task.Object[s] = make([]int, f.Relations)
		for r := range task.Object[s] {
			task.Object[s][r] = f.Subjects + f.Relations*f.Phrasings + r*f.Objects + rng.IntN(f.Objects)
		}
	}
	facts := f.Subjects * f.Relations
	order := rng.Perm(facts)
	unknown := int(f.Unknown*float64(facts) + 0.5)
	held := min(unknown+int(f.HoldOut*float64(facts)+0.5), facts)
	var train, heldout, unseen [][2]int // fact, phrasing
	for k, fact := range order {
		out := -1
		if k >= unknown && k < held {
			out = rng.IntN(f.Phrasings)
		}
		for p := range f.Phrasings {
			switch {
			case k < unknown:
				unseen = append(unseen, [2]int{fact, p})
			case p == out:
				heldout = append(heldout, [2]int{fact, p})
			default:
				train = append(train, [2]int{fact, p})
			}
		}
	}
	task.Train, task.Heldout, task.Unseen = task.set("facts", train), task.set("facts-heldout", heldout), task.set("facts-unseen", unseen)
	return task
}

// Vocab is the number of tokens.
func (f Facts) Vocab() int { return f.Subjects + f.Relations*(f.Phrasings+f.Objects) }

// Relation is the relation that a phrasing's token names.
func (f Facts) Relation(token int) int { return (token - f.Subjects) / f.Phrasings }

func (t *FactsTask) set(name string, asked [][2]int) *Set {
	out := &Set{Name: name, Vocab: t.Vocab(), Classes: t.Vocab()}
	var examples [][]int
	for _, q := range asked {
		subject, relation := q[0]/t.Relations, q[0]%t.Relations
		examples = append(examples, []int{subject, t.Subjects + relation*t.Phrasings + q[1]})
		out.Labels = append(out.Labels, Ignore, t.Object[subject][relation])
		out.Groups = append(out.Groups, q[0])
	}
	out.Inputs = tokens(examples, 2, 0)
	return out
}
